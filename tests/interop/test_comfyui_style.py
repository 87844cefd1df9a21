"""Objects with ComfyUI's interface, written from its published formulas; ComfyUI itself is not a package."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from theory.grids import karras
from verify.language import BadInput, parse_grid
from verify.schedules import as_grid
from verify.schedules.reading import given

U = 2.0**-24  # largest relative rounding error of float32


class Ends:
    """``sigma_min`` and ``sigma_max`` are the ends of an increasing table, as tensors."""

    sigmas: torch.Tensor

    @property
    def sigma_min(self) -> torch.Tensor:
        return self.sigmas[0]

    @property
    def sigma_max(self) -> torch.Tensor:
        return self.sigmas[-1]


class Discrete(Ends):
    """A variance-preserving model: sqrt((1 - alpha_bar)/alpha_bar), asked at the nearest of 1000 levels."""

    sigma_data = 1.0
    num_timesteps = 1000

    def __init__(self) -> None:
        betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
        self.alpha_bar = torch.cumprod(1 - betas, 0)
        self.sigmas = ((1 - self.alpha_bar) / self.alpha_bar).sqrt().float()

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        return (sigma.log() - self.sigmas.log()[:, None]).abs().argmin(0)

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        place = timestep.float().clamp(0, 999)
        return torch.lerp(
            self.sigmas.log()[place.floor().long()], self.sigmas.log()[place.ceil().long()], place.frac()
        ).exp()


class CONST:
    """The mixin by which ComfyUI marks flow matching: x = s noise + (1 - s) image."""

    def noise_scaling(self, sigma: float, noise: float, image: float) -> float:
        return sigma * getattr(self, "noise_scale", 1.0) * noise + (1 - sigma) * image


class Flow(Ends, CONST):
    """A flow model with a shift: s = a t/(1 + (a - 1) t) at 1000 times t."""

    multiplier = 1000

    def __init__(self, shift: float = 3.0) -> None:
        self.shift = shift
        self.sigmas = self.sigma(torch.arange(1, 1001) * 1.0)

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        return sigma * self.multiplier

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        t = timestep / self.multiplier
        return self.shift * t / (1 + (self.shift - 1) * t)


class Scaled(Flow):
    noise_scale = 2.0


class Patcher:
    """A loaded model, which hands its parts out by name."""

    def get_model_object(self, name: str) -> Any:
        assert name == "model_sampling"
        return Discrete()


def every_so_many(model_sampling: Any, steps: int) -> torch.Tensor:
    """Every 1000/steps-th level of the table from the top, and 0."""
    stride = len(model_sampling.sigmas) / steps
    return torch.FloatTensor([*(float(model_sampling.sigmas[-1 - int(k * stride)]) for k in range(steps)), 0.0])


def evenly_in_time(model_sampling: Any, steps: int) -> torch.Tensor:
    """Evenly spread timesteps down to just above the end, and 0."""
    s = model_sampling
    times = torch.linspace(float(s.timestep(s.sigma_max[None])), float(s.timestep(s.sigma_min[None])), steps + 1)[:-1]
    return torch.cat([s.sigma(times), torch.zeros(1)])


def karras_sigmas(n: int, sigma_min: float, sigma_max: float, rho: float = 7.0) -> torch.Tensor:
    ramp = torch.linspace(0, 1, n)
    return torch.cat(
        [torch.lerp(*(torch.tensor(x ** (1 / rho)) for x in (sigma_max, sigma_min)), ramp) ** rho, torch.zeros(1)]
    )


class Handler(NamedTuple):
    """A row of ComfyUI's table of schedulers."""

    handler: Any
    use_ms: bool = True


def test_a_pair_of_function_and_model() -> None:
    model = Discrete()
    read = given((every_so_many, model), 19)
    table = ((1 - model.alpha_bar) / model.alpha_bar).sqrt().numpy()
    assert read.sigmas[:-1] == pytest.approx(table[999::-50], rel=2 * U)
    assert read.appended_zero
    assert read.trained == pytest.approx(table, rel=2 * U)
    assert np.array_equal(read.timesteps, np.arange(999, 0, -50))
    assert np.array_equal(read.told, read.sigmas[:-1])
    assert (read.label, read.precision) == ("every_so_many(Discrete, 20)", "float32")
    assert read.source == "ComfyUI-style Discrete"
    assert read.settings["sigma_min"] == float(model.sigma_min)
    assert (read.settings["sigma_data"], read.settings["num_timesteps"]) == (1.0, 1000)
    assert as_grid((every_so_many, model), 19).N == 19
    assert np.array_equal(given((Handler(every_so_many), model), 19).sigmas, read.sigmas)


def test_timesteps_are_the_models_own() -> None:
    """Between the levels of the table the model is told the nearest one: what the sampler steps on it is not."""
    model = Discrete()
    read = given((karras_sigmas, model), 29)
    assert read.sigmas[:-1] == pytest.approx(
        karras(30, float(model.sigma_min), float(model.sigma_max)).sigmas, rel=64 * U
    )
    nearest = np.abs(np.log(read.sigmas[:-1, None] / np.float64(model.sigmas))).argmin(1)
    assert np.array_equal(read.timesteps, nearest)
    assert np.array_equal(read.told, np.float64(model.sigmas)[nearest])
    assert not np.allclose(read.told, read.sigmas[:-1], rtol=1e-3)


@pytest.mark.parametrize("kind", [Flow, Scaled])
def test_flow_is_noise_over_signal(kind: type[Flow]) -> None:
    model = kind(shift=3.0)
    read = given((evenly_in_time, model), 9)
    raw = evenly_in_time(model, 10).double()
    assert np.isposinf(read.sigmas[0])
    ratio = [model.noise_scaling(s, 1.0, 0.0) / model.noise_scaling(s, 0.0, 1.0) for s in raw[1:].tolist()]
    assert read.sigmas[1:] == pytest.approx(ratio, rel=1e-12)
    assert read.timesteps == pytest.approx(1000 * raw[:-1].numpy(), rel=2 * U)
    assert (read.settings["shift"], read.settings["flow"]) == (3.0, True)
    assert any("s/(1 - s)" in note for note in read.notes)
    with pytest.raises(BadInput, match="pure noise"):
        as_grid((evenly_in_time, model), 9)
    assert read.trained is not None
    assert math.isinf(read.trained[-1])


def test_variance_exploding_sigmas_above_one_are_no_flow() -> None:
    read = given((every_so_many, Discrete()), 9)
    assert "flow" not in read.settings
    assert read.notes == ()


@pytest.mark.parametrize("thing", [Discrete(), Patcher()])
def test_a_model_alone_is_its_whole_table(thing: Any) -> None:
    read = given(thing)
    assert np.array_equal(read.sigmas, np.float64(Discrete().sigmas)[::-1])
    assert not read.appended_zero
    assert any("whole table" in note for note in read.notes)
    assert as_grid(thing).N == 999
    with pytest.raises(BadInput, match=r"999 steps .* but 5"):
        as_grid(thing, 5)


def test_a_pair_with_a_loaded_model() -> None:
    assert np.array_equal(given((every_so_many, Patcher()), 9).sigmas, given((every_so_many, Discrete()), 9).sigmas)


def breaks(model_sampling: Any, steps: int) -> torch.Tensor:
    raise KeyError("no such scheduler")


@pytest.mark.parametrize(
    ("thing", "steps", "words"),
    [
        ((every_so_many, Discrete()), None, ["every_so_many", "number of steps"]),
        (every_so_many, 9, ["every_so_many wants a model_sampling", "(every_so_many, model_sampling)"]),
        ((breaks, Discrete()), 9, ["breaks raised KeyError", "no such scheduler"]),
        ((lambda model_sampling, steps: [1.0, 2j], Discrete()), 9, ["sigma[1]"]),
        ((3.0, Discrete()), 9, ["sigma[1]", "not a real number"]),
    ],
)
def test_bad_pairs(thing: Any, steps: int | None, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        given(thing, steps)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


USER_FILE = """
import torch

class ModelSampling:
    sigmas = torch.logspace(-2, 2, 200)
    sigma_min, sigma_max = sigmas[0], sigmas[-1]
    def timestep(self, sigma): return 0.25*sigma.log()
    def sigma(self, timestep): return (4*timestep).exp()

def geometric(model_sampling, steps):
    return torch.logspace(2, -2, steps)

def pair(): return geometric, ModelSampling()
"""


def test_a_users_file_returns_a_pair(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(USER_FILE)
    assert parse_grid(f"{path}:pair", steps=4).sigmas == pytest.approx([100, 10, 1, 0.1, 0.01], rel=8 * U)
    assert given(f"{path}:pair", 4).timesteps == pytest.approx(np.log([100, 10, 1, 0.1, 0.01]) / 4, abs=8 * U)
    with pytest.raises(BadInput, match=r"\(geometric, model_sampling\)"):
        parse_grid(f"{path}:geometric", steps=4)

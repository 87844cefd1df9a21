"""diffusers' schedulers as installed: their own forward process and steps, and formulas written down apart."""

from __future__ import annotations

import importlib
import json
import re
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import scipy.stats
import torch
from typer.testing import CliRunner

from theory.grids import exponential, karras
from verify.cli import app
from verify.language import BadInput, parse_grid
from verify.schedules import Given, as_grid
from verify.schedules.reading import given
from verify.schedules.toolboxes.diffusers import READ

U = 2.0**-24  # largest relative rounding error of float32
ONE, ZERO = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)

# Every spacing that a class takes, in turn. Those of KDPM2 take a second each to make.
SPACED = [{}, {"use_karras_sigmas": True}, {"use_exponential_sigmas": True}, {"use_beta_sigmas": True}]
SIGMA_SCHEDULERS: dict[str, list[dict[str, Any]]] = {
    "EulerDiscreteScheduler": [
        *SPACED,
        {"timestep_spacing": "trailing", "final_sigmas_type": "sigma_min"},
        {"timestep_spacing": "leading", "steps_offset": 1, "beta_schedule": "scaled_linear"},
        {"rescale_betas_zero_snr": True},
    ],
    "EulerAncestralDiscreteScheduler": [{}, {"timestep_spacing": "leading"}],
    "HeunDiscreteScheduler": [*SPACED, {"timestep_spacing": "trailing"}],
    "KDPM2DiscreteScheduler": [{"use_karras_sigmas": True}],
    "KDPM2AncestralDiscreteScheduler": [{}],
    "LMSDiscreteScheduler": SPACED,
    "DPMSolverMultistepScheduler": [
        *SPACED,
        {"use_lu_lambdas": True},
        {"final_sigmas_type": "sigma_min"},
        {"use_flow_sigmas": True, "flow_shift": 3.0, "prediction_type": "flow_prediction"},
    ],
    "DPMSolverSinglestepScheduler": [{}, {"use_karras_sigmas": True}],
    "DEISMultistepScheduler": SPACED,
    "UniPCMultistepScheduler": [*SPACED, {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}],
    "SASolverScheduler": [{}],
    "EDMEulerScheduler": [{}, {"sigma_schedule": "exponential", "final_sigmas_type": "sigma_min"}],
    "EDMDPMSolverMultistepScheduler": [{}],
    "CosineDPMSolverMultistepScheduler": [{}],
    "CMStochasticIterativeScheduler": [{}],
}
CASES = [(name, options) for name, several in SIGMA_SCHEDULERS.items() for options in several]


@pytest.fixture(scope="module")
def diffusers() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("diffusers")


def scheduler_of(diffusers: ModuleType, name: str, steps: int | None, **options: Any) -> Any:
    scheduler = getattr(diffusers, name)(**options)
    if steps is not None:
        scheduler.set_timesteps(steps)
    return scheduler


def alpha_bar(steps: int = 1000, start: float = 1e-4, end: float = 0.02) -> np.ndarray:
    """Ho et al. 2020: the product of 1 - beta, in float64."""
    return np.cumprod(1 - np.linspace(start, end, steps))


def vp_sigmas(alpha: np.ndarray) -> np.ndarray:
    return np.sqrt((1 - alpha) / alpha)


def table_error(alpha: np.ndarray) -> np.ndarray:
    """Relative error of a sigma whose alpha_bar is a running product in float32: two roundings a factor.

    d sigma/sigma = d alpha_bar / (2 alpha_bar (1 - alpha_bar)); a few more for the root and the quotient.
    """
    return 2 * np.arange(1, len(alpha) + 1) * U / (2 * (1 - alpha)) + 4 * U


# --- what the scheduler itself adds as noise -----------------------------------------------------------------


def forward_sigma(scheduler: Any, index: int) -> float:
    """Noise over signal of the scheduler's own forward process at a place in its list, in float64."""
    scheduler.set_begin_index(0)
    scheduler._step_index = index
    time = scheduler.timesteps[index : index + 1]
    signal = scheduler.add_noise(ONE, ZERO, time).item()
    noise = scheduler.add_noise(ZERO, ONE, time).item()
    return noise / signal if signal else np.inf


@pytest.mark.parametrize("steps", [9])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_sigma_is_noise_over_signal(diffusers: ModuleType, name: str, options: dict[str, Any], steps: int) -> None:
    scheduler = scheduler_of(diffusers, name, steps, **options)
    read = given(scheduler)
    stages = scheduler.order
    asked = [forward_sigma(scheduler, stages * k) for k in range(steps)]
    # SASolver alone divides in float32 before it adds noise.
    assert read.sigmas[:-1] == pytest.approx(asked, rel=2 * U if name == "SASolverScheduler" else 1e-12)
    assert len(read.sigmas) == steps + 1
    assert np.array_equal(read.timesteps, np.float64(scheduler.timesteps)[::stages])
    assert read.precision == "float32"
    assert read.stepped is None
    end = float(scheduler.sigmas[-1])
    assert read.sigmas[-1] == end
    assert read.appended_zero == (end == 0)


@pytest.mark.parametrize("name", ["DDIMScheduler", "DDPMScheduler", "LCMScheduler", "DDIMParallelScheduler"])
@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace"])
def test_timesteps_of_the_table(diffusers: ModuleType, name: str, spacing: str) -> None:
    options = {} if name == "LCMScheduler" else {"timestep_spacing": spacing, "beta_schedule": "squaredcos_cap_v2"}
    scheduler = scheduler_of(diffusers, name, 7, **options)
    read = given(scheduler)
    noise, signal = (
        np.array([scheduler.add_noise(a, b, t[None]).item() for t in scheduler.timesteps])
        for a, b in ((ZERO, ONE), (ONE, ZERO))
    )
    assert read.sigmas[:-1] == pytest.approx(noise / signal, rel=1e-12)
    assert read.told == pytest.approx(noise / signal, rel=1e-12)
    assert read.trained is not None
    assert len(read.trained) == 1000


# --- formulas written down apart -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["EulerDiscreteScheduler", "DPMSolverMultistepScheduler", "DDIMScheduler"])
def test_the_trained_table_is_sigma_over_alpha(diffusers: ModuleType, name: str) -> None:
    read = given(scheduler_of(diffusers, name, 10))
    alpha = alpha_bar()
    assert read.trained is not None
    assert np.all(np.abs(read.trained / vp_sigmas(alpha) - 1) <= table_error(alpha))
    wrong = np.sqrt(1 - alpha)  # sigma without alpha
    assert np.any(np.abs(read.trained / wrong - 1) > table_error(alpha))


def test_ddim_by_hand(diffusers: ModuleType) -> None:
    read = given(scheduler_of(diffusers, "DDIMScheduler", 10, steps_offset=1, set_alpha_to_one=False))
    alpha = alpha_bar()
    times = np.arange(901, 0, -100)
    expected = np.append(vp_sigmas(alpha)[times], vp_sigmas(alpha)[0])
    assert read.timesteps is not None
    assert read.timesteps.tolist() == times.tolist()
    error = np.append(table_error(alpha)[times], table_error(alpha)[0])
    assert np.all(np.abs(read.sigmas / expected - 1) <= error)
    assert not read.appended_zero


@pytest.mark.parametrize("name", ["EulerDiscreteScheduler", "HeunDiscreteScheduler", "LMSDiscreteScheduler"])
def test_spacings_by_formula(diffusers: ModuleType, name: str) -> None:
    """Karras with rho 7, geometric, and the quantiles of Beta(.6, .6), from the scheduler's own largest to smallest."""
    n = 12
    plain = given(scheduler_of(diffusers, name, n)).sigmas
    low, high = plain[-2], plain[0]
    quantiles = scipy.stats.beta.ppf(1 - np.linspace(0, 1, n), 0.6, 0.6)
    expected = {
        "use_karras_sigmas": karras(n, low, high).sigmas,
        "use_exponential_sigmas": exponential(n, low, high).sigmas,
        "use_beta_sigmas": low + quantiles * (high - low),
    }
    for option, formula in expected.items():
        grid = as_grid(scheduler_of(diffusers, name, n, **{option: True}))
        assert grid.sigmas == pytest.approx(formula, rel=8 * U)
        assert grid.n == n
    assert karras(n, low, high, 6.9).sigmas != pytest.approx(expected["use_karras_sigmas"], rel=8 * U)


def test_edm_is_karras(diffusers: ModuleType) -> None:
    scheduler = scheduler_of(diffusers, "EDMEulerScheduler", 18, sigma_min=0.01, sigma_max=50.0, rho=5.0)
    read = given(scheduler)
    assert read.grid().sigmas == pytest.approx(karras(18, 0.01, 50.0, 5.0).sigmas, rel=8 * U)
    assert read.timesteps == pytest.approx(np.log(read.sigmas[:-1]) / 4, rel=8 * U, abs=8 * U)
    assert {key: read.settings[key] for key in ("sigma_min", "sigma_max", "rho")} == {
        "sigma_min": 0.01,
        "sigma_max": 50.0,
        "rho": 5.0,
    }
    assert read.trained is None


# --- second order --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "first"),
    [
        ("HeunDiscreteScheduler", "EulerDiscreteScheduler"),
        ("KDPM2DiscreteScheduler", "EulerDiscreteScheduler"),
        ("KDPM2AncestralDiscreteScheduler", "EulerDiscreteScheduler"),
        ("FlowMatchHeunDiscreteScheduler", "FlowMatchEulerDiscreteScheduler"),
    ],
)
def test_doubled_sigmas_are_undone(diffusers: ModuleType, second: str, first: str) -> None:
    """A second-order scheduler has the noise levels of the first-order one with the same betas."""
    options = {} if second.startswith("Flow") else {"beta_start": 0.00085, "beta_end": 0.012}
    doubled = scheduler_of(diffusers, second, None, **options)
    for steps in (2, 3, 9):
        doubled.set_timesteps(steps)
        single = given(scheduler_of(diffusers, first, steps, **options))
        read = given(doubled)
        assert len(doubled.sigmas) > len(read.sigmas)
        assert np.array_equal(read.sigmas, single.sigmas)
        assert np.array_equal(read.timesteps, single.timesteps)
        assert any("twice" in note for note in read.notes)
        assert single.notes == tuple(note for note in read.notes if "twice" not in note)


def test_sigmas_that_are_not_in_pairs_are_not_undone(diffusers: ModuleType) -> None:
    scheduler = scheduler_of(diffusers, "HeunDiscreteScheduler", 5)
    scheduler.sigmas[2] *= 0.5
    with pytest.raises(BadInput, match="do not come in pairs"):
        given(scheduler)


# --- where a step arrives ------------------------------------------------------------------------------------


def ddim_arrivals(scheduler: Any) -> np.ndarray:
    """Noise over signal after each step from the right state, by ``step`` itself: it is linear in both."""
    out = []
    for t in scheduler.timesteps:
        alpha = scheduler.alphas_cumprod[t].double()
        noise = scheduler.step(ONE, int(t), (1 - alpha).sqrt() * ONE).prev_sample
        signal = scheduler.step(ZERO, int(t), alpha.sqrt() * ONE).prev_sample
        out.append((noise / signal).item())
    return np.array(out)


@pytest.mark.parametrize("options", [{}, {"set_alpha_to_one": False, "steps_offset": 1}])
@pytest.mark.parametrize(
    ("spacing", "steps", "joined"),
    [
        ("leading", 10, True),
        ("leading", 30, True),
        ("trailing", 10, True),
        ("trailing", 30, False),
        ("linspace", 5, False),
    ],
)
def test_ddim_arrives_where_its_step_says(
    diffusers: ModuleType, options: dict[str, Any], spacing: str, steps: int, joined: bool
) -> None:
    """With a stride of T // n, trailing and evenly spread timesteps are asked at other levels than the steps reach."""
    scheduler = scheduler_of(diffusers, "DDIMScheduler", steps, timestep_spacing=spacing, clip_sample=False, **options)
    read = given(scheduler)
    measured = ddim_arrivals(scheduler)
    assert (read.stepped is None) == joined
    reached = (read.sigmas if read.stepped is None else read.stepped)[1:]
    # The scheduler multiplies 1 and 0 through in float32; noise that cancels leaves rounding of the signal's size.
    assert reached == pytest.approx(measured, rel=16 * U, abs=16 * U)
    assert read.sigmas[-1] == reached[-1]
    assert np.allclose(read.sigmas[1:], measured, rtol=1e-3) == joined


def test_ddpm_arrives_at_its_next_timestep(diffusers: ModuleType) -> None:
    """Response of a step to the signal: sqrt(alpha_bar) of where it arrives; the same seed cancels the noise."""
    for spacing in ("leading", "trailing", "linspace"):
        scheduler = scheduler_of(diffusers, "DDPMScheduler", 9, timestep_spacing=spacing, clip_sample=False)
        read = given(scheduler)
        assert read.stepped is None
        for k, t in enumerate(scheduler.timesteps):
            alpha = scheduler.alphas_cumprod[t].double()
            one, zero = (
                scheduler.step(ZERO, int(t), size * alpha.sqrt() * ONE, generator=torch.Generator().manual_seed(1))
                for size in (1, 0)
            )
            response = (one.prev_sample - zero.prev_sample).item()
            assert response == pytest.approx((1 + read.sigmas[k + 1] ** 2) ** -0.5, rel=64 * U)
    assert read.sigmas[-1] == 0


def test_a_timestep_beyond_the_table(diffusers: ModuleType) -> None:
    scheduler = scheduler_of(diffusers, "DDIMScheduler", 1000, steps_offset=1)
    with pytest.raises(IndexError):
        scheduler.step(ONE, int(scheduler.timesteps[0]), ONE)
    with pytest.raises(BadInput, match="timestep 1000 is beyond the table of 1000"):
        given(scheduler)


def test_a_late_start_is_noted(diffusers: ModuleType) -> None:
    scheduler = scheduler_of(diffusers, "EulerDiscreteScheduler", 6)
    assert given(scheduler).notes == ()
    scheduler.set_begin_index(2)
    assert any("entry 2" in note for note in given(scheduler).notes)
    assert len(given(scheduler).sigmas) == 7


def test_custom_timesteps(diffusers: ModuleType) -> None:
    ddpm = diffusers.DDPMScheduler()
    ddpm.set_timesteps(timesteps=[900, 500, 20])
    euler = diffusers.EulerDiscreteScheduler()
    euler.set_timesteps(timesteps=[900, 500, 20])
    assert given(ddpm).sigmas == pytest.approx(given(euler).sigmas, rel=table_error(alpha_bar())[20])
    assert given(ddpm).settings["num_inference_steps"] == 3
    euler.set_timesteps(sigmas=[12.0, 3.0, 0.5, 0.0])
    assert given(euler).sigmas.tolist() == [12.0, 3.0, 0.5, 0.0]


def test_a_list_longer_than_its_steps(diffusers: ModuleType) -> None:
    """Euler's log_linear lists n + 2 sigmas for n timesteps: the 0 at their end is never reached."""
    scheduler = scheduler_of(diffusers, "EulerDiscreteScheduler", 5, interpolation_type="log_linear")
    read = given(scheduler)
    assert (len(read.sigmas), len(scheduler.timesteps)) == (7, 5)
    x = ONE
    for t in scheduler.timesteps:
        x = scheduler.step(x, t, x).prev_sample
    assert read.stepped is not None
    ratio = np.prod(1 + np.diff(read.stepped))  # Euler on x' = x
    assert x.item() == pytest.approx(ratio, rel=64 * U)
    assert np.array_equal(read.stepped, read.sigmas[:6])
    assert x.item() != pytest.approx(np.prod(1 + np.diff(read.sigmas)), rel=1e-3)


def test_rounded_timesteps_are_told(diffusers: ModuleType) -> None:
    """DPM-Solver rounds the timesteps of Karras sigmas: the sampler keeps its sigmas, the network is told others."""
    read = given(scheduler_of(diffusers, "DPMSolverMultistepScheduler", 100, use_karras_sigmas=True))
    table = vp_sigmas(alpha_bar())
    assert read.timesteps is not None
    assert read.told == pytest.approx(table[read.timesteps.astype(int)], rel=table_error(alpha_bar()).max())
    assert len(set(read.timesteps)) < len(read.timesteps)
    assert len(set(read.sigmas)) == len(read.sigmas)
    assert given(scheduler_of(diffusers, "EulerDiscreteScheduler", 50, use_karras_sigmas=True)).told is None


# --- flow matching -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"shift": 3.0}, {"use_karras_sigmas": True}, {"shift_terminal": 0.1}])
def test_flow_is_noise_over_signal(diffusers: ModuleType, options: dict[str, Any]) -> None:
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(**options)
    scheduler.set_timesteps(sigmas=np.linspace(0.99, 0.05, 8))
    read = given(scheduler)
    noise, signal = (
        np.array([scheduler.scale_noise(a, t[None], b).item() for t in scheduler.timesteps])
        for a, b in ((ZERO, ONE), (ONE, ZERO))
    )
    assert read.sigmas[:-1] == pytest.approx(noise / signal, rel=1e-12)
    assert read.appended_zero
    assert read.settings["flow"] is True
    assert any("s/(1 - s)" in note for note in read.notes)
    assert as_grid(scheduler).N == 7


def test_shift_by_formula(diffusers: ModuleType) -> None:
    """s -> a s/(1 + (a - 1) s) multiplies s/(1 - s) by a (Esser et al. 2024, arXiv 2403.03206)."""
    plain, shifted = (diffusers.FlowMatchEulerDiscreteScheduler(shift=a) for a in (1.0, 3.0))
    for scheduler in (plain, shifted):
        scheduler.set_timesteps(sigmas=np.linspace(0.99, 0.05, 8))
    sigmas = given(shifted).sigmas[:-1]
    error = 8 * U * (1 + sigmas)  # 1 - s cancels: s is rounded by U, and 1 - s = 1/(1 + sigma)
    assert np.all(np.abs(sigmas / (3 * given(plain).sigmas[:-1]) - 1) <= error)
    assert given(shifted).settings["shift"] == 3.0


def test_inverted_flow(diffusers: ModuleType) -> None:
    plain, inverted = (diffusers.FlowMatchEulerDiscreteScheduler(invert_sigmas=x) for x in (False, True))
    for scheduler in (plain, inverted):
        scheduler.set_timesteps(sigmas=np.linspace(0.99, 0.05, 8))
    sigmas = given(plain).sigmas
    assert inverted.sigmas[0] < inverted.sigmas[-1]
    assert np.all(np.abs(given(inverted).sigmas - sigmas) <= 8 * U * (1 + sigmas) ** 2)


@pytest.mark.parametrize("name", ["FlowMatchEulerDiscreteScheduler", "FlowMatchLCMScheduler"])
def test_pure_noise_is_infinite_and_refused(diffusers: ModuleType, name: str) -> None:
    scheduler = scheduler_of(diffusers, name, 6)
    read = given(scheduler)
    assert np.isposinf(read.sigmas[0])
    assert np.all(np.isfinite(read.sigmas[1:]))
    with pytest.raises(BadInput, match=r"sigma\[0\] = inf .* pure noise.* 0\.999"):
        as_grid(scheduler)
    assert as_grid(read.sigmas[1:]).N == 4


# --- what is said of it --------------------------------------------------------------------------------------


def test_label_source_and_settings(diffusers: ModuleType) -> None:
    scheduler = scheduler_of(diffusers, "EulerDiscreteScheduler", 20, use_karras_sigmas=True, sigma_max=40.0)
    read = given(scheduler)
    assert read.label == "EulerDiscreteScheduler(20 steps, use_karras_sigmas=True, sigma_max=40.0)"
    assert read.source == f"diffusers {diffusers.__version__} EulerDiscreteScheduler"
    assert read.settings["sigma_max"] == read.sigmas[0] == 40.0
    assert (read.settings["final_sigmas_type"], read.settings["steps_offset"]) == ("zero", 0)
    assert read.settings["num_inference_steps"] == 20
    assert as_grid(scheduler, 19).name == read.label


def test_reading_changes_nothing(diffusers: ModuleType) -> None:
    for name in ("HeunDiscreteScheduler", "DDIMScheduler", "FlowMatchEulerDiscreteScheduler"):
        scheduler, twin = (scheduler_of(diffusers, name, 6) for _ in range(2))
        read = given(scheduler)
        read.sigmas[:] = -1.0
        same = [key for key, value in vars(twin).items() if _equal(value, vars(scheduler)[key])]
        assert same == list(vars(twin))


def _equal(a: Any, b: Any) -> bool:
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


def test_a_subclass_and_a_pipeline(diffusers: ModuleType) -> None:
    class Mine(diffusers.EulerDiscreteScheduler):
        pass

    class Pipeline:
        __module__ = "diffusers.pipelines.mine"

        def __init__(self, scheduler: Any) -> None:
            self.scheduler = scheduler

    mine = Mine()
    mine.set_timesteps(4)
    read, inside = given(mine), given(Pipeline(mine))
    assert isinstance(inside, Given)
    assert read.label.startswith("Mine(4 steps")
    assert np.array_equal(read.sigmas, inside.sigmas)


UNSET = ["EulerDiscreteScheduler", "DDIMScheduler", "DDPMScheduler", "EDMEulerScheduler", "UniPCMultistepScheduler"]


@pytest.mark.parametrize("name", [*UNSET, "FlowMatchEulerDiscreteScheduler", "LCMScheduler"])
def test_without_set_timesteps(diffusers: ModuleType, name: str) -> None:
    scheduler = scheduler_of(diffusers, name, None)
    for read in (given, as_grid):
        with pytest.raises(BadInput, match=rf"{name} has no inference steps yet; call its set_timesteps"):
            read(scheduler)
    scheduler.set_timesteps(3)
    assert len(given(scheduler).sigmas) == 4


@pytest.mark.parametrize("name", ["PNDMScheduler", "DDIMInverseScheduler", "TCDScheduler", "ScoreSdeVeScheduler"])
def test_other_rules_are_not_guessed(diffusers: ModuleType, name: str) -> None:
    with pytest.raises(BadInput, match=f"{name} is not read.* as a list"):
        given(scheduler_of(diffusers, name, 5))


USER_FILE = """
from diffusers import EulerDiscreteScheduler

def karras(n):
    scheduler = EulerDiscreteScheduler(use_karras_sigmas=True)
    scheduler.set_timesteps(n)
    return scheduler

def unset():
    return EulerDiscreteScheduler()
"""


def test_a_users_file_returns_a_scheduler(diffusers: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(USER_FILE)
    expected = scheduler_of(diffusers, "EulerDiscreteScheduler", 12, use_karras_sigmas=True)
    assert np.array_equal(parse_grid(f"{path}:karras", steps=11).sigmas, np.float64(expected.sigmas)[:-1])
    read = given(f"{path}:karras", 11)
    assert read.label == f"{path}:karras(n=12)"
    assert read.source.endswith(f"diffusers {diffusers.__version__} EulerDiscreteScheduler")
    assert read.settings["use_karras_sigmas"] is True
    with pytest.raises(BadInput, match=r"mine\.py:unset: .*call its set_timesteps"):
        parse_grid(f"{path}:unset")


# --- the page ------------------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "toolboxes.md"
BLOCK = re.compile(r'^```python(?: title="(\S+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def test_the_pages_command_runs(diffusers: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = PAGE.read_text()
    for file, code in BLOCK.findall(text):
        if file:
            (tmp_path / file).write_text(code)
    command = re.search(r"^    scoreproof (schedule .*)$", text, re.MULTILINE)
    assert command is not None
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(app, [*command.group(1).split(), "--json", "-"])
    assert shown.exit_code == 0, shown.output
    grids = json.loads(shown.stdout)["grids"]
    assert [grid["grid"] for grid in grids] == ["mine.py:karras", "mine.py:exponential"]
    assert {grid["verdict"] for grid in grids} == {"reference", "worse"}


def test_the_page_names_every_scheduler_that_is_read(diffusers: ModuleType) -> None:
    words = set(re.findall(r"\w+", PAGE.read_text()))
    names = [name.removesuffix("Scheduler") for name in dir(diffusers) if name.endswith("Scheduler")]
    assert {name for name in names if name in words} - {"PNDM", "TCD"} == {
        name.removesuffix("Scheduler") for name in READ
    }

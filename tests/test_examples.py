"""The examples run, and their own code is right: training that resumes, a loss curve, paths and two-sample tests."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from scipy.special import gammaln
from torch import nn

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
NOTEBOOK = EXAMPLES / "digits_schedule.ipynb"
LEVELS = [4.0, 1.5, 0.6, 0.3]
LAMBDA, D = 0.5, 3
SIGMAS = 5.0  # standard errors that a mean may be off: a false alarm in 2 million


@pytest.fixture
def digits(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package of the notebook, imported as the notebook imports it."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    threads = torch.get_num_threads()
    import digits_denoiser

    yield digits_denoiser
    torch.set_num_threads(threads)


class Exact(nn.Module):
    """The denoiser of N(0, LAMBDA I)."""

    mean = torch.zeros(D)

    def forward(self, x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        return x * (LAMBDA / (LAMBDA + sigma[:, None] ** 2))


def normal(n: int, variance: float, seed: int, d: int = D) -> torch.Tensor:
    return variance**0.5 * torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def near(values: torch.Tensor, wanted: float) -> bool:
    """Whether the mean of independent ``values`` is within its error of ``wanted``."""
    return abs(float(values.mean()) - wanted) < SIGMAS * float(values.std()) / len(values) ** 0.5


def mean_distance(a: float, b: float, d: int = D) -> float:
    """E|A - B| of two centred isotropic Gaussians of variances ``a`` and ``b``."""
    return float((2 * (a + b)) ** 0.5 * np.exp(gammaln((d + 1) / 2) - gammaln(d / 2)))


def energy(a: float, b: float) -> float:
    return 2 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b)


# --- data and training ----------------------------------------------------------------------------------


def test_no_image_is_in_two_parts(digits: ModuleType) -> None:
    split = digits.split_digits()
    parts = [{tuple(image) for image in part.tolist()} for part in (split.training, split.validation, split.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 1797
    assert split.test.min() == -1
    assert split.test.max() == 1


def test_a_run_that_was_stopped_ends_in_the_same_weights(digits: ModuleType, tmp_path: Path) -> None:
    images = digits.split_digits().training[:200]
    settings = digits.Settings(steps=24, width=16, blocks=1, batch=32)
    whole = digits.train(images, settings)

    class Stopped(Exception):
        pass

    def stop(step: int, loss: float) -> None:
        if step == 16:
            raise Stopped

    with pytest.raises(Stopped):
        digits.train(images, settings, tmp_path / "model.pt", every=8, told=stop)
    told: list[int] = []
    resumed = digits.train(images, settings, tmp_path / "model.pt", every=8, told=lambda step, loss: told.append(step))
    assert told == [16, 24]  # the checkpoint of step 8 was the last that was written
    for name, one in whole.state_dict().items():
        assert torch.equal(one, resumed.state_dict()[name]), name
    with pytest.raises(ValueError, match="other settings"):
        digits.train(images, digits.Settings(steps=25, width=16, blocks=1, batch=32), tmp_path / "model.pt")


def test_a_network_that_knows_nothing_has_the_loss_of_its_preconditioning(digits: ModuleType) -> None:
    """F = 0: D = mean + c_skip (x - mean), whose mse on data of variance s^2 is d c_out^2."""
    images = normal(4000, 0.3, seed=0, d=8).float()
    model = digits.Denoiser(images, width=8, blocks=1)
    sigma = torch.tensor([0.1, 1.0, 10.0])
    s2 = model.sigma_data**2
    for row in digits.measure_curve(model, images, sigma.tolist(), draws=2):
        wanted = 8 * float(s2) * row.sigma**2 / (float(s2) + row.sigma**2)
        assert row.mse == pytest.approx(wanted, abs=SIGMAS * row.se)


def test_what_the_network_has_to_learn_has_variance_1(digits: ModuleType) -> None:
    """The target of F is (X - mean - c_skip (X + sigma xi - mean))/c_out."""
    model = digits.Denoiser(normal(4000, 0.3, seed=0, d=8).float(), width=8, blocks=1)
    sigma = torch.tensor([0.1, 1.0, 10.0])
    skip, out = model.scales(sigma)
    variance = (1 - skip[:, 0]) ** 2 * model.sigma_data**2 + skip[:, 0] ** 2 * sigma**2
    assert torch.allclose(variance / out[:, 0] ** 2, torch.ones(3), rtol=1e-5)


# --- the loss curve ---------------------------------------------------------------------------------------


def test_the_loss_curve_is_the_mse_and_its_error_counts_images(digits: ModuleType, tmp_path: Path) -> None:
    images = normal(400, LAMBDA, seed=1).float()
    few, many = (digits.measure_curve(Exact(), images, LEVELS, draws=draws) for draws in (4, 400))
    for row in [*few, *many]:
        assert row.mse == pytest.approx(D * LAMBDA * row.sigma**2 / (LAMBDA + row.sigma**2), abs=SIGMAS * row.se)
    # at sigma = 4 the error of an image is nearly |x|^2, whatever its noise: more draws do not help
    at_infinity = float(images.square().sum(dim=1).std()) / len(images) ** 0.5
    assert many[0].se == pytest.approx(at_infinity * (LEVELS[0] ** 2 / (LAMBDA + LEVELS[0] ** 2)) ** 2, rel=0.1)
    assert few[0].se / many[0].se < 2**0.5
    from verify.language.curves import read_curve

    digits.write_curve(many, tmp_path / "curve.csv")
    curve = read_curve(tmp_path / "curve.csv", d=D)
    assert curve.loss(np.square(LEVELS)).value == pytest.approx([row.mse / row.sigma**2 for row in many], rel=0.05)


# --- paths -----------------------------------------------------------------------------------------------


def path_cost() -> float:
    """1/2 sum (1/v' - 1/v) mmse(v) in closed form."""
    v = np.square(LEVELS)
    mmse = D * LAMBDA * v[:-1] / (LAMBDA + v[:-1])
    return float(np.sum(np.diff(1 / v) * mmse)) / 2


def test_the_misfit_of_data_is_the_path_cost_and_that_of_the_sampler_is_0(digits: ModuleType) -> None:
    drawn = digits.ancestral_samples(Exact(), LEVELS, 20_000, seed=0)
    data = digits.data_misfit(Exact(), normal(20_000, LAMBDA, seed=2).float(), LEVELS, draws=1, seed=3)
    assert near(drawn.misfit, 0.0)
    assert near(data, path_cost())
    assert not near(data, path_cost() * 1.05)
    measured = digits.path_distances({"grid": data}, {"grid": drawn.misfit})
    assert abs(measured.values["grid"] - path_cost()) < SIGMAS * measured.error("grid")


def test_another_sampler_is_noticed(digits: ModuleType, k_diffusion_sampling: ModuleType) -> None:
    """eta = 0.9 adds less noise than the sampler that was ranked."""
    from digits_denoiser.samples import misfit

    levels, steps = torch.tensor(LEVELS), []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        last = k_diffusion_sampling.sample_euler_ancestral(
            Exact(), levels[0] * torch.randn(20_000, D), levels, eta=0.9, disable=True, callback=steps.append
        )
    wrong = misfit([*(one["x"] for one in steps), last], [one["denoised"] for one in steps], levels)
    assert not near(wrong, 0.0)


def test_a_grid_that_ends_in_0_is_refused(digits: ModuleType) -> None:
    with pytest.raises(ValueError, match="leave the appended 0 out"):
        digits.ancestral_samples(Exact(), [*LEVELS, 0.0], 4, seed=0)


# --- two samples -----------------------------------------------------------------------------------------


def test_energy_distances_are_those_of_the_laws(digits: ModuleType) -> None:
    variances = {"near": 1.2, "far": 2.0}
    data = normal(1500, 1.0, seed=4).reshape(1500, 1, D)
    found = digits.energy_distances(
        {name: normal(3000, v, seed=i) for i, (name, v) in enumerate(variances.items())}, data
    )
    for name, v in variances.items():
        assert abs(found.values[name] - energy(v, 1.0)) < SIGMAS * found.error(name)
    (pair,) = found.pairs(alpha=1e-3)
    wanted = energy(1.2, 1.0) - energy(2.0, 1.0)
    assert abs(pair.difference - wanted) < SIGMAS * pair.error
    assert pair.order == -1
    assert pair.error < pair.radius < pair.seen < abs(wanted)


def test_the_error_is_the_spread_over_repetitions_and_counts_images(digits: ModuleType) -> None:
    """Five draws of an image that hardly differ are one image. 120 repetitions tell a standard deviation to 35 %."""
    differences, errors = [], []
    for seed in range(120):
        images = normal(40, 1.0, seed=3 * seed).float()  # in the middle: nearer to a, or to b, by chance
        sets = {"a": normal(80, 1.0, seed=3 * seed + 1).float(), "b": normal(80, 1.0, seed=3 * seed + 2).float()}
        sets = {"a": sets["a"] - 0.5, "b": sets["b"] + 0.5}
        (pair,) = digits.energy_distances(sets, digits.noised(images, 0.05, draws=5, seed=seed)).pairs(alpha=0.05)
        differences.append(pair.difference)
        errors.append(pair.error)
    assert np.std(differences) == pytest.approx(np.mean(errors), rel=0.35)
    assert abs(np.mean(differences)) < SIGMAS * np.std(differences) / 120**0.5


def test_one_image_is_too_few(digits: ModuleType) -> None:
    with pytest.raises(ValueError, match="two or more"):
        digits.energy_distances({"a": normal(5, 1.0, 0)}, normal(3, 1.0, 1).reshape(1, 3, D))


# --- the notebook ------------------------------------------------------------------------------


def code_cells() -> list[str]:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_the_notebook_in_short_form(digits: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code as it stands, on a small network; the same measurement against a wrong prediction contradicts it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCOREPROOF_FAST", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    seen: dict = {}
    with redirect_stdout(io.StringIO()):
        for cell in code_cells():
            exec(compile(cell, NOTEBOOK.name, "exec"), seen)
    said = digits.counts(seen["by_path"])
    assert said["contradict"] == 0
    assert said["agree"] >= 8
    wrong = digits.judge(seen["grids"], seen["curve"], [one.measured for one in seen["by_path"]], sampler="score")
    assert digits.counts(wrong)["contradict"] >= 1
    pictures = {file.name for file in (tmp_path / "digits_files").glob("*.png")}
    assert pictures == {"ranking.png", "optimum.png", "samples.png", "agreement.png"}


def test_the_notebook_was_run_to_its_end() -> None:
    text = NOTEBOOK.read_text()
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} <= {"stream", "display_data", "execute_result"}
    assert all(output.get("name") != "stderr" for output in outputs)
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 4
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)


@pytest.mark.long
def test_the_notebook_in_full(tmp_path: Path) -> None:
    """In a kernel of its own, as a user would: its last cell holds the measured order of paths to the predicted one."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    notebook = nbformat.read(NOTEBOOK, 4)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(EXAMPLES), str(ROOT)])}
    environment.pop("SCOREPROOF_FAST", None)
    client = nbclient.NotebookClient(
        notebook, timeout=3600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute(env=environment)
    assert (tmp_path / "digits_files" / "curve.csv").exists()

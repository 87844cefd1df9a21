"""k-diffusion's own schedules and denoisers as installed, against our closed forms and against themselves."""

from __future__ import annotations

import functools
import importlib.util
import sys
from importlib import metadata
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from theory.grids import Grid, exponential, karras, polyexponential, vp
from verify.language import BadInput, parse_grid
from verify.schedules import as_grid
from verify.schedules.reading import given

U = 2.0**-24  # largest relative rounding error of float32
ENDS = {"sigma_min": 0.03, "sigma_max": 15.0}


@pytest.fixture(scope="module")
def external(k_diffusion_sampling: ModuleType) -> ModuleType:
    """``k_diffusion.external`` alone: its package imports training code with dependencies of its own."""
    package = ModuleType("k_diffusion")
    package.__path__ = []
    vars(package).update(sampling=k_diffusion_sampling, utils=k_diffusion_sampling.utils)
    path = Path(str(k_diffusion_sampling.__file__)).with_name("external.py")
    spec = importlib.util.spec_from_file_location("k_diffusion.external", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "k_diffusion", package)
        spec.loader.exec_module(module)
    return module


def alpha_bar() -> torch.Tensor:
    """The table of Stable Diffusion: betas that are squares of evenly spread roots."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


def comp_vis(external: ModuleType, **options: Any) -> Any:
    return external.CompVisDenoiser(SimpleNamespace(alphas_cumprod=alpha_bar()), **options)


# --- functions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "formula"),
    [
        ("karras", ENDS, karras(18, 0.03, 15.0)),
        ("karras", {**ENDS, "rho": 3.0}, karras(18, 0.03, 15.0, 3.0)),
        ("exponential", ENDS, exponential(18, 0.03, 15.0)),
        ("polyexponential", {**ENDS, "rho": 0.7}, polyexponential(18, 0.03, 15.0, 0.7)),
        ("vp", {}, vp(18)),
    ],
)
def test_functions(k_diffusion_sampling: ModuleType, name: str, options: dict[str, Any], formula: Grid) -> None:
    function = functools.partial(getattr(k_diffusion_sampling, f"get_sigmas_{name}"), **options)
    read = given(function, 17)
    assert read.appended_zero
    assert (read.precision, len(read.sigmas)) == ("float32", 19)
    assert read.source == f"k-diffusion {metadata.version('k-diffusion')} get_sigmas_{name}"
    assert read.label.startswith(f"get_sigmas_{name}(n=18")
    assert {key: read.settings[key] for key in options} == options
    # Karras' power multiplies the rounding of its base by rho; vp subtracts 1 from exp(b), which loses digits.
    error = (64 * U * (1 + 1 / formula.v)) if name == "vp" else 64 * U
    assert np.all(np.abs(as_grid(function, 17).sigmas / formula.sigmas - 1) <= error)
    # The same numbers, handed over as the tensor that the function returns.
    assert np.array_equal(given(function(18)).sigmas, read.sigmas)
    assert given(function(18)).source == "torch tensor"


def test_ends_that_nobody_gave(k_diffusion_sampling: ModuleType) -> None:
    read = given(k_diffusion_sampling.get_sigmas_karras, 17)
    assert read.grid().sigmas == pytest.approx(karras(18, 0.002, 80.0).sigmas, rel=64 * U)
    assert len(read.notes) == 2
    with pytest.raises(BadInput, match="say how many steps"):
        given(k_diffusion_sampling.get_sigmas_karras)


def test_a_copy_inside_another_toolbox(k_diffusion_sampling: ModuleType) -> None:
    copy = FunctionType(
        k_diffusion_sampling.get_sigmas_karras.__code__, vars(k_diffusion_sampling), "get_sigmas_karras"
    )
    copy.__module__ = "comfy.k_diffusion.sampling"
    assert (
        given(functools.partial(copy, rho=7.0, device="cpu", **ENDS), 5).source
        == "k-diffusion of comfy get_sigmas_karras"
    )


# --- denoisers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantize", [False, True])
def test_comp_vis_denoiser(external: ModuleType, quantize: bool) -> None:
    denoiser = comp_vis(external, quantize=quantize)
    read = given(denoiser, 19)
    assert np.array_equal(read.sigmas, np.float64(denoiser.get_sigmas(20)))
    assert read.source == f"k-diffusion {metadata.version('k-diffusion')} CompVisDenoiser"
    alpha = alpha_bar().double().numpy()
    assert read.trained == pytest.approx(np.sqrt((1 - alpha) / alpha), rel=4 * U)
    assert read.settings["quantize"] is quantize
    assert (read.settings["sigma_min"], read.settings["sigma_max"]) == pytest.approx((0.02917, 14.6146), rel=1e-4)
    assert read.timesteps is not None
    evenly = np.linspace(999, 0, 20)
    assert read.timesteps == pytest.approx(np.round(evenly) if quantize else evenly, abs=0.5 if quantize else 1e-2)
    assert (read.told is not None) == quantize
    if quantize:
        nearest = np.abs(np.log(read.sigmas[:-1, None] / read.trained)).argmin(1)
        assert read.told == pytest.approx(read.trained[nearest], rel=4 * U)


def test_the_whole_table(external: ModuleType) -> None:
    read = given(comp_vis(external))
    assert len(read.sigmas) == 1001
    assert read.trained is not None
    assert np.array_equal(read.sigmas[:-1], read.trained[::-1])
    assert read.label == "CompVisDenoiser.get_sigmas()"


def test_a_denoiser_of_ones_own(external: ModuleType) -> None:
    """The same four names on another class are enough."""

    class Mine(external.DiscreteSchedule):
        __module__ = "mine"

    class Copy:
        def __init__(self, inner: Any) -> None:
            self.sigmas, self.log_sigmas = inner.sigmas, inner.log_sigmas
            self.get_sigmas, self.sigma_to_t = inner.get_sigmas, inner.sigma_to_t

    table = torch.linspace(0.1, 10, 50)
    mine = Mine(table, quantize=False)
    assert "k-diffusion" in given(mine, 5).source
    assert given(Copy(mine), 5).source == "denoiser Copy"
    assert np.array_equal(given(Copy(mine), 5).sigmas, given(mine, 5).sigmas)
    assert len(given(mine, 5).sigmas) == 7


def test_a_wrapper_without_a_table(external: ModuleType) -> None:
    with pytest.raises(BadInput, match="VDenoiser has no table of sigmas; give the sigmas"):
        given(external.VDenoiser(None), 5)


def test_a_users_file_returns_a_denoiser(external: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.py"
    path.write_text("import shared_denoiser\ndef denoiser(): return shared_denoiser.DENOISER\n")
    shared = ModuleType("shared_denoiser")
    denoiser = comp_vis(external)
    vars(shared)["DENOISER"] = denoiser
    monkeypatch.setitem(sys.modules, "shared_denoiser", shared)
    grid = parse_grid(f"{path}:denoiser", steps=11)
    assert np.array_equal(grid.sigmas, np.float64(denoiser.get_sigmas(12))[:-1])

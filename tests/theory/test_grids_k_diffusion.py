"""Grids against the functions of k-diffusion that users have their sigmas from.

How far the two may differ is derived, in units of the last place (ulps), from k-diffusion's own rounding in
torch's default type. On sigmas from 80 to 0.002 that is at most 82 for ``karras`` at its rho = 7, 12 for
``exponential``, 51 for ``polyexponential``, and 7400 for the smallest sigma of ``vp``, where it cancels.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

from theory import grids
from theory.grids import FAMILIES, Grid

EDM = {"sigma_min": 0.002, "sigma_max": 80.0}


def ulps_karras(grid: Grid) -> np.ndarray:
    """The root sigma^(1/rho) sums terms up to the first root, with five roundings; rho amplifies them."""
    rho, roots = grid.parameters["rho"], grid.sigmas ** (1 / grid.parameters["rho"])
    return 2.5 * rho * roots[0] / roots + 2


def ulps_exponential(grid: Grid) -> np.ndarray:
    """Rounding of ln sigma, at the size of the largest, becomes relative error of sigma."""
    return np.full(grid.n, 1.5 * np.abs(np.log(grid.sigmas)).max() + 2)


def ulps_polyexponential(grid: Grid) -> np.ndarray:
    """As exponential, with the power's rounding on the whole range of ln sigma."""
    logs = np.log(grid.sigmas)
    return np.full(grid.n, (grid.parameters["rho"] + 2) * (logs[0] - logs[-1]) + np.abs(logs).max() + 2)


def ulps_vp(grid: Grid) -> np.ndarray:
    """k-diffusion subtracts 1 from exp(u), which for u = 1e-4 at the last point costs four digits."""
    p, fractions = grid.parameters, np.arange(grid.n) / grid.N
    time = 1 + fractions * (p["eps_s"] - 1)
    u = p["beta_d"] * time**2 / 2 + p["beta_min"] * time
    error_of_u = p["beta_d"] * time + p["beta_min"] + 2 * u
    return (error_of_u + 1.5) / (-2 * np.expm1(-u)) + 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(
    ("grid", "ulps"),
    [
        *((grids.karras(n, **EDM, rho=rho), ulps_karras) for n in (2, 19, 200) for rho in (1, 3, 7.0)),
        *((grids.exponential(n, **EDM), ulps_exponential) for n in (2, 19, 200)),
        *((grids.polyexponential(n, **EDM, rho=r), ulps_polyexponential) for n in (2, 19) for r in (1, 0.5, 2)),
        *((grids.vp(n), ulps_vp) for n in (2, 19, 200)),
        (grids.vp(19, beta_d=12.0, beta_min=0.5, eps_s=0.05), ulps_vp),
    ],
    ids=lambda value: value.label if isinstance(value, Grid) else None,
)
def test_equals_k_diffusion_to_rounding(k_diffusion_sampling, grid: Grid, ulps, dtype: torch.dtype) -> None:
    """k-diffusion computes in torch's default type: float32 as it is used, float64 for a sharp comparison."""
    toolbox = getattr(k_diffusion_sampling, f"get_sigmas_{grid.name}")
    default = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        theirs = toolbox(**grid.parameters).double().numpy()
    finally:
        torch.set_default_dtype(default)
    assert theirs.shape == (grid.n + 1,)
    assert theirs[-1] == 0
    error = np.abs(theirs[:-1] / grid.sigmas - 1) / torch.finfo(dtype).eps
    assert np.all(error <= ulps(grid)), f"up to {(error / ulps(grid)).max():.2f} of the bound"


@pytest.mark.parametrize("name", ["karras", "exponential", "polyexponential", "vp"])
def test_signatures_are_k_diffusions(k_diffusion_sampling, name: str) -> None:
    theirs = inspect.signature(getattr(k_diffusion_sampling, f"get_sigmas_{name}")).parameters.values()
    ours = inspect.signature(FAMILIES[name]).parameters.values()
    assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs if p.name != "device"]


def test_toolbox_output_is_a_grid_with_its_zero_dropped(k_diffusion_sampling) -> None:
    theirs = k_diffusion_sampling.get_sigmas_karras(19, **EDM)
    assert grids.from_sigmas(theirs).sigmas.tolist() == theirs.tolist()[:-1]

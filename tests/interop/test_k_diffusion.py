"""k-diffusion's own samplers on our exact denoiser: equal steps, and samples that follow our density."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
import torch

from numerics.samplers import SAMPLERS, Sampler
from numerics.targets import GaussianMixture
from numerics.terminal import OutputDensity, propagate
from numerics.terminal.goodness_of_fit import ChiSquareTest
from theory.grids import exponential, karras

MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])
GRIDS = {"karras": karras(12, 0.05, 9), "exponential": exponential(9, 0.02, 5)}
N = 200_000
ALPHA = 1e-6  # false alarms of each chi-square test


class _Ancestral(Sampler):
    """``sample_euler_ancestral`` for any eta: an ode step to sigma_down, then noise sigma_up."""

    def __init__(self, eta: float) -> None:
        self.eta, self.name = eta, f"ancestral(eta={eta:g})"

    def mean(self, model: Any, y: Any, v: Any, v_next: Any) -> Any:
        denoised = model.denoiser(y, v)
        return denoised + (y - denoised) * ((v_next - self.noise_variance(v, v_next)) / v) ** 0.5

    def noise_variance(self, v: Any, v_next: Any) -> Any:
        return self.eta**2 * v_next * (v - v_next) / v


def _model(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    return MIXTURE.denoiser(x, sigma**2)


def _start(sigmas: torch.Tensor, n: int) -> torch.Tensor:
    return sigmas[0] * torch.randn(n, 1, dtype=torch.float64)


def _ancestral_samples(sampling: ModuleType, grid: str, seed: int, **options: float) -> torch.Tensor:
    sigmas = torch.tensor(GRIDS[grid].sigmas.copy())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # k-diffusion draws its noise from the global generator
        x = _start(sigmas, N)
        return sampling.sample_euler_ancestral(_model, x, sigmas, disable=True, **options)


def _density(grid: str, sampler: str | Sampler) -> OutputDensity:
    return propagate(MIXTURE, GRIDS[grid].v, sampler)


@pytest.mark.parametrize("grid", GRIDS)
def test_euler_ancestral_is_the_denoiser_sampler(k_diffusion_sampling: ModuleType, grid: str) -> None:
    test = ChiSquareTest(_density(grid, "denoiser"), alpha=ALPHA)
    assert not test.rejects(_ancestral_samples(k_diffusion_sampling, grid, seed=1))


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("eta", [0.9, 0.0])
def test_other_eta_is_another_law(k_diffusion_sampling: ModuleType, grid: str, eta: float) -> None:
    """Power above 1 - 1e-6 by the density of the other law, which the samples do follow."""
    wrong = _Ancestral(eta) if eta else SAMPLERS["ode"]
    test, right = (ChiSquareTest(_density(grid, s), alpha=ALPHA) for s in ("denoiser", wrong))
    assert test.power(right.law, N) > 1 - 1e-6
    samples = _ancestral_samples(k_diffusion_sampling, grid, seed=1, eta=eta)
    assert test.rejects(samples)
    assert not right.rejects(samples)


def test_wrong_noise_scale_is_rejected(k_diffusion_sampling: ModuleType) -> None:
    test = ChiSquareTest(_density("karras", "denoiser"), alpha=ALPHA)
    assert test.rejects(_ancestral_samples(k_diffusion_sampling, "karras", seed=1, s_noise=1.1))


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(("name", "sampler"), [("sample_euler", "ode"), ("sample_heun", "heun")])
def test_deterministic_samplers_take_the_same_steps(
    k_diffusion_sampling: ModuleType, grid: str, name: str, sampler: str
) -> None:
    sigmas = torch.tensor(GRIDS[grid].sigmas.copy())
    torch.manual_seed(3)
    x = y = _start(sigmas, 500)
    for v, v_next in zip(GRIDS[grid].v[:-1].tolist(), GRIDS[grid].v[1:].tolist(), strict=True):
        y = SAMPLERS[sampler].step(MIXTURE, y, v, v_next)
    theirs = getattr(k_diffusion_sampling, name)(_model, x, sigmas, disable=True)
    assert torch.allclose(theirs, y, rtol=1e-11, atol=1e-11)
    other = SAMPLERS["heun" if sampler == "ode" else "ode"]
    assert not torch.allclose(other.step(MIXTURE, x, v, v_next), SAMPLERS[sampler].step(MIXTURE, x, v, v_next))

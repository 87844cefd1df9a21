"""Every sampler against its own statements: its step, its affine action, the law that its samples have."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from flint import arb
from scipy.stats import chi2, norm

from numerics.enclosures import Enclosure
from numerics.samplers import (
    SAMPLERS,
    AffineModel,
    Denoiser,
    Euler,
    ExponentialIntegrator,
    get_sampler,
    sample,
)
from numerics.samplers.noise import Noise
from numerics.score_errors import LearnedScore, LinearError
from numerics.targets import Gaussian, GaussianMixture
from numerics.terminal import gaussian_output
from theory.grids import karras

V = karras(n=8, sigma_min=0.05, sigma_max=9).v
MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])


class _AffineTensorModel:
    """Score -0.7 x / (1 + v) + 0.3, on tensors."""

    d = 1

    def score(self, x: torch.Tensor, v: float) -> torch.Tensor:
        return x * (-0.7 / (1 + v)) + 0.3

    def denoiser(self, x: torch.Tensor, v: float) -> torch.Tensor:
        return x + v * self.score(x, v)


@pytest.mark.parametrize("name", SAMPLERS)
def test_affine_action_is_that_of_the_step(name: str) -> None:
    method, (v, v_next) = SAMPLERS[name], (3.0, 1.25)
    y = torch.tensor([[0.0], [1.0], [0.0]], dtype=torch.float64)
    noise = torch.tensor([[0.0], [0.0], [1.0]], dtype=torch.float64)
    at_zero, at_one, noisy = method.step(_AffineTensorModel(), y, v, v_next, noise)[:, 0].tolist()
    for number in (Enclosure.of, arb):
        model = AffineModel(lambda u: -0.7 / (u + 1), lambda u: u * 0.0 + 0.3)
        slope, offset, variance = method.affine(model, number(v), number(v_next))
        slope, offset, variance = (float(getattr(a, "value", a)) for a in (slope, offset, variance))
        assert offset == pytest.approx(at_zero, abs=1e-14)
        assert slope == pytest.approx(at_one - at_zero, abs=1e-14)
        assert variance == pytest.approx((noisy - at_zero) ** 2, abs=1e-14)
        assert method.stochastic == (variance > 0)


def test_steps_as_printed() -> None:
    """The formulas of each step, typed once more by hand, at one point of a mixture."""
    v, u = 2.0, 0.5
    y, z = torch.tensor([[0.4]], dtype=torch.float64), torch.tensor([[-1.3]], dtype=torch.float64)
    s, d = MIXTURE.score(y, v), MIXTURE.denoiser(y, v)
    to_zero = y + (u**0.5 - v**0.5) * (y - d) / v**0.5
    corrected = (y - d) / v**0.5 + (to_zero - MIXTURE.denoiser(to_zero, u)) / u**0.5
    expected = {
        "score": y + (v - u) * s + (v - u) ** 0.5 * z,
        "denoiser": u / v * y + (1 - u / v) * d + (u * (v - u) / v) ** 0.5 * z,
        "ode": d + (u / v) ** 0.5 * (y - d),
        "heun": y + (u**0.5 - v**0.5) / 2 * corrected,
        "euler": y + 2 * v**0.5 * (v**0.5 - u**0.5) * s + (2 * v**0.5 * (v**0.5 - u**0.5)) ** 0.5 * z,
        "exponential_integrator": y + (v - u) * s + (v - u) ** 0.5 * z,
    }
    assert set(expected) == set(SAMPLERS)
    for name, value in expected.items():
        assert SAMPLERS[name].step(MIXTURE, y, v, u, z).item() == pytest.approx(value.item(), abs=1e-13)


@pytest.mark.parametrize("a", [0.25, 0.5, 1.0, 1.7, 20.0])
def test_exponential_integrator_is_the_score_sampler_for_every_parametrisation(a: float) -> None:
    method = ExponentialIntegrator(a)
    for v, v_next in ((6400.0, 6000.0), (6400.0, 4e-6), (0.3, 0.29)):
        assert method.noise_variance(v, v_next) == pytest.approx(v - v_next, rel=2e-13)
        assert method.noise_variance(arb(v), arb(v_next)).overlaps(arb(v) - arb(v_next))
        stated = method.noise_variance(Enclosure.of(v), Enclosure.of(v_next))
        assert abs(stated.value - (v - v_next)) <= stated.radius < 1e-11 * v


@pytest.mark.parametrize("a", [0.25, 0.5, 1.7])
def test_euler_depends_on_the_parametrisation(a: float) -> None:
    """g^2(t) (t - t') is v - v' for a = 1/2 (v linear in t) alone."""
    gained = Euler(a).noise_variance(3.0, 1.0)
    t, t_next = 3.0 ** (0.5 / a), 1.0
    assert gained == pytest.approx(2 * a * t ** (2 * a - 1) * (t - t_next))
    assert (gained == pytest.approx(2.0, abs=1e-12)) == (a == 0.5)


def test_same_seed_same_samples() -> None:
    draws = [sample("denoiser", MIXTURE, V, n=300, seed=seed, chunk=128) for seed in (5, 5, 6)]
    assert draws[0].shape == (300, 1)
    assert draws[0].dtype == torch.float64
    assert torch.equal(draws[0], draws[1])
    assert not torch.isclose(draws[0], draws[2]).any()
    assert draws[0].unique().numel() == 300  # chunks do not repeat one another


def test_noise_is_standard_normal_and_no_draw_repeats_another() -> None:
    """False alarms below 1e-7: 15 covariances and 5 means at six standard errors, and the share beyond 3.09."""
    noise, n = Noise(3, torch.device("cpu")), 20_000
    draws = torch.cat([noise.normal(n, 2), noise.normal(n, 2)], dim=1)
    assert draws.dtype == torch.float64
    of_data = torch.randn(n, 1, dtype=torch.float64, generator=noise.generator)
    table = torch.cat([draws, of_data], dim=1)
    assert (torch.cov(table.T) - torch.eye(5)).abs().max() < 6 * (2 / n) ** 0.5
    assert table.mean(dim=0).abs().max() < 6 / n**0.5
    assert chi2.sf(float((draws**2 > norm.isf(1e-3) ** 2).sum() - 8e-3 * n) ** 2 / (8e-3 * n), 1) > 1e-9  # its tails
    assert torch.equal(Noise(3, torch.device("cpu")).normal(n, 2), draws[:, :2])


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_samples_on_cuda_follow_the_same_step() -> None:
    drawn = sample("heun", MIXTURE, V, n=1000, seed=5, device="cuda")
    assert drawn.device.type == "cuda"
    y = torch.randn(64, 1, dtype=torch.float64)
    for method in SAMPLERS.values():
        here = method.step(MIXTURE, y, 2.0, 0.5, y)
        there = method.step(MIXTURE, y.cuda(), 2.0, 0.5, y.cuda())
        assert torch.allclose(here, there.cpu(), rtol=1e-12, atol=1e-12)


ALPHA = 1e-7  # per comparison; 4 comparisons in each of 12 tests: false alarms below 5e-6 altogether
N = 40_000


def _refuted(samples: np.ndarray, mean: float, variance: float) -> bool:
    """Exact tests of N(mean, variance): of the mean, and of the variance (both at level ALPHA)."""
    n = samples.size
    z = abs(samples.mean() - mean) / (variance / n) ** 0.5
    scaled = np.sum((samples - samples.mean()) ** 2) / variance
    low, high = chi2.ppf(ALPHA / 2, n - 1), chi2.isf(ALPHA / 2, n - 1)
    return bool(z > norm.isf(ALPHA / 2) or not low < scaled < high)


@pytest.mark.parametrize("start", ["noise", "exact"])
@pytest.mark.parametrize("name", SAMPLERS)
def test_sample_moments_are_those_of_the_affine_recursion(name: str, start: str) -> None:
    target, error = Gaussian(eigenvalues=[0.37, 2.0], mean=[0.5, -1.0]), LinearError(a=-0.1, b=0.2)
    output = gaussian_output(target, V, name, error, start)
    drawn = sample(name, LearnedScore(target, error), V, N, seed=11, start=start).numpy()
    for i in range(2):
        mean, variance = float(output.mean.value[i]), float(output.variance.value[i])
        assert not _refuted(drawn[:, i], mean, variance)
        # power: at N = 40000 a variance 8 % off, or a mean 0.06 standard deviations off, is seen with
        # probability above 1 - 1e-8 (11 and 12 standard errors, of which ALPHA takes 5.4)
        assert _refuted(drawn[:, i], mean, 1.08 * variance)
        assert _refuted(drawn[:, i], mean + 0.06 * variance**0.5, variance)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="no sampler is named 'dpm'"):
        get_sampler("dpm")
    with pytest.raises(ValueError, match="'noise' or 'exact'"):
        sample("score", MIXTURE, V, 1, 0, start="data")
    for grid in ([1.0], [1.0, 1.0], [1.0, 2.0], [1.0, 0.0], [np.inf, 1.0], [[2.0, 1.0]]):
        with pytest.raises(ValueError, match="grid"):
            sample("score", MIXTURE, grid, 1, 0)
    for kind in (Euler, ExponentialIntegrator):
        with pytest.raises(ValueError, match="must be positive"):
            kind(0.0)
    assert get_sampler(Denoiser()).name == "denoiser"

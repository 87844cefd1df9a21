"""KL_path from its definition: known numbers, two independent routes, and its place above the terminal KL."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from flint import arb

from numerics.chains import path_kl, path_kl_ball
from numerics.enclosures import Relation, at_most
from numerics.samplers import Denoiser, ExponentialIntegrator
from numerics.score_errors import FunctionError, LinearError, ScoreError
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable, Target
from numerics.terminal import terminal_kl
from theory.grids import exponential, karras

MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])
NARROW = GaussianMixture(weights=[0.3, 0.3, 0.4], means=[-1, 1, 1.1], stds=[0.01, 0.4, 0.003])
KARRAS, EXPONENTIAL = karras(n=17, sigma_min=0.05, sigma_max=5).v, exponential(17, 0.05, 5).v


@pytest.mark.parametrize(
    ("v", "sampler", "expected"),
    [
        (KARRAS, "score", 0.358268),
        (KARRAS, "denoiser", 0.860768),
        (EXPONENTIAL, "score", 0.395549),
        (EXPONENTIAL, "denoiser", 0.711220),
    ],
)
def test_mixture_reference_values(v: np.ndarray, sampler: str, expected: float) -> None:
    """The discretisation error E_D: all of the path KL for an exact score and an exact start."""
    kl = path_kl(MIXTURE, v, sampler, start="exact")
    assert float(kl.value) == pytest.approx(expected, abs=5e-7)
    assert kl.radius < 1e-10


def test_gaussian_reference_value() -> None:
    """(1/2)[sum mmse(v_k) (gamma_{k+1} - gamma_k) - ln((1 + lambda gamma_N)/(1 + lambda gamma_0))]."""
    kl = path_kl(Gaussian(d=1, var=0.37), karras(12, 0.05, 9).v, "denoiser", start="exact")
    assert float(kl.value) == pytest.approx(1.7889729400, abs=5e-11)


TARGETS = [
    Gaussian(eigenvalues=[4.0, 0.37, 0.0], mean=[1.0, -1.0, 0.3]),
    Gaussian(d=5, var=1e-6),
]


@pytest.mark.parametrize("start", ["noise", "exact"])
@pytest.mark.parametrize("error", [None, LinearError(a=0.3, b=-0.2)])
@pytest.mark.parametrize("sampler", ["score", "denoiser", "euler", ExponentialIntegrator(0.7)])
@pytest.mark.parametrize("target", TARGETS)
def test_chain_rule_in_float64_meets_determinants_in_balls(
    target: Target, sampler: str, error: ScoreError | None, start: str
) -> None:
    v = karras(19, 0.002, 80).v
    kl, ball = path_kl(target, v, sampler, error, start), path_kl_ball(target, v, sampler, error, start)
    assert abs(float(ball) - float(kl.value)) <= kl.radius + 2e-16 * abs(float(ball))
    assert kl.radius <= 1e-11 * max(1.0, float(ball))
    assert ball.rad() <= arb(2) ** -53 * (1 + abs(ball))


def test_ball_accuracy_can_be_chosen() -> None:
    v = karras(40, 0.002, 80).v
    coarse, fine = (path_kl_ball(TARGETS[0], v, "score", accuracy=bits) for bits in (40, 300))
    assert fine.rad() < arb(2) ** -300 * (1 + fine)
    assert coarse.overlaps(fine)


def test_rotation_moves_mean_and_shift_along() -> None:
    """A turned Gaussian against the KL of joint laws written with full d x d matrices."""
    covariance, mean = np.array([[2.0, 0.6], [0.6, 0.5]]), np.array([1.0, -2.0])
    a, b, v = 0.3, -0.2, np.array([9.0, 2.0, 0.25])
    kl = path_kl(Gaussian(cov=covariance, mean=mean), v, "score", LinearError(a, b))
    exact = np.block([[covariance + min(x, y) * np.eye(2) for y in v] for x in v])
    means, rows = [np.zeros(2)], [[v[0] * np.eye(2)]]
    for x, y in pairwise(v):
        pull = (1 + a) * np.linalg.inv(covariance + x * np.eye(2))
        slope = np.eye(2) - (x - y) * pull
        means.append(slope @ means[-1] + (x - y) * (pull @ mean + b))
        row = [slope @ entry for entry in rows[-1]]
        rows.append([*row, row[-1] @ slope.T + (x - y) * np.eye(2)])
    chain = np.block([[rows[i][j] if j <= i else rows[j][i].T for j in range(3)] for i in range(3)])
    gap = np.concatenate(means) - np.tile(mean, 3)
    log_volume = np.linalg.slogdet(chain)[1] - np.linalg.slogdet(exact)[1]
    expected = np.trace(np.linalg.solve(chain, exact)) - 6 + gap @ np.linalg.solve(chain, gap) + log_volume
    assert float(kl.value) == pytest.approx(expected / 2, rel=1e-12)


@pytest.mark.parametrize("error", [None, LinearError(a=-0.2, b=0.3)])
@pytest.mark.parametrize("sampler", ["score", "denoiser", "euler"])
def test_quadrature_meets_the_closed_form_on_one_component(sampler: str, error: ScoreError | None) -> None:
    v = karras(9, 0.002, 80).v
    one = path_kl(Gaussian(d=1, var=0.09, mean=0.5), v, sampler, error)
    two = path_kl(GaussianMixture(weights=[1], means=[0.5], stds=[0.3]), v, sampler, error)
    assert abs(one.value - two.value) <= one.radius + two.radius
    assert two.radius <= 1e-11 * max(1.0, float(two.value))


def test_constant_error_adds_its_energy() -> None:
    """E_S = (1/2) sum (v_k - v_{k+1}) b^2 for a constant error b, exactly, on any target."""
    wave = FunctionError(lambda x, v: torch.full_like(x, 0.2))
    gain = path_kl(NARROW, KARRAS, "score", wave) - path_kl(NARROW, KARRAS, "score")
    expected = 0.5 * 0.04 * (KARRAS[0] - KARRAS[-1])
    assert abs(float(gain.value) - expected) <= float(gain.radius) < 1e-10


class _WrongVariance(Denoiser):
    """The denoiser's mean with a tenth more noise."""

    def noise_variance(self, v: float, v_next: float) -> float:
        return 1.1 * super().noise_variance(v, v_next)


def test_wrong_noise_shows() -> None:
    """Data at a point: the denoiser sampler is exact, and noise times r costs (1/r - 1 + ln r)/2 a step."""
    point, v = Gaussian(d=1, var=0.0, mean=2.0), karras(12, 0.05, 9).v
    right, wrong = (path_kl(point, v, s, start="exact") for s in ("denoiser", _WrongVariance()))
    assert 0 <= right.value <= right.radius < 1e-13
    assert float(wrong.value) == pytest.approx(11 / 2 * (1 / 1.1 - 1 + np.log(1.1)), rel=1e-12)


def _random_case(seed: int) -> tuple[Target, np.ndarray, LinearError, str, str]:
    random = np.random.default_rng(seed)
    v = 1e3 * np.exp(-np.cumsum(random.uniform(0.3, 3, random.integers(2, 9))))
    error = LinearError(random.uniform(-0.5, 0.5), random.uniform(-0.5, 0.5))
    sampler, start = random.choice(["score", "denoiser", "euler"]), random.choice(["noise", "exact"])
    if seed % 4:
        scale = np.exp(random.uniform(-4, 4, 3))
        return Gaussian(eigenvalues=scale, mean=random.normal(size=3)), v, error, sampler, start
    weights = random.dirichlet(np.ones(3))
    mixture = GaussianMixture(weights, random.normal(size=3), np.exp(random.uniform(-3, 1, 3)))
    return mixture, v, error, sampler, start


@pytest.mark.parametrize("seed", range(40))
def test_data_processing(seed: int) -> None:
    target, v, error, sampler, start = _random_case(seed)
    terminal, path = (f(target, v, sampler, error, start) for f in (terminal_kl, path_kl))
    assert at_most(terminal, path) is Relation.HOLDS
    assert at_most(path, terminal) is Relation.VIOLATED


def test_what_is_not_available() -> None:
    with pytest.raises(NotAvailable, match="ode adds no noise"):
        path_kl(MIXTURE, KARRAS, "ode")
    with pytest.raises(NotAvailable, match="not Gaussian"):
        path_kl_ball(MIXTURE, KARRAS, "score")
    turned = Gaussian(cov=[[2.0, 0.6], [0.6, 0.5]], mean=[1.0, 0.0])
    with pytest.raises(NotAvailable, match="eigenvectors"):
        path_kl_ball(turned, KARRAS, "score")
    with pytest.raises(NotAvailable, match="density"):
        path_kl(GaussianMixture([0.5, 0.5], [[0, 0], [1, 1]], [1, 1]), KARRAS, "score")
    with pytest.raises(ValueError, match="grid"):
        path_kl(MIXTURE, KARRAS[::-1], "score")

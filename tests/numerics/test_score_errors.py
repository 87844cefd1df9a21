"""Score errors: the stated energies and losses against each other and against the identity I6."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from flint import arb, ctx

from numerics.enclosures import Enclosure, Relation, equal
from numerics.score_errors import FunctionError, LearnedScore, LinearError, ScoreError
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable, Target

MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])
POINTS = GaussianMixture(weights=[0.2, 0.8], means=[-1, 2], stds=[0, 0.01])
GAUSSIAN = Gaussian(eigenvalues=[0.37, 0.0, 4.0], mean=[0.5, -1.0, 3.0])
TURNED = Gaussian(cov=[[2.0, 0.6], [0.6, 0.5]], mean=[1.0, -2.0])
LINE = Gaussian(d=1, var=0.37, mean=0.5)
WAVE = FunctionError(lambda x, v: 0.3 * torch.sin(2 * x) / (1 + v), "wave")
LINEAR = LinearError(a=-0.3, b=0.2)
LEVELS = np.array([4e-6, 0.01, 0.37, 25.0, 6400.0])


def _agree(left: Enclosure, right: Enclosure, tolerance: float = 1e-11) -> None:
    """The enclosures meet, and are tight enough for that to mean something."""
    for i in np.ndindex(left.shape):
        assert equal(left[i], right[i]) is not Relation.VIOLATED
        assert left.radius[i] <= tolerance * abs(left.value[i])
        assert right.radius[i] <= tolerance * abs(right.value[i])


CASES = [
    (GAUSSIAN, LINEAR),
    (TURNED, LINEAR),
    (LINE, WAVE),
    (MIXTURE, LINEAR),
    (MIXTURE, WAVE),
    (POINTS, LINEAR),
]


@pytest.mark.parametrize(("target", "error"), CASES)
def test_loss_is_excess_plus_irreducible(target: Target, error: ScoreError) -> None:
    """I6: loss = v eps2 + mmse/v, the left side from the joint law of (X_v, xi)."""
    model, v = LearnedScore(target, error), Enclosure.of(LEVELS)
    _agree(model.loss(LEVELS), v * model.eps2(LEVELS) + target.measure("mmse", LEVELS) / v)


@pytest.mark.parametrize("place", [1e3, 4.1561, -2.0])
def test_loss_of_two_far_points_is_nothing_but_its_stated_rounding(place: float) -> None:
    """The true loss is below exp(-10^4); terms of size |place|/sqrt(v) cancel, whose rounding has to be stated."""
    data = GaussianMixture(weights=[2 / 9, 7 / 9], means=[place, 0.0], stds=[0.0, 0.0])
    loss = LearnedScore(data, LinearError(0.0, 0.0)).loss(np.array([4e-6, 1.6e-5]))
    assert np.all(loss.value <= loss.radius)
    assert np.all(loss.radius < 1e-19)


@pytest.mark.parametrize(("target", "error"), CASES)
def test_loss_and_energy_by_simulation(target: Target, error: ScoreError) -> None:
    """A z-test at level 1e-7 on 80000 draws; a loss 15 % off would be seen with probability above 0.99."""
    generator = torch.Generator().manual_seed(3)
    model, v, n = LearnedScore(target, error), 0.37, 80_000
    xi = torch.randn(n, target.d, generator=generator, dtype=torch.float64)
    x = target.sample(n, generator) + v**0.5 * xi
    drawn = {
        "loss": ((v**0.5 * model.score(x, v) + xi) ** 2).sum(1),
        "eps2": ((model.score(x, v) - target.score(x, v)) ** 2).sum(1),
    }
    for name, values in drawn.items():
        stated = float(getattr(model, name)(v).value)
        standard_error = float(values.std()) / n**0.5
        assert abs(float(values.mean()) - stated) < 5.4 * standard_error
        assert 7.8 * standard_error < 0.15 * stated


def test_linear_error_has_no_cross_term() -> None:
    energy = LearnedScore(GAUSSIAN, LINEAR).eps2(0.37)
    fisher = sum(1 / (lam + 0.37) for lam in (0.37, 0.0, 4.0))
    assert float(energy.value) == pytest.approx(0.09 * fisher + 3 * 0.04, rel=1e-14)


def test_function_error_includes_linear_error() -> None:
    """The same constant shift, once in closed form and once by quadrature."""
    shift = FunctionError(lambda x, v: torch.full_like(x, 0.2))
    closed, integrated = LearnedScore(MIXTURE, LinearError(b=0.2)), LearnedScore(MIXTURE, shift)
    _agree(closed.eps2(LEVELS), integrated.eps2(LEVELS))
    _agree(closed.loss(LEVELS), integrated.loss(LEVELS))


def test_gaussian_loss_by_both_routes() -> None:
    """Closed form for a Gaussian, quadrature for the same law as a mixture of one component."""
    as_mixture = GaussianMixture(weights=[1], means=[0.5], stds=[0.37**0.5])
    _agree(LearnedScore(LINE, LINEAR).loss(LEVELS), LearnedScore(as_mixture, LINEAR).loss(LEVELS))


@pytest.mark.parametrize("target", [GAUSSIAN, TURNED])
def test_balls_lie_in_the_float_enclosures(target: Target) -> None:
    model = LearnedScore(target, LINEAR)
    with ctx.workprec(128):
        for v in LEVELS:
            for stated, ball in (
                (model.eps2(v), model.eps2_ball(v)),
                (model.loss(v), model.loss_ball(v)),
            ):
                assert abs(float(ball) - stated.value) <= stated.radius + 1e-16 * abs(stated.value)
                assert ball.rel_accuracy_bits() > 100


def test_denoiser_excess_and_denoiser() -> None:
    model, x = LearnedScore(MIXTURE, WAVE), torch.linspace(-3, 3, 7, dtype=torch.float64)[:, None]
    assert float(model.denoiser_mse_excess(0.5).value) == pytest.approx(0.25 * float(model.eps2(0.5).value))
    gap = model.denoiser(x, 0.5) - MIXTURE.denoiser(x, 0.5)
    assert torch.allclose(gap, 0.5 * WAVE.f(x, 0.5), atol=1e-14)
    levels = torch.tensor([0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 9.0], dtype=torch.float64)
    rows = [model.denoiser(x[i : i + 1], float(v)) for i, v in enumerate(levels)]
    assert torch.allclose(model.denoiser(x, levels), torch.cat(rows), atol=1e-14)


def test_what_is_not_available() -> None:
    with pytest.raises(NotAvailable, match="wave"):
        LearnedScore(LINE, WAVE).eps2_ball(arb(1))
    with pytest.raises(NotAvailable, match="loss"):
        LearnedScore(LINE, WAVE).loss_ball(arb(1))
    with pytest.raises(NotAvailable, match="density"):
        LearnedScore(GAUSSIAN, WAVE).eps2(1.0)

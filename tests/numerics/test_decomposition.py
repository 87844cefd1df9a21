"""Linear scores trained on a finite sample, their four errors, limits of many steps, and the errors of a network."""

from __future__ import annotations

import flint
import numpy as np
import pytest
import torch

from numerics.decomposition import (
    Decomposition,
    DecompositionBalls,
    ManySteps,
    ManyStepsBalls,
    Sample,
    extreme_weights,
    extreme_weights_ball,
    level_weights,
    level_weights_ball,
)
from numerics.decomposition.matrices import LevelScores
from numerics.decomposition.networks import follow, irreducible, trained_on_new_points
from numerics.enclosures import Enclosure
from numerics.linear_training import LinearTraining
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable
from numerics.training import WEIGHTINGS, Training, weights

GRID = (4.0, 1.0, 0.25, 0.1)
SAMPLES = {
    "one point": Sample((1.0,), GRID, 1, 3, "uniform", 0.1, 0.3, 3),
    "line": Sample((1.0,), GRID, 8, 0, "1/sigma", 0.05, -0.3, 5),
    "few points": Sample((1.0, 0.5, 2.0), GRID, 2, 1, "edm", 0.05, 0.3, 5),
    "as many points": Sample((1.0, 0.5, 2.0), GRID, 3, 3, "edm", 0.05, 0.3, 4),
    "many points": Sample((1.0, 0.5, 2.0), GRID, 30, 2, "1/sigma2", 0.05, 0.3, 9),
    "wide spectrum": Sample((1e-6, 1.0, 1e3), GRID, 6, 5, "uniform", 4e-4, 0.0, 8),
    "point": Sample((0.0,), (2.0, 1.0), 2, 2, "uniform", 0.2, 0.0, 3),
    "start": Sample((1.0, 2.0), GRID, 3, 0, "uniform", 0.1, -0.1, 0),
}
NUMBERS = ("eps_train", "eps_n", "eps_est", "eps_approx", "score_error", "floor")
EACH = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


def at_bits(bits, make):
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        return make()
    finally:
        flint.ctx.prec = before


@EACH
def test_float64_and_balls_agree_within_the_radius(sample):
    found, balls = Decomposition(sample), at_bits(128, lambda: DecompositionBalls(sample))
    for name in NUMBERS:
        here = getattr(found, name)()
        truth = at_bits(128, lambda name=name: Enclosure.from_ball(getattr(balls, name)()))
        assert abs(here.value - truth.value) <= here.radius + truth.radius, name
        assert here.radius <= 1e-6 * (1 + abs(here.value)), name
        assert truth.radius <= 1e-15 * (1 + abs(truth.value)), name


def autograd_descent(sample, k):
    """The level's own loss, by autograd, from the points and noises alone."""
    sigma = sample.v[k] ** 0.5
    x, xi = torch.tensor(sample.points), torch.tensor(sample.noises[k])
    W = torch.tensor(sample.start, requires_grad=True)
    for _ in range(sample.steps):
        loss = ((x + sigma * xi) @ W.T + xi / sigma).square().sum() / sample.n
        (slope,) = torch.autograd.grad(loss, W)
        W = (W - sample.eta * slope).detach().requires_grad_()
    return W.detach().numpy()


@EACH
def test_gradient_descent_is_that_of_the_training_loss(sample):
    for k in range(sample.N):
        W, error = LevelScores(sample, k).trained
        by_autograd = autograd_descent(sample, k)
        assert np.abs(W - by_autograd).max() <= error + 1e-12 * np.abs(W).max()
        if sample.steps:
            assert np.abs(W - sample.start).max() > 1e-4


@EACH
def test_the_minimiser_is_that_of_least_norm(sample):
    for k in range(sample.N):
        level = LevelScores(sample, k)
        (W, error), (X, _) = level.minimiser, level.inputs
        pseudo = -(np.linalg.pinv(X) @ level.noise / level.sigma).T
        assert np.abs(W - pseudo).max() <= error + 1e-9 * np.abs(W).max()
        least = float(level.training_loss((W, 0.0)).value)
        for move in np.random.default_rng(k).standard_normal((5, *W.shape)):
            moved = float(level.training_loss((W + 1e-2 * np.abs(W).max() * move, 0.0)).value)
            assert moved >= least - 1e-12
            if sample.n < sample.d:  # then it interpolates, and others do too
                assert least < 1e-20


def test_losses_by_their_definition():
    sample = SAMPLES["few points"]
    found, beta = Decomposition(sample), weights("edm", np.sqrt(GRID))
    training = population = 0.0
    rng = np.random.default_rng(0)
    n = 300_000
    spread = 0.0
    for k in range(sample.N):
        W, sigma = LevelScores(sample, k).trained[0], GRID[k] ** 0.5
        for x, xi in zip(sample.points, sample.noises[k], strict=True):
            training += beta[k] * np.square(sigma * W @ (x + sigma * xi) + xi).sum() / (2 * sample.n)
        xi = rng.standard_normal((n, 3))
        x = rng.standard_normal((n, 3)) * np.sqrt(sample.variances) + sigma * xi
        drawn = beta[k] * np.square(sigma * x @ W.T + xi).sum(axis=1) / 2
        population += drawn.mean()
        spread += drawn.std() / n**0.5
    assert float(found.training_loss("trained").value) == pytest.approx(training, rel=1e-12)
    assert abs(float(found.population_loss("trained").value) - population) < 6 * spread
    assert abs(float(found.population_loss("trained").value) - found.floor().value) > 60 * spread  # an excess is seen


@EACH
def test_the_best_scores_reach_the_floor_and_no_others_do(sample):
    found = Decomposition(sample)
    assert float(found.eps_approx().value) <= float(found.eps_approx().radius)
    for scores in ("trained", "minimiser"):
        assert found.population_loss(scores).upper >= found.floor().lower


def test_points_do_not_change_with_the_grid_and_do_with_the_draw():
    one = SAMPLES["few points"]
    finer = Sample(one.variances, (4.0, 2.0, 1.0), one.n, one.draw, "uniform", 0.1, 0.0, 1)
    other = Sample(one.variances, one.v, one.n, one.draw + 1, "edm", 0.05, 0.3, 5)
    np.testing.assert_array_equal(one.points, finer.points)
    assert np.abs(one.points - other.points).min() > 0
    assert np.abs(one.noises[0] - other.noises[0]).min() > 0


def test_the_sample_has_the_laws_variances():
    sample = Sample((0.25, 4.0), GRID, 4096, 7, "uniform", 0.1, 0.0, 1)
    shares = np.square(sample.points).mean(axis=0) / np.array(sample.variances)
    assert np.all(np.abs(shares - 1) < 6 * (2 / 4096) ** 0.5)
    assert np.all(np.abs(np.square(sample.noises).mean(axis=1) - 1) < 6 * (2 / 4096) ** 0.5)


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_weights_of_the_levels_and_their_extremes(name):
    v = (6400.0, 1.0, 0.5, 4e-6)
    here = level_weights(name, v)
    truth = Enclosure.from_ball(at_bits(128, lambda: level_weights_ball(name, [flint.arb(x) for x in v])))
    np.testing.assert_allclose(here.value, weights(name, np.sqrt(v)), rtol=1e-14)
    assert np.all(np.abs(here.value - truth.value) <= here.radius + truth.radius)
    low, high = extreme_weights(name, v)
    balls = at_bits(128, lambda: extreme_weights_ball(name, [flint.arb(x) for x in v]))
    by_hand = [(a - b) / a / beta for a, b, beta in zip(v[:-1], v[1:], here.value, strict=False)]
    for found, ball, value in ((low, balls[0], min(by_hand)), (high, balls[1], max(by_hand))):
        assert float(found.value) == pytest.approx(value, rel=1e-13)
        assert abs(found.value - float(ball.mid())) <= found.radius


TRAININGS = {
    "line": LinearTraining((1.0,), (4.0, 0.25), 0.05, 0.0, 3),
    "point": LinearTraining((0.0,), (2.0, 1.0), 0.1, 0.0, 8),
    "four decades": LinearTraining((0.5,), (100.0, 0.01), 0.004, -0.1, 32),
    "overshooting": LinearTraining((1.0,), (4.0, 1.0), 0.3, 0.2, 3),
    "short": LinearTraining((1e6,), (1.0, 0.5), 1e-7, 0.0, 4),
}


@pytest.mark.parametrize("training", TRAININGS.values(), ids=TRAININGS)
def test_limits_in_float64_and_balls(training):
    here, balls = ManySteps(training), ManyStepsBalls(training)
    for name in ("score_error", "output_kl"):
        found, truth = getattr(here, name)(), Enclosure.from_ball(at_bits(128, getattr(balls, name)))
        assert abs(found.value - truth.value) <= found.radius + truth.radius, name
        assert found.radius <= 1e-9 * (1 + abs(found.value)), name


@pytest.mark.parametrize("name", ["line", "point", "overshooting"])
def test_fine_grids_come_near_the_limits_like_one_over_n(name):
    training = TRAININGS[name]
    here = ManySteps(training)
    limits = {"score": float(here.score_error().value), "kl": float(here.output_kl().value)}
    off = {"score": [], "kl": []}
    for steps in (500, 1000):
        v = np.linspace(*training.v, steps + 1)
        fine = LinearTraining(training.variances, tuple(v.tolist()), training.eta, training.w0, training.steps)
        off["score"].append(0.5 * (-np.diff(v) * fine.score_error().value[:-1]).sum() - limits["score"])
        off["kl"].append(float(fine.output_kl().value) - limits["kl"])
    for first, second in off.values():
        assert first / second == pytest.approx(2, rel=0.01)
    assert abs(off["score"][1]) < 0.01 * limits["score"]


MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])


@pytest.fixture(scope="module")
def network():
    setup = Training(n=3, m=32, layers=1, seed=1, weighting="1/sigma2").setup(MIXTURE, (4.0, 1.0, 0.25))
    best = trained_on_new_points(setup, MIXTURE, 1e-3, 0, rounds=4, points=64)
    return setup, best, follow(setup, MIXTURE, 2e-3, (0, 20, 400), best, 1e-4, draws=2**12)


def test_a_networks_errors_bound_its_excess_and_stay_above_the_floor(network):
    _, _, terms = network
    assert terms.training[0].value > terms.training[1].value > terms.training[2].value
    assert terms.population[0].lower > terms.best.upper  # training on new points helps
    for i in range(3):
        errors = terms.errors(i)
        assert terms.excess(i).lower <= sum(error.upper for error in errors.values())
        assert errors["eps_n"].upper + errors["eps_train"].upper >= terms.least().lower
        assert terms.excess(i).upper > 0
    errors = terms.errors(2)
    assert float(errors["eps_train"].value) == 0
    # without the statistical error the sum of the others is too small: the triangle is not for free
    assert terms.excess(2).lower > errors["eps_train"].upper


def test_a_networks_floor_by_quadrature():
    setup = Training(n=3, m=8, layers=1, weighting="1/sigma").setup(MIXTURE, (4.0, 1.0, 0.25))
    x = np.linspace(-20, 20, 200_001)
    total = 0.0
    for beta, sigma in zip(setup.beta, setup.sigmas, strict=True):
        parts = [
            (w / np.sqrt(s * s + sigma**2) * np.exp(-((x - m) ** 2) / (2 * (s * s + sigma**2))), m, s)
            for w, m, s in zip([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4], strict=True)
        ]
        density = sum(p for p, _, _ in parts) / np.sqrt(2 * np.pi)
        score = -sum(p * (x - m) / (s * s + sigma**2) for p, m, s in parts) / np.sqrt(2 * np.pi) / density
        fisher = (score**2 * density).sum() * (x[1] - x[0])
        total += beta / 2 * (1 - sigma**2 * fisher)
    assert float(irreducible(setup, MIXTURE).value) == pytest.approx(total, rel=1e-8)


def test_the_run_does_not_depend_on_where_it_is_looked_at(network):
    setup, best, terms = network
    again = follow(setup, MIXTURE, 2e-3, (0, 7, 400), best, 1e-4, draws=64)
    assert float(again.training[-1].value) == pytest.approx(float(terms.training[-1].value), rel=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"variances": ()}, "one or more"),
        ({"v": (1.0, 2.0)}, "strictly decreasing"),
        ({"v": (1.0,)}, "two or more"),
        ({"weighting": "none"}, "there are uniform"),
        ({"eta": 0.0}, "step size is positive"),
        ({"n": 0}, "whole number >= 1"),
        ({"draw": -1}, "whole number >= 0"),
        ({"n": 5000}, "at most"),
    ],
)
def test_bad_arguments_are_refused(change, words):
    given = dict(variances=(1.0,), v=GRID, n=2, draw=0, weighting="uniform", eta=0.1, w0=0.0, steps=1)  # noqa: C408
    with pytest.raises(ValueError, match=words):
        Sample(**(given | change))


def test_what_cannot_be_trained_or_followed_says_so(network):
    setup, best, _ = network
    for data in (MIXTURE, Gaussian(d=1, var=1.0, mean=1.0)):
        with pytest.raises(NotAvailable, match="mean 0"):
            Sample.of(data, GRID, 2, 0, "uniform", 0.1, 0.0, 1)
    with pytest.raises(NotAvailable, match="one-dimensional"):
        ManySteps(LinearTraining((1.0, 2.0), (2.0, 1.0), 0.1, 0.0, 1))
    with pytest.raises(ValueError, match="ascending"):
        follow(setup, MIXTURE, 1e-3, (5, 5), best, 1e-3)
    with pytest.raises(ValueError, match="no weighting"):
        level_weights_ball("none", [flint.arb(1)])

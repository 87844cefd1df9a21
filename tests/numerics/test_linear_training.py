"""Real gradient descent on matrices: its gradient, its closed form, what is measured of it, and nothing diagonal."""

from __future__ import annotations

from itertools import pairwise

import flint
import numpy as np
import pytest
import torch

from numerics.chains import path_kl
from numerics.enclosures import Enclosure
from numerics.linear_training import LinearTraining, LinearTrainingBalls, gradient
from numerics.linear_training.training import reflection
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable
from numerics.terminal import gaussian_output

LEVELS = (4.0, 1.0, 0.25)
TRAININGS = {
    "line": LinearTraining((1.0,), LEVELS, 0.05, 0.3, 7),
    "overshooting": LinearTraining((1.0,), LEVELS, 0.15, -0.4, 4),
    "diverging": LinearTraining((1.0,), LEVELS, 0.3, 0.1, 5),
    "point": LinearTraining((0.0,), (2.0, 1.0), 0.4, 0.0, 3),
    "three": LinearTraining((0.5, 2.0, 0.1), LEVELS, 0.05, 0.3, 6),
    "wide spectrum": LinearTraining((1e-6, 1.0, 1e3), LEVELS, 9e-4, 0.0, 8),
    "start": LinearTraining((1.0, 2.0), LEVELS, 0.1, 0.3, 0),
}


def covariance(training: LinearTraining, v: float) -> np.ndarray:
    turn = np.array(reflection(len(training.spectrum)), dtype=float)
    return (turn * training.spectrum) @ turn.T + v * np.eye(len(training.spectrum))


def denoising_loss(W: torch.Tensor, S: torch.Tensor, v: float) -> torch.Tensor:
    """E||W X_v + xi/sqrt(v)||^2 from the joint covariance of (X_v, xi)."""
    one = torch.eye(len(S), dtype=torch.float64)
    joint = torch.cat([torch.cat([S, v**0.5 * one], 1), torch.cat([v**0.5 * one, one], 1)])
    both = torch.cat([W, one / v**0.5], 1)
    return torch.trace(both @ joint @ both.T)


@pytest.mark.parametrize("v", [4.0, 0.25])
def test_the_gradient_is_that_of_the_denoising_loss(v):
    S = covariance(TRAININGS["three"], v)
    W = torch.tensor(np.random.default_rng(0).standard_normal(S.shape), requires_grad=True)
    denoising_loss(W, torch.tensor(S), v).backward()
    found, half = gradient(W.detach().numpy(), S), W.detach().numpy() @ S + np.eye(len(S))
    np.testing.assert_allclose(found, W.grad.numpy(), rtol=1e-12, atol=1e-12)
    assert np.abs(half - W.grad.numpy()).max() > 0.5  # half of the loss


def closed_form(training: LinearTraining, factor: float = 2.0, more: int = 0) -> np.ndarray:
    """W* + (W_0 - W*) (1 - factor eta a)^(K + more), shape (N+1, d, d)."""
    a = np.add.outer(training.v, training.variances)
    start, d = np.array(training.start)[: training.d, : training.d], training.d
    best = -np.eye(d) / a[:, None, :]
    return best + (start - best) * ((1 - factor * training.eta * a) ** (training.steps + more))[:, None, :]


@pytest.mark.parametrize("training", TRAININGS.values(), ids=TRAININGS)
def test_the_closed_form(training):
    found, formula = training.matrices.value, closed_form(training)
    assert np.abs(found - formula).max() <= 1e-12 * max(1.0, np.abs(formula).max())
    if training.steps:
        assert np.abs(found - closed_form(training, factor=1.0)).max() > 1e-4
        assert np.abs(found - closed_form(training, more=1)).max() > 1e-7


@pytest.mark.parametrize("training", TRAININGS.values(), ids=TRAININGS)
def test_float64_and_balls_agree_within_the_radius(training):
    measured = ["score_error", "loss", "path_kl"] + (["weight", "output_variance", "output_kl"] * (training.d == 1))
    before = flint.ctx.prec
    flint.ctx.prec = 128
    try:
        balls = LinearTrainingBalls(training)
        truths = {name: Enclosure.from_ball(getattr(balls, name)()) for name in measured}
        path_error = Enclosure.from_ball(balls.path_error())
    finally:
        flint.ctx.prec = before
    for name, truth in truths.items():
        found = getattr(training, name)()
        assert np.all(np.abs(found.value - truth.value) <= found.radius + truth.radius), name
        assert np.all(found.radius <= 1e-6 * (1 + np.abs(found.value))), name
        assert np.all(truth.radius <= 1e-15 * (1 + np.abs(truth.value))), name
    by_hand = sum((v - w) * e / 2 for (v, w), e in zip(pairwise(training.v), truths["score_error"].value, strict=False))
    assert float(path_error.value) == pytest.approx(float(by_hand), rel=1e-12)


def test_score_error_and_loss_by_draws():
    training, n = TRAININGS["three"], 400_000
    rng = np.random.default_rng(1)
    for k, v in enumerate(training.v):
        xi = rng.standard_normal((n, 3))
        x = rng.standard_normal((n, 3)) * np.sqrt(training.variances) + np.sqrt(v) * xi
        score = x @ training.matrices.value[k].T
        exact = -x / (np.array(training.variances) + v)
        for draws, found in (
            (np.square(score - exact).sum(1), training.score_error()),
            (np.square(np.sqrt(v) * score + xi).sum(1), training.loss()),
        ):
            assert abs(draws.mean() - found.value[k]) < 6 * draws.std() / n**0.5
            assert abs(draws.mean() - 1.1 * found.value[k]) > 6 * draws.std() / n**0.5


@pytest.mark.parametrize("name", ["line", "overshooting", "diverging"])
def test_one_step_of_the_sampler_is_that_of_a_linear_score_error(name):
    """On a grid of one step a trained score is (1 + a) times the true one, which other modules measure."""
    trained = TRAININGS[name]
    v = trained.v[:2]
    one = LinearTraining(trained.variances, v, trained.eta, trained.w0, trained.steps)
    error = LinearError(a=float(-one.weight().value[0] * (1.0 + v[0]) - 1))
    data = Gaussian(d=1, var=1.0)
    assert float(one.path_kl().value) == pytest.approx(float(path_kl(data, v, "score", error).value), rel=1e-10)
    out = gaussian_output(data, v, "score", error)
    assert float(one.output_variance().value) == pytest.approx(float(out.variance.value[0]), rel=1e-10)
    assert float(one.output_kl().value) == pytest.approx(float(out.kl().value[0]), rel=1e-9)


def test_nothing_that_is_trained_is_diagonal():
    for training in TRAININGS.values():
        if max(training.variances) == 0:
            continue
        S = covariance(training, 1.0)
        turn = np.array(reflection(len(S)), dtype=float)
        W = turn @ np.array(training.start) @ turn.T
        np.testing.assert_allclose(turn @ turn.T, np.eye(len(S)), atol=1e-15)
        assert np.all(np.abs(S) > 1e-9 * S.max())
        assert np.abs(W - W.T).max() > 1e-3 * np.abs(W).max()
        assert np.abs(W @ S - S @ W).max() > 1e-3 * np.abs(W @ S).max()
        assert np.linalg.eigvalsh(S)[-1] == pytest.approx(max(training.variances) + 1.0)


def test_it_converges_up_to_the_edge_and_not_beyond():
    edge = 1 / (1.0 + 4.0)
    errors = {
        share: [float(LinearTraining((1.0,), (4.0,), share * edge, 0.0, K).score_error().value[0]) for K in (0, 50)]
        for share in (0.98, 1.02)
    }
    assert errors[0.98][1] < 0.1 * errors[0.98][0]
    assert errors[1.02][1] > 10 * errors[1.02][0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (((), LEVELS, 0.1, 0.0, 1), "one or more"),
        (((-1.0,), LEVELS, 0.1, 0.0, 1), ">= 0"),
        (((1.0,), (1.0, 0.0), 0.1, 0.0, 1), "levels are positive"),
        (((1.0,), LEVELS, 0.0, 0.0, 1), "step size is positive"),
        (((1.0,), LEVELS, 0.1, 0.0, -1), "whole number"),
    ],
)
def test_bad_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        LinearTraining(*arguments)


def test_data_that_no_linear_score_fits_are_refused():
    for data in (GaussianMixture([1.0], [0.0], [1.0]), Gaussian(d=1, var=1.0, mean=1.0)):
        with pytest.raises(NotAvailable, match="mean 0"):
            LinearTraining.of(data, LEVELS, 0.1, 0.0, 1)
    with pytest.raises(NotAvailable, match="one-dimensional"):
        TRAININGS["three"].weight()

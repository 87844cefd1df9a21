"""The sampler with a trained network: against closed forms, quadrature and chains that are really run."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from scipy import integrate
from scipy.stats import binom, norm

from numerics import budgets
from numerics.chains import path_kl
from numerics.full_error import TrainedSampler, isoperimetry, sampler
from numerics.full_error.course import Whole, stable_step, stages
from numerics.full_error.sampler import MeanSquare
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, PointCloud, Target
from numerics.training import Batch, Given, Setup, Training, fresh, train
from numerics.training.gain import outputs
from numerics.training.importance import Law
from numerics.training.kernel import largest

V = (9.0, 2.0, 0.5, 0.1)
MIXTURE = GaussianMixture(weights=[0.3, 0.5, 0.2], means=[-1.5, 1, 4], stds=[0.25, 0.4, 0.0])
PLANE = GaussianMixture([0.3, 0.7], [[-1.5, 0.2], [1.0, 0.5]], covs=[[[1, 0.6], [0.6, 0.5]], [[0.1, 0], [0, 2]]])
TILTED = Gaussian(cov=[[3.0, 1.2, 0.5], [1.2, 0.8, 0.1], [0.5, 0.1, 0.4]])
WAYS = {"range": fresh.mean_square, "isoperimetry": isoperimetry.mean_square}
ALPHA = 1e-8


def trained(target: Target, steps: int = 30, v: tuple[float, ...] = V, m: int = 16) -> TrainedSampler:
    setup = Training(n=6, m=m, seed=3).setup(target, v)
    batch = Batch.of([setup])
    _, W = train(batch, 1 / largest(batch, batch.trained), steps)
    return TrainedSampler(setup, W[:, 0], target, v)


def linear(A: np.ndarray, target: Target, v: tuple[float, ...] = V, way: MeanSquare = fresh.mean_square) -> Any:
    """A sampler with S(x, sigma) = -A x, from the positive and the negative part of each coordinate."""
    d = len(A)
    parts = np.concatenate([np.eye(d), -np.eye(d)])
    rows = np.concatenate([parts, np.zeros((2 * d, 1))], axis=1), np.eye(2 * d), -A @ parts.T
    matrices = tuple(tuple(map(tuple, matrix.tolist())) for matrix in rows)
    N = len(v) - 1
    given = Given(((0.0,) * d,), ((0.0,) * d,) * N, matrices)
    setup = Setup(given.points, tuple(np.sqrt(v[:-1]).tolist()), (1.0,) * N, 2 * d, 1, given=given)
    return TrainedSampler(setup, torch.eye(2 * d, dtype=torch.float64)[None], target, v, mean_square=way)


def linear_error(A: np.ndarray, C: np.ndarray, v: tuple[float, ...] = V) -> float:
    """1/2 sum Delta_k tr(M C_k M^T), M = A - C_k^{-1}, C_k = C + v_k I."""
    total = 0.0
    for high, low in pairwise(v):
        noisy = C + high * np.eye(len(C))
        M = A - np.linalg.inv(noisy)
        total += (high - low) / 2 * float(np.trace(M @ noisy @ M.T))
    return total


def without_score(target: Target, v: tuple[float, ...] = V) -> float:
    """E_I + E_D."""
    return float((budgets.initial_error(target, v) + budgets.discretisation_error(target, v, "score")).value)


# --- closed forms -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("a", [0.0, 0.3, -0.5])
def test_a_linear_network_on_tilted_data_in_closed_form(a: float, way: str) -> None:
    axis = np.array([1.0, -0.5, 0.0])
    A = a * (np.outer(axis, axis) + 0.1 * np.eye(3))
    one, C = linear(A, TILTED, way=WAYS[way]), np.array([[3.0, 1.2, 0.5], [1.2, 0.8, 0.1], [0.5, 0.1, 0.4]])
    error, path = one.score_error(ALPHA), one.path_kl(ALPHA)
    truth = linear_error(A, C)
    assert abs(float(error.value) - truth) <= error.radius <= 0.4 + 0.2 * truth
    assert abs(float(path.value) - truth - without_score(TILTED)) <= path.radius <= 0.8 + 0.2 * truth


def test_the_path_kl_is_that_of_the_chains_laws() -> None:
    """One step, s_theta = (1 + e) grad log p: ``numerics.chains`` has its path KL by another way."""
    data, v, e = Gaussian(d=1, var=0.5), (2.0, 0.3), 0.6
    truth = float(path_kl(data, np.array(v), "score", LinearError(a=e, b=0.0), "noise").value)
    found = linear(np.array([[(1 + e) / 2.5]]), data, v).path_kl(ALPHA)
    assert abs(float(found.value) - truth) <= found.radius <= 0.2 * truth


@pytest.mark.parametrize("steps", [0, 30])
def test_the_score_error_on_a_mixture_by_quadrature(steps: int) -> None:
    one, x, truth = trained(MIXTURE, steps), np.linspace(-40, 40, 80_001), 0.0
    law = Law.of(MIXTURE)
    for high, low in pairwise(V):
        S = outputs(Batch.of([one.setup]), one.W[:, None], np.column_stack([x, np.full_like(x, np.sqrt(high))]))[:, 0]
        exact = MIXTURE.score(torch.from_numpy(x)[:, None], high)[:, 0].numpy()
        density = norm.pdf(x[:, None], law.means[:, 0], np.sqrt(law.spectra[:, 0] + high)) @ law.weights
        truth += (high - low) / 2 * float(((S - exact) ** 2 * density).sum() * (x[1] - x[0]))
    found = one.score_error(ALPHA)
    assert abs(float(found.value) - truth) <= found.radius <= 0.1 + 0.15 * truth


@pytest.mark.parametrize("target", [MIXTURE, PLANE], ids=["line", "plane"])
def test_chains_that_are_run_have_the_same_mean(target: Target) -> None:
    """The levels of a draw share data and noises; here a chain goes from X_0 to x_0 with a new noise at each step."""
    one, n, gen = trained(target), 200_000, torch.Generator().manual_seed(5)
    x = target.sample(n, gen) + np.sqrt(V[-1]) * torch.randn(n, target.d, generator=gen, dtype=torch.float64)
    total = np.zeros(n)
    for high, low in reversed(list(pairwise(V))):
        z = torch.randn(n, target.d, generator=gen, dtype=torch.float64)
        x = x + np.sqrt(high - low) * z
        inputs = np.column_stack([x.numpy(), np.full(n, np.sqrt(high))])
        S = outputs(Batch.of([one.setup]), one.W[:, None], inputs)
        total += (((np.sqrt(high - low) * S + z.numpy()) ** 2).sum(axis=1) - target.d) / 2
    d, top = target.d, V[0]
    ends = d / 2 * np.log(2 * np.pi * top) + (float(target.m2.value) + d * top) / (2 * top)
    truth = ends - float(target.measure("H", V[-1]).value) + total.mean()
    found = one.path_kl(ALPHA)
    assert abs(float(found.value) - truth) <= found.radius + 6 * total.std() / np.sqrt(n)
    assert found.radius <= 0.1 + 0.15 * truth


def test_the_identity_in_the_plane() -> None:
    """E_I from the entropy: KL(p || N(0, v I)) = -H + E of the other logarithm."""
    one, d, top = trained(PLANE), 2, V[0]
    start = d / 2 * np.log(2 * np.pi * top) + (float(PLANE.m2.value) + d * top) / (2 * top) - PLANE.measure("H", top)
    total = start + budgets.discretisation_error(PLANE, V, "score") + one.score_error(ALPHA)
    path = one.path_kl(ALPHA)
    assert abs(float(path.value - total.value)) <= path.radius + total.radius <= 0.3 * path.value
    assert set(path.sources).isdisjoint(one.score_error(ALPHA).sources)


def test_losses_make_the_score_error() -> None:
    one = trained(MIXTURE)
    losses, error = one.losses(ALPHA), one.score_error(ALPHA)
    assert np.isnan(losses.value[-1])
    assert losses.alpha == pytest.approx(ALPHA)
    share = one.widths / np.array(V[:-1])
    whole, room = share @ losses.value[:-1] / 2, share @ losses.radius[:-1] / 2
    assert abs(whole - float((error + one.irreducible()).value)) <= room + error.radius
    assert room < 0.2 * whole


# --- what is wrong is noticed ------------------------------------------------------------------------------------


def test_the_noise_of_the_step_is_not_the_whole_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    one, honest = linear(np.array([[0.5]]), Gaussian(d=1, var=0.5), (1.0, 0.8, 0.6, 0.5)), sampler.Residuals
    found = one.path_kl(ALPHA)

    def whole(sigmas: Any, beta: Any, reach: Any, own: Any) -> Any:
        return honest(sigmas, beta, reach, np.ones_like(own))

    monkeypatch.setattr(sampler, "Residuals", whole)
    wrong = one.path_kl(ALPHA)
    assert abs(float(wrong.value - found.value)) > wrong.radius + found.radius


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
def test_intervals_cover_as_often_as_they_say_and_a_quarter_of_them_does_not(way: str) -> None:
    A, data, trials, alpha, missed, shrunk = np.array([[0.2]]), Gaussian(d=1, var=2.5), 150, 0.2, 0, 0
    one = replace(linear(A, data, way=WAYS[way]), draws=512)
    truth = linear_error(A, np.array([[2.5]])) + without_score(data)
    for seed in range(trials):
        found = one.path_kl(alpha, seed)
        missed += abs(float(found.value) - truth) > found.radius
        centre = np.mean([float(found.lower), float(found.upper)])
        shrunk += abs(centre - truth) > found.radius / 20
    assert binom.sf(missed - 1, trials, alpha) > 1e-6
    assert binom.sf(shrunk - 1, trials, alpha) < 1e-6


# --- isoperimetry ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.3, 1e-3, 1e-6])
@pytest.mark.parametrize("weight", [1.0, 0.4])
def test_the_tail_is_that_of_a_linear_function(share: float, weight: float) -> None:
    """F = level + slope (Z - z) in one component: no other function has more."""
    level, slope, z = 3.0, 2.0, norm.isf(share / weight)

    def beyond(t: float) -> float:
        return ((level + slope * (t - z)) ** 2 - level**2) / 2 * norm.pdf(t)

    truth = weight * integrate.quad(beyond, z, z + 12, epsabs=0)[0]
    assert isoperimetry.tail(share, weight, level, slope) == pytest.approx(truth, rel=1e-6)


def test_the_slope_holds_and_is_nearly_reached() -> None:
    """S(x) = a x with x = sqrt(c) z + sigma (own nu + other eta): the gradient of reach S + nu is known."""
    a, c, sigma, reach, own = 0.7, 1.5, 3.0, 2.0, 0.5
    residuals = sampler.Residuals(np.array([sigma]), np.ones(1), np.array([reach]), np.array([own]))
    slope = isoperimetry.slope(residuals, Law.of(Gaussian(d=2, var=c)), a)
    gradient = reach * a * np.array([np.sqrt(c), sigma * own, sigma * np.sqrt(1 - own**2)]) + np.array([0, 1, 0])
    assert np.linalg.norm(gradient) <= slope <= 1.1 * np.linalg.norm(gradient)


def test_what_no_draw_has_shown_is_in_the_upper_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """S = 10^5 relu(x - 6 sigma): nearly all of the error comes from inputs that one run in a billion draws."""
    given = Given(((0.0,),), ((0.0,),), (((1.0, -6.0),), ((1.0,),), ((1e5,),)))
    setup = Setup(((0.0,),), (1.0,), (1.0,), 1, 1, given=given)
    one = TrainedSampler(setup, torch.ones(1, 1, 1, dtype=torch.float64), Gaussian(d=1, var=0.0), (1.0, 0.5), 4096)
    rare = integrate.quad(lambda x: ((1e5 * (x - 6) + x) ** 2 - x * x) * norm.pdf(x), 6, 15)[0] / 4
    truth = 0.25 + rare  # of S = 0, and what the rare inputs add
    assert rare > 0.1
    one = replace(one, mean_square=isoperimetry.mean_square)
    found = one.score_error(ALPHA)
    assert found.lower <= truth <= found.upper
    monkeypatch.setattr(isoperimetry, "tail", lambda *a: 0.0)
    assert one.score_error(0.5).upper < truth


def test_many_dimensions_are_narrower_by_isoperimetry() -> None:
    data = Gaussian(d=24, var=1.0)
    one = replace(trained(data, m=48), draws=2**14)
    other = replace(one, mean_square=isoperimetry.mean_square)
    wide, narrow = one.path_kl(ALPHA), other.path_kl(ALPHA)
    assert narrow.radius < wide.radius / 5
    assert abs(float(wide.value - narrow.value)) <= wide.radius + narrow.radius
    total = without_score(data) + other.score_error(ALPHA)
    assert abs(float(narrow.value - total.value)) <= narrow.radius + total.radius <= 0.2 * narrow.value


def test_too_few_draws_for_so_many_points_are_refused() -> None:
    cloud = PointCloud(np.random.default_rng(0).normal(size=(500, 2)))
    one = replace(trained(cloud), mean_square=isoperimetry.mean_square, draws=256)
    with pytest.raises(NotAvailable, match="more draws are needed"):
        one.path_kl(ALPHA)


# --- runs ---------------------------------------------------------------------------------------------------------


def test_stages_are_those_of_one_run() -> None:
    setup = Training(n=4, m=8, layers=2, seed=1).setup(MIXTURE, V)
    batch = Batch.of([setup])
    h = stable_step(batch)
    assert h == pytest.approx(1 / float(largest(batch, batch.trained)), rel=1e-4)
    seen = dict(stages(batch, h, (0, 3, 7)))
    assert torch.equal(seen[0], batch.trained[:, 0])
    assert torch.allclose(seen[7], train(batch, torch.tensor([h]), 7)[1][:, 0], rtol=1e-12)
    assert not torch.allclose(seen[3], seen[7])


def test_linear_scores_are_exact_at_every_step() -> None:
    for steps in (0, 1, 10):
        whole = Whole.of_linear(Gaussian(d=1, var=1.0), V, 0.04, 0.5, steps)
        assert abs(float(whole.total.value - whole.KL_path.value)) <= whole.total.radius + whole.KL_path.radius < 1e-9
        assert whole.KL_path.value < whole.bound.value


def test_grids_that_are_not_the_networks_are_refused() -> None:
    one = trained(MIXTURE, 0)
    with pytest.raises(ValueError, match="square roots"):
        replace(one, v=(4.0, 2.0, 0.5, 0.1))
    with pytest.raises(ValueError, match="below the one before"):
        replace(one, v=(9.0, 2.0, 2.0, 0.1))
    with pytest.raises(NotAvailable, match="diverged"):
        replace(one, W=one.W * np.nan, mean_square=isoperimetry.mean_square).path_kl(ALPHA)

"""Optimal grids: closed forms, exact derivatives, nothing nearby is better, limits; false variants are told apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from numerics.budgets import discretisation_error
from numerics.enclosures import Relation, at_most
from numerics.optimal_grids import limit_constant, optimal_grid, quantile_grid
from numerics.optimal_grids.cloud import PosteriorSpread
from numerics.optimal_grids.curves import Curve
from numerics.optimal_grids.flow import FlowObjective
from numerics.optimal_grids.limits import quantiles
from numerics.optimal_grids.search import _Staircase, _Table
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, PointCloud
from numerics.terminal import terminal_kl
from theory.grids import exponential, karras

VAR = 0.25
TWO = GaussianMixture([0.5, 0.5], [-1.0, 1.0], [0.0, 0.0])
MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
SPECTRUM = Gaussian(eigenvalues=[1e-4, 0.1, 3.0, 20.0])
# coordinates in which the best grid of Gaussian data has equal steps
EQUAL = {
    "score": lambda v: np.log(VAR + v),
    "denoiser": lambda v: np.log1p(VAR / v),
    "ode": lambda v: np.arctan(np.sqrt(v / VAR)),
}


@pytest.mark.parametrize("steps", [1, 2, 7, 40])
@pytest.mark.parametrize("sampler", EQUAL)
def test_gaussian_data_have_their_closed_form(sampler, steps):
    found = optimal_grid(Gaussian(d=2, var=VAR), steps, 80.0, 0.002, sampler)
    assert found.sigmas[0] == 80.0
    assert found.sigmas[-1] == pytest.approx(0.002, rel=1e-15)
    for name, equal in EQUAL.items():
        u = equal(found.grid.v)
        off = np.abs(u - np.linspace(u[0], u[-1], steps + 1)).max() / abs(u[0] - u[-1])
        assert off < 1e-12 if name == sampler or steps == 1 else off > 1e-3, name
    assert found.residual < 1e-12
    assert found.convex


@pytest.mark.parametrize("target", [TWO, MIXTURE, SPECTRUM], ids=["two points", "mixture", "spectrum"])
@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_the_derivatives_are_those_of_the_discretisation_error(target, sampler):
    v = karras(7, 0.02, 10.0).v
    curve, y = Curve(target, sampler), np.log(v[1:-1])
    objective = _Staircase(curve, _Table.of(curve, v[[0, -1]]), v[[0, -1]], exact=True)

    def truth(inner):
        grid = np.concatenate([v[:1], np.exp(inner), v[-1:]])
        return float(discretisation_error(target, grid, sampler).value)

    value, gradient, hessian = objective(y)
    assert value == pytest.approx(truth(y), rel=1e-9)
    step, size = 1e-4, np.abs(gradient).max()
    moves = step * np.eye(len(y))
    slopes = np.array([truth(y + move) - truth(y - move) for move in moves]) / (2 * step)
    np.testing.assert_allclose(gradient, slopes, atol=1e-6 * size)
    bends = np.array([objective(y + move)[1] - objective(y - move)[1] for move in moves]) / (2 * step)
    np.testing.assert_allclose(hessian, bends, atol=1e-5 * np.abs(bends).max())
    # without the term of the slope, or with the slope of the neighbour
    t, c, s = curve.clock(v), curve.pace(v), curve.slope(v).value
    for wrong in (0 * s[1:-1], s[:-2]):
        moved = gradient + c[1:-1] * np.diff(t)[1:] * (s[1:-1] - wrong) / 2
        assert np.abs(moved - slopes).max() > 1e-2 * size


@pytest.mark.parametrize("target", [TWO, MIXTURE, SPECTRUM], ids=["two points", "mixture", "spectrum"])
@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_nothing_nearby_is_better(target, sampler):
    found = optimal_grid(target, 10, 10.0, 0.02, sampler)
    assert found.residual < 1e-10
    assert found.convex
    rng = np.random.default_rng(0)
    for size in (1e-1, 1e-3):
        y = np.log(found.grid.v)
        y[1:-1] += size * np.diff(y).__abs__().min() * rng.uniform(-1, 1, 9)
        worse = discretisation_error(target, np.exp(y), sampler)
        assert at_most(worse, found.objective) is Relation.VIOLATED
    for family in (karras, exponential):
        assert at_most(discretisation_error(target, family(11, 0.02, 10.0).v, sampler), found.objective) is (
            Relation.VIOLATED
        )


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_the_limit_of_gaussian_data(sampler):
    limit = limit_constant(Gaussian(d=3, var=VAR), 80.0, 0.002, sampler)
    u = EQUAL[sampler](np.array([80.0, 0.002]) ** 2)
    exact = 3 / 4 * (u[0] - u[1]) ** 2
    assert abs(float(limit.value) - exact) <= float(limit.radius) + 1e-12 * exact
    assert float(limit.radius) < 1e-8 * exact
    assert abs(float(limit.value) - exact / 2) > float(limit.radius)  # 1/8 in place of 1/4


@pytest.mark.parametrize("target", [MIXTURE, SPECTRUM], ids=["mixture", "spectrum"])
@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_the_error_tends_to_its_limit(target, sampler):
    """N E_D = limit + c/N + O(N^-2): Richardson's value is nearer than its parts, and ever nearer."""
    scaled = {n: n * float(optimal_grid(target, n, 10.0, 0.02, sampler).objective.value) for n in (16, 32, 64)}
    limit = float(limit_constant(target, 10.0, 0.02, sampler).value)
    first, second = 2 * scaled[32] - scaled[16], 2 * scaled[64] - scaled[32]
    assert abs(second - limit) < 0.4 * abs(first - limit) < 0.4 * abs(scaled[64] - limit)
    assert abs(second - limit) < 0.01 * limit
    assert abs(second - 1.1 * limit) > 0.05 * limit


def test_the_flow_of_gaussian_data():
    data, v = Gaussian(eigenvalues=[0.1, 3.0]), karras(9, 0.02, 10.0).v
    objective = FlowObjective(data, "ode", v[[0, -1]])
    kl = terminal_kl(data, v, "ode", None, "exact")
    assert objective(np.log(v[1:-1]))[0] == pytest.approx(float(kl.value), rel=1e-9)
    assert objective.limit() is None
    found = optimal_grid(data, 8, 10.0, 0.02, "ode")
    assert found.limit is None
    assert found.residual < 1e-10
    assert at_most(kl, found.objective) is Relation.VIOLATED
    gaps = [abs(float(optimal_grid(Gaussian(var=VAR), n, 80.0, 0.002, "ode").gap.value)) for n in (8, 16, 32)]
    assert all(1.9 < gap / half < 2.4 for gap, half in pairwise(gaps))  # an error of order 1/N


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_quantiles_are_nearly_optimal(sampler):
    """Equal shares of int sqrt(s) dt come to the best grid's error as N^-2; equal shares of int s dt do not."""
    best = optimal_grid(MIXTURE, 48, 10.0, 0.02, sampler)
    near = discretisation_error(MIXTURE, quantile_grid(MIXTURE, 48, 10.0, 0.02, sampler).v, sampler)
    excess = float((near / best.objective).value) - 1
    assert 0 < excess < 2e-3
    curve, y = Curve(MIXTURE, sampler), 2 * np.linspace(np.log(10.0), np.log(0.02), 801)
    shares = curve.slope(np.exp(y)).value * np.abs(curve.pace(np.exp(y)))
    wrong = discretisation_error(MIXTURE, quantiles(y, shares, 48), sampler)
    assert float((wrong / best.objective).value) - 1 > 0.05


def test_slopes_of_a_cloud_are_those_of_the_same_points_on_a_line():
    cloud, v = PointCloud([[-1.0], [1.0]]), np.array([0.3, 1.0, 4.0])
    for sampler, name in (("score", "hess2"), ("denoiser", "cov2")):
        found, exact = PosteriorSpread(cloud).slope(v, sampler), TWO.measure(name, v).value
        assert np.all(np.abs(found.value - exact) <= found.radius), sampler
        assert np.all(found.radius < 0.5 * exact + 1e-3)
        assert not np.all(np.abs(found.value - 2 * exact) <= found.radius)


def test_slopes_of_a_cloud_by_matrices():
    """The formula without d x d matrices gives the covariance's Frobenius norm."""
    points = np.random.default_rng(3).standard_normal((7, 3)) + 5.0
    cloud, v, d = PointCloud(points), 4.0, 3
    reference = Curve(cloud, "denoiser").slope(np.array([v]))
    rng = np.random.default_rng(4)
    x = points[rng.integers(7, size=20000)] + v**0.5 * rng.standard_normal((20000, d))
    logits = -((x[:, None] - points) ** 2).sum(2) / (2 * v)
    r = np.exp(logits - logits.max(1, keepdims=True))
    r /= r.sum(1, keepdims=True)
    mean = r @ points
    cov = np.einsum("bn,ni,nj->bij", r, points, points) - mean[:, :, None] * mean[:, None, :]
    draws = (cov**2).sum((1, 2))
    error = 5 * draws.std() / len(draws) ** 0.5
    assert abs(draws.mean() - float(reference.value[0])) < error + float(reference.radius[0])
    assert abs((np.trace(cov, axis1=1, axis2=2) ** 2).mean() - float(reference.value[0])) > error + float(
        reference.radius[0]
    )


@pytest.mark.parametrize(
    ("high", "low", "steps"),
    [
        (20.0, 0.02, 8),
        pytest.param(20.0, 0.02, 16, marks=pytest.mark.long),
        pytest.param(80.0, 0.002, 8, marks=pytest.mark.long),
        pytest.param(80.0, 0.002, 16, marks=pytest.mark.long),
    ],
)
def test_a_cloud_has_a_best_grid(high, low, steps):
    """Also where mmse is 0 over decades of small sigma, and points could drift out of the grid's ends."""
    cloud = PointCloud(np.random.default_rng(5).standard_normal((40, 3)), samples=16384, alpha=1e-3)
    found = optimal_grid(cloud, steps, high, low, "denoiser")
    assert found.residual < 1e-6
    assert np.all(np.diff(found.sigmas) < 0)
    assert found.limit is not None
    assert at_most(discretisation_error(cloud, karras(steps + 1, low, high).v, "denoiser"), found.objective) is (
        Relation.VIOLATED
    )


@pytest.mark.parametrize(
    ("target", "steps", "ends", "sampler", "error"),
    [
        (Gaussian(var=1.0), 0, (1.0, 0.1), "score", ValueError),
        (Gaussian(var=1.0), 4, (0.1, 1.0), "score", ValueError),
        (Gaussian(var=1.0), 4, (1.0, 0.1), "heun", NotAvailable),
        (Gaussian(var=1.0, mean=1.0), 4, (1.0, 0.1), "ode", NotAvailable),
        (TWO, 4, (1.0, 0.1), "ode", NotAvailable),
        (GaussianMixture([1.0], [[0.0, 1.0]], [1.0]), 4, (1.0, 0.1), "score", NotAvailable),
    ],
)
def test_what_cannot_be_had_is_refused(target, steps, ends, sampler, error):
    with pytest.raises(error):
        optimal_grid(target, steps, *ends, sampler)

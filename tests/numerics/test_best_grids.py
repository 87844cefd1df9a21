"""The best of all grids: closed forms, several local minima, interpolated curves, families; false variants are told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import differential_evolution, minimize_scalar

from numerics.enclosures import Relation, at_most
from numerics.optimal_grids.best import least_of_any_grid, refine, solve_axis
from numerics.optimal_grids.families import best_member
from numerics.optimal_grids.flow_best import best_flow_grid
from numerics.optimal_grids.flow_bound import least_flow_error
from numerics.optimal_grids.profiles import ExactProfile, TabulatedProfile, clock, profile_of
from numerics.optimal_grids.staircase import Staircase
from numerics.targets import Gaussian, GaussianMixture, LossCurve, NotAvailable
from numerics.terminal import terminal_kl
from theory.grids import FAMILIES, GridError, exponential, karras, tan

MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
# two scales, 60 and 0.01: several local minima
FAR = GaussianMixture([0.5, 0.5], [-30.0, 30.0], [0.01, 0.01])
SIGMA = np.geomspace(0.02, 10.0, 25)


def loss_curve(noise=0.0, seed=0, d=1):
    loss = MIXTURE.measure("mmse", SIGMA**2).value / SIGMA**2
    return LossCurve(SIGMA, loss * np.exp(noise * np.random.default_rng(seed).normal(size=len(SIGMA))), d)


def test_local_searches_miss_what_the_programme_finds():
    sigma = np.geomspace(0.001, 1000.0, 81)
    curve = LossCurve(sigma, FAR.measure("mmse", sigma**2).value / sigma**2, 1)
    profile = profile_of(curve, "score", 1000.0, 0.001)
    axis = solve_axis(profile, 4, 1000.0, 0.001, 201)
    best, ends = refine(axis, 4), axis.y[[0, -1]]
    assert best.value <= best.on_axis
    usual = (karras(5, 0.001, 1000.0), karras(5, 0.001, 1000.0, 3.0), exponential(5, 0.001, 1000.0))
    local = [Staircase(profile, ends).improved(np.log(grid.v[1:-1])) for grid in usual]
    costs = [axis.staircase(np.concatenate([ends[:1], inner, ends[1:]])) for inner in local]
    assert min(costs) > best.value + 0.01  # of three starts none leads there
    assert least_of_any_grid(axis, 4, best.value) > best.value - 0.01


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("noise", [0.0, 0.2])
@pytest.mark.parametrize("steps", [2, pytest.param(3, marks=pytest.mark.long)])
def test_against_a_global_search_over_real_numbers(sampler, noise, steps):
    """Curves that fall and curves that do not: differential evolution finds nothing better, nor below the bound."""
    profile = profile_of(loss_curve(noise), sampler, 10.0, 0.02)
    axis = solve_axis(profile, steps, 10.0, 0.02, 301)
    best = refine(axis, steps)
    low, high = axis.y[-1], axis.y[0]

    def cost(inner):
        return axis.staircase(np.concatenate([[high], np.sort(inner)[::-1], [low]]))

    found = differential_evolution(cost, [(low, high)] * (steps - 1), rng=1, tol=1e-12, maxiter=120)
    lost = best.value - axis.area
    assert best.value <= found.fun + 1e-7 * lost
    lower = least_of_any_grid(axis, steps, best.value)
    assert best.value - 2e-3 * lost < lower <= min(best.value, found.fun)


@given(st.integers(0, 10**6), st.sampled_from(["score", "denoiser"]))
@settings(max_examples=25, deadline=None)
def test_floors_are_below_the_curve(seed, sampler):
    """On cells within knots, also narrow ones: dense samples never lie below the floor, and it is not far below."""
    rng = np.random.default_rng(seed)
    y = np.cumsum(rng.uniform(0.2, 2.0, 9)) - 6
    profile = TabulatedProfile(sampler, y, np.cumsum(rng.normal(0.5, 1.0, 9)), int(rng.integers(1, 5)))
    edges = np.sort(np.concatenate([y, rng.uniform(y[0], y[-1], 30)]))[::-1]
    left, right = edges[:-1], edges[1:]
    least = profile.height(np.linspace(left, right, 41)).min(axis=0)
    floor = profile.floor(left, right)
    assert np.all(floor <= least)
    width, size = left - right, np.abs(profile.height(edges)).max() + profile.d * np.exp(-edges.min())
    narrow = width < 1e-3
    assert np.all(least[narrow] - floor[narrow] < 1e-2 * size)


def test_a_chord_is_no_floor():
    """Without the term of the curvature the score's floor is too high on some cell."""
    profile = profile_of(loss_curve(0.5, seed=3), "score", 10.0, 0.02)
    left, right = profile.knots[:0:-1], profile.knots[-2::-1]
    least = profile.height(np.linspace(left, right, 201)).min(axis=0)
    chord = np.minimum(profile.height(left), profile.height(right))
    assert np.any(least < chord - 1e-6)
    assert np.all(profile.floor(left, right) <= least)


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_the_curve_is_that_of_the_loss(sampler):
    curve, y = loss_curve(d=3), np.linspace(2 * np.log(0.02), 2 * np.log(10.0), 57)
    loss, v = curve.estimate(np.exp(y)), np.exp(y)
    truth = (loss - 3) / v if sampler == "score" else v * loss
    profile = profile_of(curve, sampler, 10.0, 0.02)
    np.testing.assert_allclose(profile.height(y), truth, rtol=1e-12, atol=1e-12 * np.abs(truth).max())
    assert np.abs(profile.height(y) - loss / v).max() > 1e-2  # without the -d
    inner, step = y[1:-1] + 1e-3, 1e-5
    h, h1, h2 = profile.derivatives(inner)
    up, down = profile.height(inner + step), profile.height(inner - step)
    np.testing.assert_allclose(h1, (up - down) / (2 * step), rtol=1e-5, atol=1e-7 * np.abs(h).max())
    slopes = [profile.derivatives(inner + s * step)[1] for s in (1, -1)]
    np.testing.assert_allclose(h2, (slopes[0] - slopes[1]) / (2 * step), rtol=1e-4, atol=1e-6 * np.abs(h).max())


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_the_staircase_has_its_derivatives(sampler):
    profile = profile_of(loss_curve(), sampler, 10.0, 0.02)
    ends = 2 * np.log([10.0, 0.02])
    objective = Staircase(profile, ends)
    y = np.log(karras(6, 0.02, 10.0, 4.0).v)[1:-1] + 0.01
    value, gradient, hessian = objective(y)
    full = np.concatenate([ends[:1], y, ends[1:]])
    assert value == pytest.approx(np.diff(clock(sampler, full)) @ profile.height(full[:-1]) / 2)
    moves = 1e-5 * np.eye(len(y))
    slopes = np.array([objective(y + m)[0] - objective(y - m)[0] for m in moves]) / 2e-5
    bends = np.array([objective(y + m)[1] - objective(y - m)[1] for m in moves]) / 2e-5
    np.testing.assert_allclose(gradient, slopes, atol=1e-5 * np.abs(slopes).max())
    np.testing.assert_allclose(hessian, bends, atol=1e-5 * np.abs(bends).max())
    assert np.abs(gradient + slopes).max() > np.abs(slopes).max()  # the other sign
    better = objective.improved(y)
    assert objective(better)[0] < value
    assert np.abs(objective(better)[1]).max() < 1e-6 * np.abs(gradient).max()


@pytest.mark.parametrize(
    ("family", "limits"), [("karras", (0.2, 50.0)), ("tan", (0.01, 50.0)), ("polyexponential", (0.1, 5.0))]
)
def test_the_best_member_of_a_family(family, limits):
    axis = solve_axis(profile_of(loss_curve(), "score", 10.0, 0.02), 8, 10.0, 0.02, 301)

    def cost(v):
        return axis.staircase(np.log(v))

    found = best_member(family, 8, 10.0, 0.02, cost)
    ((name, parameter),) = found.parameters.items()
    assert cost(found.grid.v) == pytest.approx(found.value, rel=1e-12)
    tried = {x: cost(FAMILIES[family](9, 0.02, 10.0, x).v) for x in np.geomspace(*limits, 400)}
    assert found.value <= min(tried.values())
    at = min(tried, key=tried.get)
    searched = minimize_scalar(
        lambda u: cost(FAMILIES[family](9, 0.02, 10.0, np.exp(u)).v), bounds=(np.log(at) - 0.05, np.log(at) + 0.05)
    )
    assert float(parameter.value) == pytest.approx(np.exp(searched.x), rel=1e-3)
    assert 0 < parameter.radius < 1e-3 * parameter.value
    for end in (parameter.value - 1.01 * parameter.radius, parameter.value + 1.01 * parameter.radius):
        assert cost(FAMILIES[family](9, 0.02, 10.0, float(end)).v) > found.value
    assert found.at_edge == ()
    assert found.grid.parameters[name] == pytest.approx(float(parameter.value), rel=1e-3)


def test_two_parameters():
    axis = solve_axis(profile_of(loss_curve(), "score", 10.0, 0.02), 8, 10.0, 0.02, 301)

    def cost(v):
        return axis.staircase(np.log(v))

    def at(point):
        try:
            return cost(FAMILIES["laplace"](9, 0.02, 10.0, point[0], np.exp(point[1])).v)
        except GridError:  # clamped points merge
            return np.inf

    found = best_member("laplace", 8, 10.0, 0.02, cost)
    searched = differential_evolution(at, [(-2.0, 2.0), (-1.5, 2.0)], rng=0, tol=1e-10, maxiter=25)
    assert found.value <= searched.fun + 1e-6
    assert set(found.parameters) == {"mu", "beta"}


def test_the_limit_of_a_family_is_told():
    """Of data at one point exponential is the best grid for score: karras only tends to it."""
    axis = solve_axis(ExactProfile(Gaussian(var=0.0), "score"), 6, 10.0, 0.02, 101)
    found = best_member("karras", 6, 10.0, 0.02, lambda v: axis.staircase(np.log(v)))
    assert found.at_edge == ("rho",)
    fixed = best_member("exponential", 6, 10.0, 0.02, lambda v: axis.staircase(np.log(v)))
    assert fixed.parameters == {}
    assert fixed.value < found.value


@pytest.mark.parametrize(("family", "said"), [("vp", "ends of its own"), ("edm", "is no family")])
def test_other_families_are_refused(family, said):
    with pytest.raises(ValueError, match=said):
        best_member(family, 6, 10.0, 0.02, lambda v: 0.0)


def test_the_flow_and_its_bound():
    """Reached for one eigenvalue by its tan grid; a true bound for several, where no tan grid reaches it."""
    one = Gaussian(d=2, var=0.25)
    bound = least_flow_error(one, 8, 80.0, 0.002)
    closed = terminal_kl(one, tan(9, 0.002, 80.0, 0.5).v, "ode", None, "exact")
    assert abs(float(bound.value - closed.value)) <= float(bound.radius + closed.radius)
    assert float(bound.radius) < 1e-12
    for steps in (7, 9):  # another number of steps is another number
        other = least_flow_error(one, steps, 80.0, 0.002)
        assert abs(float(other.value - closed.value)) > 1e-3
    two = Gaussian(eigenvalues=[0.01, 4.0])
    best = best_flow_grid(two, 8, 80.0, 0.002, "ode")
    lower = least_flow_error(two, 8, 80.0, 0.002)
    grids = [best.v, exponential(9, 0.002, 80.0).v, *(tan(9, 0.002, 80.0, c).v for c in (0.1, 0.5, 2.0))]
    costs = [terminal_kl(two, v, "ode", None, "exact") for v in grids]
    assert all(at_most(lower, cost) is Relation.HOLDS for cost in costs)
    assert all(at_most(costs[0], cost) is Relation.HOLDS for cost in costs[1:])
    assert best.value(grids[1]) == pytest.approx(float(costs[1].value), rel=1e-9)
    rows = best.by_steps(lambda n, high, low: {"exponential": exponential(n + 1, low, high)})
    assert list(rows) == [1, 2, 3, 4, 6, 8]
    assert all(row["best"] <= row["exponential"] for row in rows.values())


def test_what_has_no_curve_is_refused():
    with pytest.raises(NotAvailable, match="no path KL"):
        profile_of(MIXTURE, "ode", 10.0, 0.02)
    with pytest.raises(ValueError, match="outside the rows"):
        profile_of(loss_curve(), "score", 80.0, 0.02)
    with pytest.raises(ValueError, match="4 points or more"):
        solve_axis(profile_of(loss_curve(), "score", 10.0, 0.02), 3, 10.0, 0.02, 3)
    with pytest.raises(NotAvailable, match="heun"):
        best_flow_grid(Gaussian(var=1.0), 3, 10.0, 0.02, "heun")

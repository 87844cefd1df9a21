"""Grids on an axis: exact against all subsets, certified apart, bounded off the axis; faults are told."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator
from scipy.optimize import differential_evolution

from numerics.grid_programme import certify, least_possible, prefix_minima, solve
from numerics.grid_programme.certificate import largest_excess, largest_excess_of_neighbours
from numerics.grid_programme.layers import _by_blocks, _coarse_to_fine

VAR = 0.25
# clock, h and the coordinate in which the best grid of Gaussian data of variance VAR has equal steps
GAUSSIAN = {
    "score": (lambda v: -v, lambda v: -1 / (VAR + v), lambda v: np.log(VAR + v), lambda u: np.exp(u) - VAR),
    "denoiser": (
        lambda v: 1 / v,
        lambda v: VAR * v / (VAR + v),
        lambda v: np.log1p(VAR / v),
        lambda u: VAR / np.expm1(u),
    ),
}


def axes(least=3, most=12):
    """Axis points in the clock with the curve there, of any shape."""
    step = st.floats(1e-3, 3.0)
    height = st.floats(-5.0, 5.0)
    return st.lists(st.tuples(step, height), min_size=least, max_size=most).map(
        lambda rows: (np.cumsum([r[0] for r in rows]), np.array([r[1] for r in rows]))
    )


def every_grid(t, h, steps):
    """The least cost by trying all subsets."""
    last = len(t) - 1
    return min(
        float(np.diff(t[list(chosen)]) @ h[list(chosen)[:-1]])
        for inner in combinations(range(1, last), steps - 1)
        for chosen in [(0, *inner, last)]
    )


def plain(t, h, steps):
    """The same programme, all pairs in one NumPy matrix."""
    cost = np.where(t[None, :] > t[:, None], (t[None, :] - t[:, None]) * h[:, None], np.inf)
    value = np.where(np.arange(len(t)) == 0, 0.0, np.inf)
    for _ in range(steps):
        value = (value[:, None] + cost).min(axis=0)
    return value[-1]


@given(axes(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_no_subset_is_better(axis, falling):
    t, h = axis
    h = np.sort(h)[::-1] if falling else h
    steps = min(4, len(t) - 1)
    programme = solve(t, h, steps)
    proof = certify(programme)
    for n in range(1, steps + 1):
        truth = every_grid(t, h, n)
        path = programme.path(n)
        assert programme.least[n] == pytest.approx(truth, abs=1e-12)
        assert len(path) == n + 1
        assert np.all(np.diff(path) > 0)
        assert np.diff(t[path]) @ h[path[:-1]] == pytest.approx(truth, abs=1e-12)
        assert proof.lower[n] - 1e-14 <= truth <= proof.upper[n] + 1e-14
        assert proof.upper[n] - proof.lower[n] < 1e-11
    assert np.all(proof.excess < 1e-12)


@given(axes(least=2, most=60), st.lists(st.integers(-3, 3), min_size=60, max_size=60), st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_fast_layer_is_the_plain_one(axis, intercepts, ties):
    """Also where lines are equal: the first of them is taken by both."""
    x, slope = axis
    q = np.sort(np.round(slope) if ties else slope)[::-1]
    p = np.array(intercepts[: len(x)], dtype=float)
    assert np.array_equal(_coarse_to_fine(p, q, x), _by_blocks(p, q, x))
    assert np.array_equal(prefix_minima(p, q, x), _by_blocks(p, q, x))


def test_the_fast_layer_needs_a_falling_curve():
    """Forced on curves that rise it misses best points; the choice of method is by the curve."""
    rng, missed = np.random.default_rng(0), 0
    for _ in range(20):
        t, h = np.arange(60.0), rng.normal(size=60)
        p = 5 * rng.normal(size=60) - t * h
        wrong, right = _coarse_to_fine(p, h, t), prefix_minima(p, h, t)
        lost = p[wrong] + h[wrong] * t[1:] - p[right] - h[right] * t[1:]
        assert np.all(lost > -1e-12)
        missed += bool(np.any(lost > 1e-9))
    assert missed >= 3


def test_the_quadrangle_inequality():
    """w(a, c) + w(b, d) - w(a, d) - w(b, c) = (t_d - t_c)(h_b - h_a): its sign is that of h_b - h_a."""
    rng = np.random.default_rng(1)
    t, h = np.sort(rng.normal(size=4)), rng.normal(size=4)

    def w(i, j):
        return (t[j] - t[i]) * h[i]

    assert w(0, 2) + w(1, 3) - w(0, 3) - w(1, 2) == pytest.approx((t[3] - t[2]) * (h[1] - h[0]), abs=1e-14)


@pytest.mark.parametrize("falling", [True, False])
def test_a_wrong_solution_has_no_proof(falling):
    """A value raised breaks an inequality and lowers the bound; a value lowered, or a worse path, leaves a gap."""
    rng = np.random.default_rng(2)
    t, h = np.cumsum(rng.uniform(0.1, 1, 50)), rng.normal(size=50)
    right = solve(t, np.sort(h)[::-1] if falling else h, 5)
    assert certify(right).upper[5] - certify(right).lower[5] < 1e-11
    raised = right.values.copy()
    raised[5, -1] += 0.1
    proof = certify(replace(right, values=raised))
    assert proof.excess[5] == pytest.approx(0.1)
    assert proof.lower[5] <= right.least[5] + 1e-12
    lowered = right.values.copy()
    lowered[5, -1] -= 0.1
    proof = certify(replace(right, values=lowered))
    assert proof.upper[5] - proof.lower[5] == pytest.approx(0.1, abs=1e-9)
    worse = right.choices.copy()
    worse[5, -1] = 45
    proof = certify(replace(right, choices=worse))
    assert proof.upper[5] - proof.lower[5] > 1e-3


@pytest.mark.parametrize("steps", [1, 2, 5, pytest.param(12, marks=pytest.mark.long)])
@pytest.mark.parametrize("sampler", GAUSSIAN)
def test_gaussian_data(sampler, steps):
    """On the axis near the closed form and never below it; the bound on any grid is below it, and near."""
    clock, height, to, back = GAUSSIAN[sampler]
    y = np.linspace(*2 * np.log([80.0, 0.002]), 301)
    programme = solve(clock(np.exp(y)), height(np.exp(y)), steps)
    u = np.linspace(to(80.0**2), to(0.002**2), steps + 1)
    v = back(u)
    best = float(np.diff(clock(v)) @ height(v[:-1]))
    area = float(np.trapezoid(height(np.exp(y)), clock(np.exp(y))))
    lost = best - area
    assert -1e-9 * lost <= programme.least[steps] - best < 0.01 * lost
    first = float(height(80.0**2))

    def bound(floor, rounds_of=y):
        tolerance = 1e-3 * lost
        return least_possible(lambda y: clock(np.exp(y)), floor, first, rounds_of, steps, best, tolerance)

    found = bound(lambda left, right: height(np.exp(right)))
    assert best - 0.02 * lost < found.lower <= best
    if steps > 1:
        # h at the wrong end of each cell is no lower bound of h: on coarse cells it proves what is false
        coarse = y[::60]
        wrong = least_possible(
            lambda y: clock(np.exp(y)), lambda left, right: height(np.exp(left)), first, coarse, steps, np.inf, np.inf
        )
        assert wrong.lower > best + 1e-4 * lost


@given(st.integers(0, 10**6), st.booleans(), st.integers(2, 3))
@settings(max_examples=8, deadline=None)
def test_no_grid_off_the_axis_undercuts_the_bound(seed, falling, steps):
    """Curves of any shape, against a global search over real-valued grids."""
    rng = np.random.default_rng(seed)
    knots = np.linspace(0.0, 1.0, 7)
    rows = np.sort(rng.normal(size=7))[::-1] if falling else rng.normal(size=7)
    curve = PchipInterpolator(knots, rows)

    def cost(inner):
        t = np.concatenate([[0.0], np.sort(inner), [1.0]])
        return float(np.diff(t) @ curve(t[:-1]))

    searched = differential_evolution(cost, [(0, 1)] * (steps - 1), rng=seed, tol=1e-10, maxiter=60)
    axis = np.linspace(0, 1, 121)
    known = min(solve(axis, curve(axis), steps).least[1:])
    best = min(known, searched.fun)

    def bound(better_than, tolerance):
        # y falls along the path: t = -y; PCHIP is monotone between its knots, which the axis holds
        return least_possible(
            lambda y: -y,
            lambda left, right: np.minimum(curve(-left), curve(-right)) - 1e-12,
            float(curve(0.0)),
            -axis,
            steps,
            better_than,
            tolerance,
        )

    # with nothing known, with a worse grid known, and with the best
    assert bound(np.inf, np.inf).lower <= best + 1e-12
    assert bound(best + 0.1, 0.1).lower <= best + 1e-12
    assert best - 2e-2 < bound(best, 1e-4).lower <= best


@given(axes(least=4, most=40), st.integers(0, 10**6), st.sampled_from(["best", "shifted", "any"]))
@settings(max_examples=60, deadline=None)
def test_neighbours_prove_what_all_pairs_prove(axis, seed, kind):
    """Whatever the choices: never a smaller excess than over all pairs, and the same where they are the best."""
    t, h = axis
    h, rng, every = np.sort(h)[::-1], np.random.default_rng(seed), np.arange(1, len(t))
    before = rng.normal(size=len(t))
    best = prefix_minima(before - t * h, h, t)
    choice = {"best": best, "shifted": np.maximum(best - 2, 0), "any": rng.integers(0, every)}[kind]
    after = np.concatenate([[np.inf], before[choice] + (t[1:] - t[choice]) * h[choice]])
    found = largest_excess_of_neighbours(t, h, before, after, np.concatenate([[-1], choice]))
    truth = largest_excess(t, h, before, after)
    assert found >= truth - 1e-13
    if kind == "best":
        assert found < 1e-12


@pytest.mark.parametrize(
    ("t", "h", "steps", "said"),
    [
        ([0.0, 1.0, 1.0], [1.0, 1.0, 1.0], 1, "must increase"),
        ([0.0, 1.0, 2.0], [1.0, np.nan, 1.0], 1, "not finite"),
        ([0.0, 1.0, 2.0], [1.0, 1.0], 1, "one h for each t"),
        ([0.0, 1.0, 2.0], [1.0, 1.0, 1.0], 3, "give 1 to 2"),
        ([0.0, 1.0, 2.0], [1.0, 1.0, 1.0], 0, "give 1 to 2"),
    ],
)
def test_what_is_no_programme_is_refused(t, h, steps, said):
    with pytest.raises(ValueError, match=said):
        solve(t, h, steps)
    with pytest.raises(ValueError, match="steps = 9"):
        solve([0.0, 1.0, 2.0], [2.0, 1.0, 0.0], 2).path(9)


def timed(function, *arguments):
    start = time.process_time()
    result = function(*arguments)
    return time.process_time() - start, result


@pytest.mark.parametrize(
    ("points", "steps", "times"), [(2048, 16, 5), pytest.param(4096, 64, 20, marks=pytest.mark.long)]
)
@pytest.mark.parametrize("falling", [True, False])
def test_speed(points, steps, times, falling):
    """Faster than all pairs in one matrix, with the same result; processor time, the plain one on a few steps."""
    v = np.exp(np.linspace(*2 * np.log([80.0, 0.002]), points))
    t, h = 1 / v, VAR * v / (VAR + v)
    if not falling:
        h = h * (1 + 0.01 * np.random.default_rng(0).normal(size=points))
    few = 2
    fast, programme = min((timed(solve, t, h, steps) for _ in range(3)), key=lambda one: one[0])
    slow, value = timed(plain, t, h, few)
    assert programme.least[few] == pytest.approx(value, rel=1e-12)
    assert slow * steps / few > times * fast * (1 if falling else 0.4)

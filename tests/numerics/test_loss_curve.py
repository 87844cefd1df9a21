"""Loss curves: what is between the rows is enclosed, exactly where it can be, and nothing else is told."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.budgets import budget
from numerics.enclosures import Kind
from numerics.regimes.paths import step_weights
from numerics.score_errors import LearnedScore, LinearError
from numerics.targets import Gaussian, GaussianMixture, LossCurve, NotAvailable, curve_range, curve_shape
from numerics.targets.curve_shape import shapes
from numerics.targets.loss_curve import SMOOTH_ROWS
from theory.grids import exponential, karras

GEOMETRIC, KARRAS = exponential(19, 0.002, 80.0), karras(19, 0.002, 80.0)
MODEL = LearnedScore(Gaussian(d=1, var=0.25), LinearError(a=0.1))
KNOWN = 0.379950  # printed to six decimals: KL_path(geometric) - KL_path(karras) of this model
LEVELS = np.unique(np.concatenate([GEOMETRIC.v[:-1], KARRAS.v[:-1]]))


def of_model(sigmas: np.ndarray, **options: object) -> LossCurve:
    return LossCurve(sigmas, MODEL.loss(sigmas**2).value, 1, **options)


def functional(sampler: str = "score") -> tuple[np.ndarray, np.ndarray, float]:
    """Levels and weights of the known number, and what -d adds."""
    a, b = (step_weights(grid.v, sampler).value / 2 for grid in (GEOMETRIC, KARRAS))
    return np.concatenate([GEOMETRIC.v[:-1], KARRAS.v[:-1]]), np.concatenate([a, -b]), -(a.sum() - b.sum())


def inside(number: float, found, offset: float) -> bool:
    return float(found.lower) + offset <= number <= float(found.upper) + offset


def test_the_known_number_from_rows_at_the_levels():
    v, weight, offset = functional()
    found, _ = of_model(np.sqrt(LEVELS)).sum(v, weight)
    assert float(found.value) + offset == pytest.approx(KNOWN, abs=5.1e-7)
    assert float(found.radius) < 1e-10
    assert found.kind is Kind.EXACT


@pytest.mark.parametrize("smooth", [False, True])
def test_the_known_number_from_forty_other_rows_and_no_false_one(smooth):
    curve = of_model(np.geomspace(0.002, 80, 40), smooth=smooth)
    v, weight, offset = functional()
    found, _ = curve.sum(v, weight)
    truth = float(weight @ MODEL.loss(v).value) + offset
    assert truth == pytest.approx(KNOWN, abs=5.1e-7)
    assert inside(truth, found, offset)
    assert float(found.radius) < (0.05 if smooth else 0.1)
    assert not inside(truth - offset, found, offset), "the loss without - d"
    wrong = functional("denoiser")
    assert not inside(float(wrong[1] @ MODEL.loss(v).value), found, offset), "the other sampler's weights"
    assert not inside(2 * truth, found, offset), "without the 1/2"


def test_straight_lines_in_sigma_are_refuted():
    """The mse drawn as straight lines over sigma, as a point value without error: false by more than the interval."""
    sigmas = np.geomspace(0.002, 80, 12)
    v, weight, _ = functional("denoiser")
    straight = np.interp(np.sqrt(v), sigmas, MODEL.loss(sigmas**2).value * sigmas**2) / v
    found, _ = of_model(sigmas).sum(v, weight)
    assert not inside(float(weight @ straight), found, 0.0)
    assert inside(float(weight @ MODEL.loss(v).value), found, 0.0)


def test_one_level_in_one_cell_by_hand():
    """Rows m = 1, 3 at v = 1, 4; at v = 2 the mse rises and the loss falls: 3/2 <= m <= 2. Here with two more rows
    outside, since nothing is known of the loss in the first and the last cell."""
    curve = LossCurve([0.5, 1, 2, 4], np.array([0.3, 1, 3, 9]) / np.array([0.25, 1, 4, 16]), 1)
    assert curve.limits(2.0) == (pytest.approx(1.5 / 2, rel=1e-12), pytest.approx(2.0 / 2, rel=1e-12))
    assert curve.limits(0.5) == (pytest.approx(0.3 / 0.5, rel=1e-12), pytest.approx(1.0 / 0.5, rel=1e-12))
    # m(3) - m(2) of one curve: m(3) <= 3/2 m(2) and m(3) <= 3 give 1 at most, not 3 - 3/2
    total, _ = curve.sum([2.0, 3.0], [-2.0, 3.0])
    assert float(total.lower) == pytest.approx(2.25 - 2.0, rel=1e-9)
    assert float(total.upper) == pytest.approx(3.0 - 2.0, rel=1e-9)


def test_the_range_is_reached_and_never_left():
    """Curves drawn from the shape stay in the range; the best of them come near its ends."""
    sigmas = np.geomspace(0.1, 10, 9)
    curve = of_model(sigmas)
    (shape,) = curve.shapes
    rng = np.random.default_rng(5)
    v = np.sort(rng.uniform(0.02, 90, 4))
    for weight in (np.array([1.0, -1, 1, -1]), np.array([0.3, 2.0, -1.7, -0.6]), np.ones(4)):
        found, width = curve.sum(v, weight)
        points = np.unique(np.concatenate([shape.t, np.log(v)]))
        drawn = np.array([_drawn(shape, points, rng) for _ in range(400)])
        totals = np.exp(drawn[:, np.searchsorted(points, np.log(v))] - np.log(v)) @ weight
        assert totals.min() >= float(found.lower) - 1e-9
        assert totals.max() <= float(found.upper) + 1e-9
        assert np.ptp(totals) > 0.9 * width.width
        assert width.shares.sum() == pytest.approx(width.width, rel=1e-6)
        assert width.from_errors < 1e-9


def _drawn(shape, points, rng):
    """ln mse at the points of one curve of the shape: forward within what can still reach the next rows."""
    least, most = shape.slopes((points[:-1] + points[1:]) / 2)
    step = np.diff(points)
    lower, upper = shape.limits(points)
    x = np.empty_like(points)
    x[0] = rng.uniform(lower[0], upper[0])
    for j in range(len(step)):
        low, high = max(lower[j + 1], x[j] + least[j] * step[j]), min(upper[j + 1], x[j] + most[j] * step[j])
        x[j + 1] = np.clip(rng.choice([low, high, rng.uniform(low, max(low, high))]), low, max(low, high))
    return x


def test_a_solver_that_fails_only_widens(monkeypatch):
    curve = of_model(np.geomspace(0.002, 80, 40))
    v, weight, offset = functional()
    good, _ = curve.sum(v, weight)
    solve = curve_range.linprog
    monkeypatch.setattr(curve_range, "linprog", lambda *a, **k: solve(*a, **{**k, "options": {"maxiter": 0}}))
    none, _ = curve.sum(v, weight)

    def careless(*a, **k):
        solved = solve(*a, **k)
        solved.ineqlin.marginals = solved.ineqlin.marginals * 0.7 + 0.01
        return solved

    monkeypatch.setattr(curve_range, "linprog", careless)
    poor, _ = curve.sum(v, weight)
    for found in (none, poor):
        assert inside(KNOWN, found, offset)
        assert float(found.lower) <= float(good.lower) < float(good.upper) <= float(found.upper)
        assert float(found.radius) > 1.01 * float(good.radius)


HUMP = GaussianMixture([0.5, 0.5], [-1.0, 1.0], [1e-3, 1e-3])  # its loss rises to sigma = 0.6 or so and falls again


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("shift", [0.0, 0.2, 0.4, 0.6, 0.8])
def test_a_turn_between_rows_is_left_open(smooth, shift):
    sigmas = np.exp(np.arange(np.log(0.02), np.log(30), 0.5) + 0.5 * shift)
    curve = LossCurve(sigmas, HUMP.measure("mmse", sigmas**2).value / sigmas**2, 1, smooth=smooth)
    v = np.geomspace(sigmas[0], sigmas[-1], 301) ** 2
    truth, (lower, upper) = HUMP.measure("mmse", v).value / v, curve.limits(v)
    assert np.all(lower <= truth * (1 + 1e-9))
    assert np.all(truth <= upper * (1 + 1e-9))
    assert np.all(curve.loss(v).upper >= truth)
    assert curve.turns >= 1


def test_closed_turns_would_miss(monkeypatch):
    """The test above can fail: without open cells beside a turn the peak is cut off for some places of the rows."""
    monkeypatch.setattr(curve_shape, "_cells", _without_open_cells)
    monkeypatch.setattr(curve_shape, "_bends", lambda t, low, high: [(np.inf, -np.inf), (-np.inf, np.inf)])
    missed = 0
    for shift in (0.0, 0.2, 0.4, 0.6, 0.8):
        sigmas = np.exp(np.arange(np.log(0.02), np.log(30), 0.5) + 0.5 * shift)
        curve = LossCurve(sigmas, HUMP.measure("mmse", sigmas**2).value / sigmas**2, 1)
        v = np.geomspace(sigmas[0], sigmas[-1], 301) ** 2
        truth, (lower, upper) = HUMP.measure("mmse", v).value / v, curve.limits(v)
        missed += not np.all((lower <= truth * (1 + 1e-9)) & (truth <= upper * (1 + 1e-9)))
    assert missed


def _without_open_cells(rows, rising, latest, earliest):
    cells, direction = np.ones(rows - 1, dtype=np.int64), 1 if rising else -1
    for start, end in pairwise([0, *latest, rows - 1]):
        cells[start:end], direction = direction, -direction
    return cells


@st.composite
def ranked_targets(draw):
    count = draw(st.integers(1, 4))
    shares = np.array(draw(st.lists(st.floats(0.05, 1), min_size=count, max_size=count)))
    places = np.array(draw(st.lists(st.floats(-3, 3), min_size=count, max_size=count)))
    scales = np.array(draw(st.lists(st.floats(-3, 0.5), min_size=count, max_size=count)))
    if draw(st.booleans()):
        return Gaussian(eigenvalues=10.0 ** (2 * scales))
    return GaussianMixture(shares / shares.sum(), places, 10.0**scales)


@settings(max_examples=25, deadline=None)
@given(
    ranked_targets(),
    st.floats(1.1, 2.0),
    st.lists(st.floats(-0.4, 0.4), min_size=64, max_size=64),
    st.tuples(st.integers(3, 20), st.integers(3, 20), st.floats(1, 9)),
    st.sampled_from(["score", "denoiser"]),
    st.booleans(),
)
def test_the_exact_difference_is_always_inside(target, ratio, jitter, shape, sampler, smooth):
    low, high, smooth = 0.01, 20.0, smooth and isinstance(target, Gaussian)
    count = int(np.ceil(np.log(high / low) / np.log(ratio))) + 1
    sigmas = np.geomspace(low, high, count)
    moved = np.resize(jitter, count) * np.log(high / low) / (count - 1)
    moved[[0, -1]] = 0.0
    sigmas = sigmas * np.exp(moved)
    curve = LossCurve(sigmas, target.measure("mmse", sigmas**2).value / sigmas**2, target.d, smooth=smooth)
    a, b = karras(shape[0], low, high, rho=shape[2]), exponential(shape[1], low, high)
    v = np.concatenate([a.v[:-1], b.v[:-1]])
    weight = np.concatenate([step_weights(a.v, sampler).value, -step_weights(b.v, sampler).value])
    loss = target.measure("mmse", v) / v
    truth = (loss * weight).sum()
    found, _ = curve.sum(v, weight)
    assert abs(float(found.value - truth.value)) <= float(found.radius + truth.radius)
    lower, upper = curve.limits(v)
    assert np.all((lower <= loss.upper) & (loss.lower <= upper))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.001, 0.02, 0.2]), st.booleans())
def test_noisy_rows_within_their_standard_errors(seed, noise, smooth):
    """Normal noise on every row: misses with probability 1e-9 by the rows' intervals."""
    rng = np.random.default_rng(seed)
    sigmas = np.geomspace(0.002, 80, 40)
    truth = MODEL.loss(sigmas**2).value
    rows = np.maximum(truth + noise * rng.normal(size=40), 1e-6)
    curve = LossCurve(sigmas, rows, 1, np.full(40, noise), alpha=1e-9, smooth=smooth)
    v, weight, offset = functional()
    found, width = curve.sum(v, weight)
    assert inside(KNOWN, found, offset)
    assert found.kind is Kind.SAMPLED
    assert found.alpha == 1e-9
    single = curve.loss(LEVELS)
    assert np.all(np.abs(single.value - MODEL.loss(LEVELS).value) <= single.radius)
    if noise != 0.02 and not smooth:
        assert (width.from_errors > width.width / 2) == (noise > 0.1)


def test_independent_errors_are_not_assumed():
    """All rows off in the worst direction, as a shared validation set may put them: the interval still holds it."""
    sigmas = np.sqrt(LEVELS)
    v, weight, offset = functional()
    total = np.zeros_like(LEVELS)
    np.add.at(total, np.searchsorted(LEVELS, v), weight)
    truth = MODEL.loss(LEVELS).value
    rows = truth * (1 + 0.03 * np.sign(total))
    found, _ = LossCurve(sigmas, rows, 1, 0.01 * truth).sum(v, weight)
    assert abs(float(weight @ rows[np.searchsorted(LEVELS, v)]) + offset - KNOWN) > 0.03
    assert inside(KNOWN, found, offset)


def test_noise_makes_no_turns_and_rows_that_fall_are_believed():
    sigmas = np.geomspace(0.1, 10, 30)
    truth = MODEL.loss(sigmas**2).value
    noisy = truth * (1 + 0.2 * (-1.0) ** np.arange(30))
    assert LossCurve(sigmas, noisy, 1).turns > 5
    assert LossCurve(sigmas, noisy, 1, 0.2 * truth).turns == 0
    mse = np.array([1.0, 2, 3, 2.5, 2, 4, 5])
    v = np.arange(1.0, 8)
    falls = LossCurve(np.sqrt(v), mse / v, 1)
    levels = np.linspace(1, 7, 200)
    lower, upper = falls.limits(levels)
    assert np.all((lower > 0) & (lower <= upper) & (upper < 10))
    assert falls.limits(3.5)[1] * 3.5 > 3.0  # beside the turn at v = 3 the mse may be larger than at both rows
    assert falls.limits(4.5)[0] * 4.5 < 2.0  # and beside that at v = 5 smaller


def test_contradictory_noise_is_resolved_not_refused():
    """Wide, uneven errors whose fewest turns of mse and loss cannot be had together still give finite ranges."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        rows = rng.integers(2, 12)
        sigmas = np.cumsum(rng.uniform(0.01, 1, rows))
        loss, error = 10 ** rng.uniform(-1, 1, rows), 10 ** rng.uniform(-3, 0.5, rows)
        for smooth in (False, True)[: 1 + (rows >= SMOOTH_ROWS)]:
            curve = LossCurve(sigmas, loss, 1, error, smooth=smooth)
            found = curve.loss(rng.uniform(sigmas[0], sigmas[-1], 5) ** 2)
            assert np.all(np.isfinite(found.upper))
            for shape in curve.shapes:
                assert np.all(shape.lower <= shape.upper)
            total, _ = curve.sum(sigmas**2, rng.normal(size=rows))
            assert np.isfinite(float(total.radius))


def test_a_flat_loss_may_rise_or_fall():
    v = np.array([1.0, 2, 4, 8, 16])
    found = shapes(np.log(v), v * 0.98, v * 1.02)
    assert len(found) == 2
    curve = LossCurve(np.sqrt(v), np.ones(5), 1, np.full(5, 0.005))
    middle = curve.loss(5.0)
    assert float(middle.radius) < 0.025
    assert float(middle.lower) < 0.99 < 1.01 < float(middle.upper)


def test_rounded_ends_and_levels_outside():
    curve = of_model(np.geomspace(0.002, 80, 40))
    top = np.float64(np.float32(80.0)) * (1 + 5e-7)
    found, exact = curve.loss(top**2), MODEL.loss(top**2)
    assert abs(float(found.value - exact.value)) <= float(found.radius) < 1e-4
    curve.sum([top**2, 1.0], [1.0, -1.0])
    for sigma in (80.1, 0.0019, 0.0, -1.0, np.nan):
        with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=r"outside the rows .* 0\.002 to 80"):
            curve.loss(np.float64(sigma) * abs(np.float64(sigma)))


def test_slope_is_the_derivative_of_the_estimate():
    curve = of_model(np.geomspace(0.002, 80, 40))
    v = np.geomspace(0.01, 100, 50)
    h = 1e-5
    up, down = (np.log(curve.estimate(v * np.exp(s)) * v * np.exp(s)) for s in (h, -h))
    assert np.allclose(curve.slope(v), (up - down) / (2 * h), atol=1e-6)
    assert np.array_equal(curve.mse(v).value, curve.loss(v).value * v)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1, 2], [1, 1], 0), ["d = 0"]),
        (([1, 2], [1, 1], 1.5), ["d = 1.5"]),
        (([1], [1], 1), ["one row"]),
        (([1, 2, 3], [1, 1], 1), ["3 sigmas, 2 losses"]),
        (([1, 2, 2], [1, 1, 1], 1), ["row 3", "repeats"]),
        (([3, 2, 2.5], [1, 1, 1], 1), ["row 3", "2.5", "after 2"]),
        (([1, 2, 3], [1, -0.5, 1], 1), ["row 2", "loss = -0.5"]),
        (([1, 2], [1, np.nan], 1), ["nan"]),
        (([0, 2], [1, 1], 1), ["row 1", "sigma = 0"]),
        (([1, 2], [1, 1], 1, [0.1, -0.1]), ["row 2", "error = -0.1"]),
        (([1, 2], [1, 1], 1, [0.1, np.inf]), ["inf"]),
    ],
)
def test_refuses_rows_that_are_no_curve(arguments, words):
    with pytest.raises(ValueError, match=r"row|d =|finite") as caught:
        LossCurve(*arguments)
    for word in words:
        assert word in str(caught.value)


def test_order_of_the_rows_does_not_matter():
    sigmas = np.geomspace(0.1, 10, 7)
    up, down = of_model(sigmas), of_model(sigmas[::-1])
    assert np.array_equal(up.losses, down.losses)
    assert up.digest == down.digest != of_model(sigmas * 1.0001).digest


def test_what_a_curve_does_not_tell():
    curve = of_model(np.geomspace(0.002, 80, 40))
    for ask in (
        lambda: curve.m2,
        lambda: curve.mean,
        lambda: curve.measure("mmse", 1.0),
        lambda: curve.ball("J", 1),
        lambda: curve.sample(3, torch.Generator()),
        lambda: curve.score(torch.zeros(1, 1), 1.0),
        lambda: curve.denoiser(torch.zeros(1, 1), 1.0),
    ):
        with pytest.raises(NotAvailable, match="loss curve"):
            ask()
    for sampler in ("score", "denoiser", "ode"):
        parts = budget(curve, KARRAS.v, sampler)
        assert [parts.E_I, parts.E_D, parts.E_S, parts.KL_path, parts.KL] == [None] * 5
        if sampler != "ode":
            assert "up to a constant" in parts.reasons["E_S"]
            assert "up to a constant" in parts.reasons["E_D"]


def test_cells_beside_a_turn_and_at_the_ends_are_open():
    """Losses 1, 2, 3, 2, 1, .9 at v = 1, 4, 16, ...: the largest may lie on either side of the third row."""
    v = 4.0 ** np.arange(6)
    mse = v * np.array([1.0, 2, 3, 2, 1, 0.9])
    (shape,) = shapes(np.log(v), mse, mse)
    # the mse rises everywhere; four times the steepest mean slope, 1 + ln 2 / ln 4 = 3/2, is below 8
    assert shape.most.tolist() == pytest.approx([8.0, 8.0, 8.0, shape.most[3], 8.0])
    assert shape.most[3] < 3
    assert shape.least.tolist() == [0.0] * 5


def test_a_small_bump_between_rows_is_expected_where_the_bend_is_uneven():
    """The loss of this mixture falls from row to row, but in between rises by a thousandth and falls again."""
    target = GaussianMixture([0.25, 0.5, 0.125, 0.125], [-1, 3, 1.25, 1], [1, 10**0.5, 0.01, 0.01])
    sigmas = np.geomspace(0.01, 20, 12)
    curve = LossCurve(sigmas, target.measure("mmse", sigmas**2).value / sigmas**2, 1)
    v = np.geomspace(0.32, 0.63, 40) ** 2
    truth, (lower, upper) = target.measure("mmse", v).value / v, curve.limits(v)
    assert truth.max() > 1.0001 * truth[0] > truth[-1]
    assert np.all((lower <= truth) & (truth <= upper))


@pytest.mark.parametrize("d", [float("nan"), float("inf"), 0, 1.5, True])
def test_a_dimension_is_a_whole_number(d):
    with pytest.raises(ValueError, match="whole number of 1 or more"):
        LossCurve([1.0, 2.0], [1.0, 2.0], d)


def test_a_sum_has_one_weight_a_level():
    with pytest.raises(ValueError, match="one weight a level"):
        LossCurve([1.0, 2.0], [1.0, 2.0], 1).sum([1.5, 2.0], [1.0])


def test_a_smooth_curve_needs_neighbours():
    """Two rows would make a power law, known to the last bit."""
    with pytest.raises(ValueError, match="3 rows: a smooth curve is read from 4 or more"):
        LossCurve([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1, smooth=True)


def test_a_loss_that_vanishes_steeply_is_no_error():
    """The exact loss of data at two points falls faster than any power; limits beyond float64 are left out."""
    sigma = np.array([0.06, 0.2, 1.0, 40.0])
    curve = LossCurve(sigma, [9.984e-60, 2.232e-05, 0.4496, 6.246e-4], 1)
    total, _ = curve.sum([1600.0, 0.04, 1600.0, 0.01], [0.5, 2.0, -0.5, -1.0])
    assert np.isfinite(float(total.lower))
    assert np.isfinite(float(total.upper))
    assert np.all(curve.limits(sigma**2)[0] <= curve.losses)


def test_the_assumption_says_what_the_rows_are():
    exact = LossCurve([1.0, 2.0], [1.0, 0.5], 1)
    assert "rows exact but for the rounding of their last digit" in exact.assumption
    assert "at most 8 for each unit of ln v, and by at most 1 where" in exact.assumption
    assert "exact" not in LossCurve([1.0, 2.0], [1.0, 0.5], 1, [0.1, 0.1]).assumption

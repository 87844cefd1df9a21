"""Contrasts of cell means: held to scipy and numpy where these do the same, and to simulation."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from verify.rates.contrasts import Cells, bend_weights, last_weights, reaching, slope_weights, welch

RNG = np.random.default_rng


def design(*levels):
    return np.array(list(product(*levels)), dtype=float)


def test_two_cells_are_welch_s_test():
    low, high = RNG(1).normal(0, 1, 6), RNG(2).normal(1, 3, 10)
    low, high = (np.concatenate([one, 2 * one.mean() - one]) for one in (low, high))  # without skewness
    sizes = np.array([[2.0]] * 12 + [[8.0]] * 20)
    cells = Cells.of(sizes, ("m",), [*low, *high])
    ours = cells.interval(cells.weights("m", [-1.0, 1.0]), 0.02)
    theirs = stats.ttest_ind(high, low, equal_var=False)
    ends = theirs.confidence_interval(0.98)
    assert (ours.low, ours.high) == pytest.approx((ends.low, ends.high), rel=1e-12)
    assert ours.freedom == pytest.approx(theirs.df, rel=1e-12)


def test_slope_and_bend_are_least_squares_fits():
    levels, y = np.array([2.0, 4.0, 8.0, 32.0]), np.array([0.3, -1.0, 2.0, 0.7])
    assert slope_weights(levels) @ y == pytest.approx(np.polyfit(np.log(levels), y, 1)[0], rel=1e-12)
    assert bend_weights(levels) @ y == pytest.approx(2 * np.polyfit(np.log(levels), y, 2)[0], rel=1e-12)
    assert last_weights(levels) @ y == pytest.approx((y[3] - y[2]) / np.log(4), rel=1e-12)


@pytest.mark.parametrize("power", [-2.0, -0.5, 0.0, 1.5])
def test_a_power_has_its_slope_and_no_bend(power):
    cells = design([3, 5, 9, 10], [1, 2, 7])
    values = np.repeat(power * np.log(cells[:, 0]) + cells[:, 1] ** 2, 3)
    found = Cells.of(np.repeat(cells, 3, axis=0), ("m", "n"), values)
    for make, truth in ((slope_weights, power), (last_weights, power), (bend_weights, 0.0)):
        one = found.interval(found.weights("m", make(found.levels("m"))), 1e-6)
        assert one.value == pytest.approx(truth, abs=1e-12)
        assert one.error == pytest.approx(0, abs=1e-7)


def test_the_other_sizes_are_averaged_over():
    """An interaction leaves the mean of the slopes, each combination counting once however many runs it has."""
    cells = design([1, 2, 4], [1, 10])
    runs = np.array([3, 7, 4, 5, 9, 3])
    values = np.repeat(np.log(cells[:, 0]) * cells[:, 1], runs)
    found = Cells.of(np.repeat(cells, runs, axis=0), ("m", "n"), values)
    slope = found.interval(found.weights("m", slope_weights(found.levels("m"))), 0.01)
    assert slope.value == pytest.approx(5.5, rel=1e-12)


def test_numerical_errors_widen_the_interval():
    sizes, y = np.repeat([[1.0], [2.0], [4.0]], 4, axis=0), RNG(3).normal(size=12)
    exact, rough = (Cells.of(sizes, ("m",), y, error) for error in (0.0, 0.01))
    weights = exact.weights("m", slope_weights(exact.levels("m")))
    by = rough.interval(weights, 0.1).high - exact.interval(weights, 0.1).high
    assert by == pytest.approx(0.01 * np.abs(weights).sum(), rel=1e-9)


def test_a_skewed_cell_widens_the_interval():
    """Third cumulants add up with the cubes of the weights, and runs are averaged: checked on 20,000 estimates."""
    rng, scale = RNG(4), np.array([1.0, 2.0, 0.5])
    runs = rng.exponential(size=(20_000, 3, 6)) * scale[:, None]
    weights = np.array([1.0, -2.0, 1.0])
    true = welch(weights, scale, scale**2, 2 * scale**3, np.full(3, 6.0))
    assert float(true[3]) == pytest.approx(abs(stats.skew(runs.mean(axis=-1) @ weights)), rel=0.1)
    wide, plain = reaching(1e-4, 9.0, true[3]), reaching(1e-4, 9.0, 0.0)
    assert plain == pytest.approx(stats.t.isf(1e-4, 9))
    assert wide > 1.5 * plain


def test_no_noise_is_no_width():
    cells = Cells.of([[1.0]] * 3 + [[2.0]] * 3 + [[4.0]] * 3, ("m",), [0.0] * 3 + [1.0] * 3 + [2.0] * 3)
    one = cells.interval(cells.weights("m", slope_weights(cells.levels("m"))), 1e-9)
    assert one.low == one.high == pytest.approx(1 / np.log(2))


def test_what_is_missing_is_refused():
    with pytest.raises(ValueError, match="combinations of sizes"):
        Cells.of([[1, 1]] * 3 + [[2, 2]] * 3, ("m", "n"), np.arange(6.0))
    with pytest.raises(ValueError, match=r"2 runs at .*'m'.*4"):
        Cells.of([[1], [1], [1], [4], [4]], ("m",), np.arange(5.0))


def skewed(rng, shape):
    return rng.exponential(size=shape) - 1


def heavy(rng, shape):
    return rng.standard_t(4, size=shape)


def normal(rng, shape):
    return rng.normal(size=shape)


@pytest.mark.parametrize("noise", [normal, heavy, skewed])
@pytest.mark.parametrize("seeds", [3, 8])
@pytest.mark.parametrize("alpha", [0.05, 1e-3])
def test_intervals_miss_no_more_often_than_they_say(noise, seeds, alpha):
    """40,000 designs of 27 cells, with noise that falls like the root of each size."""
    rng, cells, repeats = RNG(7), design([1, 2, 4], [1, 2, 4], [1, 2, 4]), 40_000
    scale = 1 / np.sqrt(cells.prod(axis=1))
    misses = {slope_weights: 0, last_weights: 0, bend_weights: 0}
    for _ in range(repeats // 4000):
        runs = noise(rng, (4000, 27, seeds)) * scale[:, None]
        mean, spread2, third = runs.mean(axis=-1), runs.var(axis=-1, ddof=1), stats.kstat(runs, 3, axis=-1)
        frame = Cells.of(np.repeat(cells, seeds, axis=0), ("m", "n", "N"), np.zeros(27 * seeds))
        for make in misses:
            weights = frame.weights("m", make(frame.levels("m")))
            value, error, freedom, skew = welch(weights, mean, spread2, third, frame.runs)
            misses[make] += int((np.abs(value) > reaching(alpha / 2, freedom, skew) * error).sum())
    for make, count in misses.items():
        # a count that a rate of alpha reaches once in 10^6
        assert count <= stats.binom.isf(1e-6, repeats, alpha), make.__name__
        if alpha == 0.05:
            assert count >= repeats * alpha / 20, "intervals far too wide"

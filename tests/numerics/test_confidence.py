"""Confidence intervals: they cover as often as they say, and not much narrower ones would not."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.confidence import betting, empirical_bernstein, hoeffding

METHODS = [hoeffding, empirical_bernstein, betting]
ALPHA, N, TRIALS = 0.05, 200, 4000

LAWS = {
    "fair coin": (0.5, lambda rng, shape: (rng.random(shape) < 0.5).astype(float)),
    "rare event": (0.02, lambda rng, shape: (rng.random(shape) < 0.02).astype(float)),
    "uniform": (0.5, lambda rng, shape: rng.random(shape)),
    "beta": (2 / 32, lambda rng, shape: rng.beta(2, 30, shape)),
}


def misses(method, law: str, seed: int, shrink: float = 1.0) -> int:
    """How many of ``TRIALS`` intervals, shrunk about the mean of the draws, leave out the true mean."""
    truth, draw = LAWS[law]
    x = draw(np.random.default_rng(seed), (TRIALS, N))
    lower, upper = method(x, 0.0, 1.0, ALPHA)
    mean = x.mean(axis=-1)
    return int(np.sum((mean - shrink * (mean - lower) > truth) | (mean + shrink * (upper - mean) < truth)))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("method", METHODS)
def test_coverage(method, law: str) -> None:
    # four standard deviations above the stated rate would be chance once in 30,000
    allowed = TRIALS * ALPHA + 4 * np.sqrt(TRIALS * ALPHA * (1 - ALPHA))
    assert misses(method, law, seed=7) <= allowed


def test_half_the_radius_does_not_cover() -> None:
    # the test above can fail: for a fair coin, half of Hoeffding's or the betting radius misses far too often
    for method in (hoeffding, betting):
        assert misses(method, "fair coin", seed=7, shrink=0.5) > 2 * TRIALS * ALPHA


def test_hoeffding_and_empirical_bernstein_are_the_printed_formulas() -> None:
    x = np.array([0.0, 1.0, 0.25, 0.5] * 500)
    lower, upper = hoeffding(x, 0, 1, 0.1)
    assert (upper - lower) / 2 == pytest.approx(np.sqrt(np.log(20) / (2 * 2000)))
    lower, upper = empirical_bernstein(x, 0, 1, 0.1)
    log, variance = np.log(2 / 0.05), np.var(x, ddof=1)
    assert (upper - lower) / 2 == pytest.approx(np.sqrt(2 * variance * log / 2000) + 7 * log / (3 * 1999))


def test_betting_limits_are_where_the_capital_crosses() -> None:
    # without past variance to learn from, two draws have stakes known by hand
    x, alpha = np.array([0.9, 0.8]), 0.9
    lower, _ = betting(x, 0, 1, alpha)
    past = (0.25 + (0.9 - 0.7) ** 2) / 2
    stakes = np.sqrt(2 * np.log(2 / alpha) / (2 * np.array([0.25, past])))
    capital = np.prod(1 + np.minimum(stakes, 0.75 / lower) * (x - lower))
    assert capital == pytest.approx(2 / alpha, rel=1e-6)


def test_betting_is_much_tighter_for_small_variance() -> None:
    x = np.random.default_rng(0).beta(2, 30, (5, 4096))
    widths = [np.mean(np.diff(method(x, 0, 1, 1e-10), axis=0)) for method in METHODS]
    assert widths[2] < 0.4 * widths[1] < 0.4 * widths[0]


def test_levels_are_independent_of_each_other_and_of_scale() -> None:
    x = np.random.default_rng(3).random((3, 100))
    for method in METHODS:
        lower, upper = method(x, 0, 1, 0.01)
        for i in range(3):
            one = method(x[i], 0, 1, 0.01)
            np.testing.assert_allclose([lower[i], upper[i]], one, rtol=1e-12)
        scaled = method(5 * x - 2, -2, 3, 0.01)
        np.testing.assert_allclose(scaled, [5 * lower - 2, 5 * upper - 2], rtol=1e-9)


def test_certain_draws() -> None:
    # nothing can be disproved below 0 or above 1, and a constant leaves an interval of order ln(1/alpha)/n
    zeros = np.zeros(1000)
    lower, upper = betting(zeros, 0, 1, 1e-6)
    assert lower == 0
    assert 0.5 * np.log(2e6) / 1000 < upper < 3 * np.log(2e6) / 1000


@pytest.mark.parametrize(
    ("draws", "limits", "alpha", "words"),
    [
        ([0.1, 1.2], (0, 1), 0.1, "outside"),
        ([0.1, float("nan")], (0, 1), 0.1, "outside"),
        ([0.1], (0, 1), 0.1, "2 or more"),
        ([0.1, 0.2], (1, 0), 0.1, "empty"),
        ([0.1, 0.2], (0, 1), 0.0, "alpha"),
        ([0.1, 0.2], (0, 1), 1.5, "alpha"),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_bad_questions_are_refused(method, draws, limits, alpha, words) -> None:
    with pytest.raises(ValueError, match=words):
        method(draws, *limits, alpha)

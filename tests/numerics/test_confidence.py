"""Confidence intervals: they cover as often as they say, and not much narrower ones would not."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from scipy.stats import binom, norm

from numerics.confidence import Interval, betting, gaussian_mean, gaussian_variance, proportion

ALPHA, N, TRIALS = 0.05, 200, 4000
CHANCE = 1e-6  # of each test below to fail although all is well

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
    lower, upper = method(x)
    mean = x.mean(axis=-1)
    return int(np.sum((mean - shrink * (mean - lower) > truth) | (mean + shrink * (upper - mean) < truth)))


def too_many(count: int, trials: int, rate: float) -> bool:
    return bool(binom.sf(count - 1, trials, rate) < CHANCE)


def too_few(count: int, trials: int, rate: float) -> bool:
    return bool(binom.cdf(count, trials, rate) < CHANCE)


# --- betting: bounded draws -----------------------------------------------------------------------------------


@pytest.mark.parametrize("law", LAWS)
def test_betting_covers(law: str) -> None:
    assert not too_many(misses(lambda x: betting(x, 0.0, 1.0, ALPHA), law, seed=7), TRIALS, ALPHA)


def test_half_the_radius_of_betting_does_not_cover() -> None:
    assert too_many(misses(lambda x: betting(x, 0.0, 1.0, ALPHA), "fair coin", seed=7, shrink=0.5), TRIALS, ALPHA)


def test_betting_limits_are_where_the_capital_crosses() -> None:
    # without past variance to learn from, two draws have stakes known by hand
    x, alpha = np.array([0.9, 0.8]), 0.9
    lower, _ = betting(x, 0, 1, alpha)
    past = (0.25 + (0.9 - 0.7) ** 2) / 2
    stakes = np.sqrt(2 * np.log(2 / alpha) / (2 * np.array([0.25, past])))
    capital = np.prod(1 + np.minimum(stakes, 0.75 / lower) * (x - lower))
    assert capital == pytest.approx(2 / alpha, rel=1e-6)


def test_betting_knows_small_variance() -> None:
    """Hoeffding's interval, which sees the range alone, has the radius sqrt(ln(2/alpha)/(2n))."""
    x = np.random.default_rng(0).beta(2, 30, (5, 4096))
    widths = np.diff(betting(x, 0, 1, 1e-10), axis=0)
    assert np.all(widths < 0.2 * 2 * np.sqrt(np.log(2e10) / (2 * 4096)))


def test_questions_are_independent_of_each_other_and_of_scale() -> None:
    x = np.random.default_rng(3).random((3, 100))
    lower, upper = betting(x, 0, 1, 0.01)
    for i in range(3):
        one = betting(x[i], 0, 1, 0.01)
        np.testing.assert_allclose([lower[i], upper[i]], one, rtol=1e-12)
    scaled = betting(5 * x - 2, -2, 3, 0.01)
    np.testing.assert_allclose(scaled, [5 * lower - 2, 5 * upper - 2], rtol=1e-9)


def test_certain_draws() -> None:
    # nothing can be disproved below 0 or above 1, and a constant leaves an interval of order ln(1/alpha)/n
    zeros = np.zeros(1000)
    lower, upper = betting(zeros, 0, 1, 1e-6)
    assert lower == 0
    assert 0.5 * np.log(2e6) / 1000 < upper < 3 * np.log(2e6) / 1000


# --- the exact ones ---------------------------------------------------------------------------------------------

Method = Callable[[np.ndarray, float], Interval]
EXACT: dict[str, tuple[float, Method]] = {"mean": (-1.5, gaussian_mean), "variance": (4.0, gaussian_variance)}
MANY = 40_000


def exact_misses(method: Method, truth: float, alpha: float, n: int = 20) -> int:
    lower, upper = method(np.random.default_rng(11).normal(-1.5, 2.0, (MANY, n)), alpha)
    return int(np.sum((lower > truth) | (upper < truth)))


@pytest.mark.parametrize("alpha", [0.05, 0.002])
@pytest.mark.parametrize("name", EXACT)
def test_intervals_of_normal_draws_miss_as_often_as_they_say(name: str, alpha: float) -> None:
    truth, method = EXACT[name]
    count = exact_misses(method, truth, alpha)
    assert not too_many(count, MANY, alpha)
    assert not too_few(count, MANY, alpha)


@pytest.mark.parametrize("name", EXACT)
def test_a_forgotten_factor_2_in_alpha_is_noticed(name: str) -> None:
    truth, method = EXACT[name]
    assert too_many(exact_misses(lambda x, alpha: method(x, 2 * alpha), truth, ALPHA), MANY, ALPHA)
    assert too_few(exact_misses(lambda x, alpha: method(x, alpha / 2), truth, ALPHA), MANY, ALPHA)


def three_sigma(x: np.ndarray, alpha: float) -> Interval:
    mean, radius = x.mean(axis=-1), 3 * x.std(axis=-1, ddof=1) / np.sqrt(x.shape[-1])
    return mean - radius, mean + radius


def test_three_standard_deviations_are_not_one_in_a_million() -> None:
    assert too_many(exact_misses(three_sigma, -1.5, 1e-6), MANY, 1e-6)
    assert not too_many(exact_misses(gaussian_mean, -1.5, 1e-6), MANY, 1e-6)


def test_a_normal_approximation_is_noticed_for_few_draws() -> None:
    def approximate(x: np.ndarray, alpha: float) -> Interval:
        mean, radius = x.mean(axis=-1), norm.isf(alpha / 2) * x.std(axis=-1, ddof=1) / np.sqrt(x.shape[-1])
        return mean - radius, mean + radius

    assert too_many(exact_misses(approximate, -1.5, 0.002), MANY, 0.002)


@pytest.mark.parametrize("p", [0.003, 0.3, 0.5])
def test_clopper_pearson_covers_by_the_exact_sum_over_all_counts(p: float) -> None:
    for n, alpha in ((30, 0.05), (500, 1e-3)):
        k = np.arange(n + 1)
        lower, upper = proportion(k, n, alpha)
        assert binom.pmf(k[(lower > p) | (upper < p)], n, p).sum() <= alpha
        lower, upper = proportion(k, n, 8 * alpha)
        assert p == 0.003 or binom.pmf(k[(lower > p) | (upper < p)], n, p).sum() > alpha


def test_clopper_pearson_at_its_ends() -> None:
    lower, upper = proportion([0, 100], 100, 0.02)
    assert lower[0] == 0
    assert upper[0] == pytest.approx(1 - 0.01**0.01)
    assert (lower[1], upper[1]) == (pytest.approx(0.01**0.01), 1)


@pytest.mark.parametrize("alpha", [1e-6, 1e-12])
def test_quantiles_far_in_the_tails(alpha: float) -> None:
    """At 100,000 draws and the error rates of a search, against integrals by mpmath."""
    n = 100_000
    x = np.random.default_rng(1).normal(size=n)
    scatter = float(x.var() * n)
    low, high = (float(limit) for limit in gaussian_variance(x, alpha))
    half = mpmath.mpf(n - 1) / 2
    with mpmath.workdps(40):
        assert float(mpmath.gammainc(half, scatter / low / 2, regularized=True)) == pytest.approx(alpha / 2, rel=1e-6)
        assert float(mpmath.gammainc(half, 0, scatter / high / 2, regularized=True)) == pytest.approx(
            alpha / 2, rel=1e-6
        )
        t = (float(gaussian_mean(x, alpha)[1]) - x.mean()) / (x.std(ddof=1) / np.sqrt(n))
        beyond = mpmath.betainc(half, 0.5, 0, (n - 1) / (n - 1 + t * t), regularized=True)
        assert float(beyond) == pytest.approx(alpha, rel=1e-6)
        lower, upper = (float(limit) for limit in proportion(300, n, alpha))
        tail = mpmath.betainc(300, n - 300 + 1, 0, lower, regularized=True)
        assert float(tail) == pytest.approx(alpha / 2, rel=1e-6)
        tail = mpmath.betainc(301, n - 300, upper, 1, regularized=True)
        assert float(tail) == pytest.approx(alpha / 2, rel=1e-6)


# --- bad questions ----------------------------------------------------------------------------------------------


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
def test_betting_refuses_bad_questions(draws, limits, alpha, words) -> None:
    with pytest.raises(ValueError, match=words):
        betting(draws, *limits, alpha)


@pytest.mark.parametrize("method", [gaussian_mean, gaussian_variance])
def test_bad_draws_are_refused(method: Method) -> None:
    for draws, alpha, words in (([1.0], 0.1, "2 or more"), ([1.0, np.inf], 0.1, "finite"), ([1.0, 2.0], 1.0, "alpha")):
        with pytest.raises(ValueError, match=words):
            method(np.array(draws), alpha)


@pytest.mark.parametrize(("k", "n", "alpha"), [(-1, 5, 0.1), (6, 5, 0.1), (0, 0, 0.1), (1, 5, 0.0)])
def test_bad_counts_are_refused(k: int, n: int, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"successes|alpha"):
        proportion(k, n, alpha)

"""Finite-sample confidence intervals: each contains the truth with probability at least 1 - alpha, for every n.

Nothing is asymptotic. Draws have shape (..., n); leading axes are separate questions, each at ``alpha``: several that
must hold together need alpha / (their number) each (the union bound), also where they share the draws.

* :func:`gaussian_mean`, :func:`gaussian_variance`: of normal draws, exact (Student's t, chi-square): they miss with
  probability alpha, neither more nor less.
* :func:`proportion`: of a yes-or-no draw, Clopper & Pearson 1934.
* :func:`betting`: the mean of any law on a known range, the means that a gambler cannot disprove, Waudby-Smith &
  Ramdas 2024.

All are for a number of draws that was fixed beforehand. None may be used to draw until the interval is narrow enough:
betting's stakes look at n, so its capital is no confidence sequence, and the others never are one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, chi2, t

FloatArray = NDArray[np.float64]
Interval = tuple[FloatArray, FloatArray]

# The share of the largest stake without ruin that a bet may reach (the c of Waudby-Smith & Ramdas).
LARGEST_STAKE = 0.75
_BISECTIONS = 36


def gaussian_mean(draws: ArrayLike, alpha: float) -> Interval:
    """Limits of the mean of normal draws by Student's t, shape (...)."""
    x = _draws(draws, alpha)
    n = x.shape[-1]
    mean, radius = x.mean(axis=-1), t.isf(alpha / 2, n - 1) * np.sqrt(x.var(axis=-1, ddof=1) / n)
    return mean - radius, mean + radius


def gaussian_variance(draws: ArrayLike, alpha: float) -> Interval:
    """Limits of the variance of normal draws by chi-square with n - 1 degrees of freedom, shape (...)."""
    x = _draws(draws, alpha)
    n = x.shape[-1]
    scatter = x.var(axis=-1) * n
    return scatter / chi2.isf(alpha / 2, n - 1), scatter / chi2.ppf(alpha / 2, n - 1)


def proportion(successes: ArrayLike, n: int, alpha: float) -> Interval:
    """Limits of the chance of success after ``successes`` (shape (...)) in ``n`` independent trials.

    Raises:
        ValueError: no trial, or more successes than trials or fewer than 0.
    """
    _require_probability(alpha)
    k = np.asarray(successes, dtype=np.float64)
    if n < 1 or not np.all((k >= 0) & (k <= n)):
        raise ValueError(f"{successes!r} successes in {n} trials: give 0 <= successes <= n and n >= 1")
    with np.errstate(invalid="ignore"):  # beta's parameters are 0 at the ends, where the limit is 0 or 1
        lower = np.where(k > 0, beta.ppf(alpha / 2, k, n - k + 1), 0.0)
        upper = np.where(k < n, beta.isf(alpha / 2, k + 1, n - k), 1.0)
    return lower, upper


def betting(draws: ArrayLike, low: float, high: float, alpha: float) -> Interval:
    """Limits of the mean of draws from [low, high] by betting, shape (...).

    If the mean of x on [0, 1] were m, the capital prod_i (1 + stake_i (x_i - m)) of a gambler whose stakes
    depend on the past and never risk ruin would have expectation 1, so that it reaches 2/alpha with
    probability at most alpha/2 (Markov). It falls in m; the lower limit is where it crosses 2/alpha, and the
    upper limit follows from 1 - x. The stakes are the predictable plug-in
    sqrt(2 ln(2/alpha)/(n var_{i-1})), at most ``LARGEST_STAKE``/m; n must not depend on the draws.

    Source: Waudby-Smith & Ramdas, *Estimating means of bounded random variables by betting*, JRSS B 86
    (2024), arXiv 2010.09686.
    """
    x = _unit_draws(draws, low, high, alpha)
    stakes = _stakes(x, alpha)
    return _rescaled(_lower(x, stakes, alpha), 1 - _lower(1 - x, stakes, alpha), low, high)


def _stakes(x: FloatArray, alpha: float) -> FloatArray:
    """Stakes from running mean and variance of the past, which start at 1/2 and 1/4 as one draw would."""
    n = x.shape[-1]
    count = np.arange(1, n + 1)
    mean = (0.5 + np.cumsum(x, axis=-1)) / (count + 1)
    variance = (0.25 + np.cumsum((x - mean) ** 2, axis=-1)) / (count + 1)
    past = np.concatenate([np.full((*x.shape[:-1], 1), 0.25), variance[..., :-1]], axis=-1)
    return np.asarray(np.sqrt(2 * np.log(2 / alpha) / (n * past)))


def _lower(x: FloatArray, stakes: FloatArray, alpha: float) -> FloatArray:
    """The largest m found (by bisection, from below) at which the capital is at least 2/alpha; 0 if none."""
    # the margin covers the rounding of a sum of n logarithms
    goal = np.log(2 / alpha) + 1e-9
    below, above = np.zeros(x.shape[:-1]), x.mean(axis=-1)
    for _ in range(_BISECTIONS):
        m = (below + above) / 2
        with np.errstate(divide="ignore", over="ignore"):
            stake = np.minimum(stakes, LARGEST_STAKE / m[..., None])
        disproved = np.log1p(stake * (x - m[..., None])).sum(axis=-1) >= goal
        below, above = np.where(disproved, m, below), np.where(disproved, above, m)
    return below


def _require_probability(alpha: float) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha = {alpha!r} is not a probability strictly between 0 and 1")


def _draws(draws: ArrayLike, alpha: float) -> FloatArray:
    _require_probability(alpha)
    x = np.asarray(draws, dtype=np.float64)
    if x.ndim == 0 or x.shape[-1] < 2:
        raise ValueError("a confidence interval needs 2 or more draws along the last axis")
    if not np.all(np.isfinite(x)):
        raise ValueError("a draw is not finite: the process that made it has broken down")
    return x


def _unit_draws(draws: ArrayLike, low: float, high: float, alpha: float) -> FloatArray:
    if not low < high:
        raise ValueError(f"the range [{low!r}, {high!r}] is empty: give low < high")
    x = np.asarray(draws, dtype=np.float64)
    if not np.all((x >= low) & (x <= high)):
        raise ValueError(f"a draw lies outside [{low!r}, {high!r}]: the interval holds for bounded draws only")
    return (_draws(x, alpha) - low) / (high - low)


def _rescaled(lower: FloatArray, upper: FloatArray, low: float, high: float) -> Interval:
    width = high - low
    return low + width * np.clip(lower, 0, 1), low + width * np.clip(upper, 0, 1)

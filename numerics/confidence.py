"""Finite-sample confidence intervals for the means of bounded random variables.

For independent draws x_1 ... x_n of one law on [low, high] each interval contains the mean with probability
at least 1 - alpha, for every n and every such law; nothing is asymptotic. Draws have shape (..., n). Leading
axes are separate questions, each at ``alpha``: several that must hold together need alpha / (their number)
each (the union bound), also where they share the draws.

* :func:`hoeffding`: radius = range * sqrt(ln(2/alpha)/(2n)), Hoeffding 1963.
* :func:`empirical_bernstein`: radius = sqrt(2 V ln(4/alpha)/n) + 7 range ln(4/alpha)/(3(n - 1)) with the
  sample variance V, Maurer & Pontil 2009.
* :func:`betting`: the means that a gambler cannot disprove, Waudby-Smith & Ramdas 2024; the tightest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
Interval = tuple[FloatArray, FloatArray]

# The share of the largest stake without ruin that a bet may reach (the c of Waudby-Smith & Ramdas).
LARGEST_STAKE = 0.75
_BISECTIONS = 36


def hoeffding(draws: ArrayLike, low: float, high: float, alpha: float) -> Interval:
    """Lower and upper limits from the range alone, shape (...)."""
    x = _unit_draws(draws, low, high, alpha)
    radius = np.sqrt(np.log(2 / alpha) / (2 * x.shape[-1]))
    mean = x.mean(axis=-1)
    return _rescaled(mean - radius, mean + radius, low, high)


def empirical_bernstein(draws: ArrayLike, low: float, high: float, alpha: float) -> Interval:
    """Lower and upper limits from range and sample variance, shape (...).

    Source: Maurer & Pontil, *Empirical Bernstein Bounds and Sample Variance Penalization*, arXiv 0907.3740,
    Theorem 4, applied to x and to 1 - x at alpha/2 each.
    """
    x = _unit_draws(draws, low, high, alpha)
    n = x.shape[-1]
    log = np.log(4 / alpha)
    radius = np.sqrt(2 * x.var(axis=-1, ddof=1) * log / n) + 7 * log / (3 * (n - 1))
    mean = x.mean(axis=-1)
    return _rescaled(mean - radius, mean + radius, low, high)


def betting(draws: ArrayLike, low: float, high: float, alpha: float) -> Interval:
    """Lower and upper limits by betting, shape (...).

    If the mean of x on [0, 1] were m, the capital prod_i (1 + stake_i (x_i - m)) of a gambler whose stakes
    depend on the past and never risk ruin would have expectation 1, so that it reaches 2/alpha with
    probability at most alpha/2 (Markov). It falls in m; the lower limit is where it crosses 2/alpha, and the
    upper limit follows from 1 - x. The stakes are the predictable plug-in
    sqrt(2 ln(2/alpha)/(n var_{i-1})), at most ``LARGEST_STAKE``/m.

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


def _unit_draws(draws: ArrayLike, low: float, high: float, alpha: float) -> FloatArray:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha = {alpha!r} is not a probability strictly between 0 and 1")
    if not low < high:
        raise ValueError(f"the range [{low!r}, {high!r}] is empty: give low < high")
    x = np.asarray(draws, dtype=np.float64)
    if x.ndim == 0 or x.shape[-1] < 2:
        raise ValueError("a confidence interval needs 2 or more draws along the last axis")
    if not np.all((x >= low) & (x <= high)):
        raise ValueError(f"a draw lies outside [{low!r}, {high!r}]: the interval holds for bounded draws only")
    return (x - low) / (high - low)


def _rescaled(lower: FloatArray, upper: FloatArray, low: float, high: float) -> Interval:
    width = high - low
    return low + width * np.clip(lower, 0, 1), low + width * np.clip(upper, 0, 1)

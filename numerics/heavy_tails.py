"""A finite-sample interval for the mean of draws without bounds, of which only a bound on the variance is known.

Catoni 2012: with psi(x) = sign(x) ln(1 + |x| + x^2/2), exp(psi(x)) <= 1 + x + x^2/2, so that for the true mean mu and
every fixed scale a > 0

    E exp(sum_i psi(a (x_i - mu))) <= (1 + a^2 variance/2)^n <= exp(n a^2 variance/2).

By Markov's inequality the sum exceeds n a^2 variance/2 + ln(2/alpha) with probability at most alpha/2, and falls below
the negative of it with no more: what remains is an interval. Its half-width is about sqrt(2 ln(2/alpha) variance/n) for
every law of that variance, however heavy its tails.

Source: Catoni, *Challenging the empirical mean and empirical variance: a deviation study*, Ann. Inst. H. Poincare 48
(2012), arXiv 1009.2048.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

FloatArray = NDArray[np.float64]


def catoni(draws: ArrayLike, variance: float, alpha: float) -> tuple[float, float]:
    """Limits of the mean of independent draws, wrong with probability at most ``alpha``, for every number of draws.

    Args:
        draws: shape (n,), n >= 2.
        variance: at least the variance of one draw, > 0, known beforehand.
        alpha: in (0, 1).

    Raises:
        ValueError: an argument is outside its domain.
    """
    x = np.asarray(draws, dtype=np.float64)
    if x.ndim != 1 or len(x) < 2 or not np.all(np.isfinite(x)):
        raise ValueError("draws: give two or more finite numbers")
    if not 0 < variance < np.inf:
        raise ValueError(f"variance = {variance!r}: give a positive number, at least the variance of one draw")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha = {alpha!r} is not a probability strictly between 0 and 1")
    surprise = float(np.log(2 / alpha))
    scale = float(np.sqrt(2 * surprise / (len(x) * variance)))
    limit = len(x) * scale**2 * variance / 2 + surprise
    return _crossing(x, scale, limit), _crossing(x, scale, -limit)


def _crossing(x: FloatArray, scale: float, goal: float) -> float:
    """The mean at which the sum of psi, which decreases in it, is ``goal``."""

    def beyond(mean: float) -> float:
        away = scale * (x - mean)
        return float(np.sum(np.sign(away) * np.log1p(np.abs(away) + away * away / 2))) - goal

    low, high, step = float(x.mean()), float(x.mean()), 1 / scale
    while beyond(low) < 0:
        low, step = low - step, 2 * step
    step = 1 / scale
    while beyond(high) > 0:
        high, step = high + step, 2 * step
    return float(brentq(beyond, low, high, xtol=1e-12 / scale, rtol=1e-14)) if low < high else low

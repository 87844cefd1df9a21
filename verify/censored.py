"""The median quotient of two times, measured on the same objects, where some have not arrived when the clock stopped.

A time that has not arrived is any number above the last step looked at, so that a quotient is an interval: of two
finite times it is t/u; with t open it lies in [(last + 1)/u, oo), with u open in (0, t/(last + 1)], with both anywhere.
The limits of the median are those of the sign test (order statistics, exact for every number of objects and every law),
the lower one from the lowest quotients that the times leave open and the upper one from the highest: nothing is assumed
of what was not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import quantile_test

Pair = tuple[float, float]


@dataclass(frozen=True)
class Quotient:
    """A median quotient.

    Attributes:
        median: (lowest, highest) value that the sample's median can have; they differ where times have not arrived.
        interval: confidence limits of the median of the law, 0 and inf where nothing is known.
        arrived: number of objects of which both times are known.
        of: number of objects.
    """

    median: Pair
    interval: Pair
    arrived: int
    of: int

    @property
    def verdict(self) -> str:
        """Whether the first time is the smaller one: ``fewer``, ``more``, ``same`` (both limits 1) or ``open``."""
        low, high = self.interval
        if high < 1:
            return "fewer"
        if low > 1:
            return "more"
        return "same" if low == high == 1 else "open"


def median_quotient(mine: ArrayLike, theirs: ArrayLike, last: int, alpha: float) -> Quotient:
    """The median of mine/theirs by object, wrong with probability at most ``alpha``.

    Args:
        mine, theirs: times >= 1, shape (objects,); inf has not arrived after step ``last``.
        last: the last step looked at.
        alpha: strictly between 0 and 1.

    Raises:
        ValueError: shapes differ, or a time is below 1, NaN, or finite and above ``last``.
    """
    t, u = np.asarray(mine, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if t.shape != u.shape or t.ndim != 1 or not t.size:
        raise ValueError(f"times of shapes {t.shape} and {u.shape}: give one pair for each object")
    for times in (t, u):
        bad = times[~((times >= 1) & ((times <= last) | np.isinf(times)))]
        if bad.size:
            raise ValueError(f"{bad[0]} is no time from 1 to {last}; inf stands for one that has not arrived")
    lowest = np.minimum(t, last + 1) / u
    highest = t / np.minimum(u, last + 1)
    interval = (_sign_limits(lowest, alpha)[0], _sign_limits(highest, alpha)[1])
    known = int(np.sum(np.isfinite(t) & np.isfinite(u)))
    return Quotient((float(np.median(lowest)), float(np.median(highest))), interval, known, t.size)


def _sign_limits(x: NDArray[np.float64], alpha: float) -> Pair:
    """The sign test's limits of the median, each at alpha/2; 0 and inf where so few values have none."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha = {alpha!r} is not a probability strictly between 0 and 1")
    interval = quantile_test(x, p=0.5).confidence_interval(confidence_level=1 - alpha)
    low, high = float(interval.low), float(interval.high)
    return (0.0 if np.isnan(low) else low), (np.inf if np.isnan(high) else high)

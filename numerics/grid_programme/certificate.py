"""Is it the least? A proof that does not look at how the programme was solved.

Any numbers f_n(j) with f_0(0) = 0 and

    f_n(j) <= f_{n-1}(i) + w(i, j)    for all i < j and n >= 1

bound every grid of n steps from below by f_n(last), as adding up along the grid shows. The inequalities are tried for
all pairs, one by one; where one fails by some excess, by rounding or by a fault, the largest excess of each layer is
taken off the bound. The other side is the cost of the path itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import EPS
from numerics.grid_programme.programme import Programme

FloatArray = NDArray[np.float64]
BLOCK = 32  # rows tried at once: BLOCK times M numbers should fit the cache


@dataclass(frozen=True, eq=False)
class Certificate:
    """What is proved about the least cost of n steps on the axis, n = 0 ... N (n = 0 is empty: infinite).

    Attributes:
        lower: no grid on the axis costs less, shape (N+1,).
        upper: what the found path costs at most, shape (N+1,).
        excess: the largest violation of Bellman's inequality in each layer, at most rounding for a right solution.
    """

    lower: FloatArray
    upper: FloatArray
    excess: FloatArray


def certify(programme: Programme) -> Certificate:
    """Lower and upper bounds of the least cost on the axis, rounding included."""
    t, h, values = programme.t, programme.h, programme.values
    lower, upper = np.full(len(values), np.inf), np.full(len(values), np.inf)
    excess, lost = np.zeros(len(values)), 0.0
    for n in range(1, len(values)):
        before, after = values[n - 1, n - 1 :], values[n, n - 1 :]
        excess[n] = _largest_excess(t[n - 1 :], h[n - 1 :], before, after)
        # a value beyond these is no candidate, whatever its rounding
        size = np.max(np.abs(before), where=np.isfinite(before), initial=0.0) + np.max(np.abs(after[1:]))
        lost += max(excess[n], 0.0) + 4 * EPS * float(size)
        lower[n] = values[n, -1] - lost
        upper[n] = _cost_at_most(t, h, programme.path(n))
    return Certificate(lower, upper, excess)


def _largest_excess(t: FloatArray, h: FloatArray, before: FloatArray, after: FloatArray) -> float:
    """max over i < j of after_j - before_i - w(i, j), each w taken too low by its own rounding."""
    if not np.all(np.isfinite(after[1:])):
        return np.inf  # a point that can be reached was given no value
    slope, found = h - 4 * EPS * np.abs(h), -np.inf
    for first in range(1, len(t), BLOCK):
        j = np.arange(first, min(first + BLOCK, len(t)))
        value = t[j, None] - t[None, : j[-1]]
        value *= slope[: j[-1]]
        value += before[: j[-1]]
        corner = np.arange(first, j[-1])
        value[:, first:][corner[None, :] >= j[:, None]] = np.inf
        found = max(found, float(np.max(after[j] - value.min(axis=1))))
    return found


def _cost_at_most(t: FloatArray, h: FloatArray, path: NDArray[np.int64]) -> float:
    terms = np.diff(t[path]) * h[path[:-1]]
    return float(terms.sum() + (len(terms) + 3) * EPS * np.abs(terms).sum())

"""Is it the least? A proof that does not look at how the programme was solved.

Any numbers f_n(j) with f_0(0) = 0 and

    f_n(j) <= A(j, i) = f_{n-1}(i) + w(i, j)    for all i < j and n >= 1

bound every grid of n steps from below by f_n(last), as adding up along the grid shows. Where an inequality fails by
some excess, by rounding or by a fault, the largest excess of each layer is taken off the bound. The other side is the
cost of the path itself.

Where h falls, not all pairs need to be tried. Let c_j be any points i, one for each j, and
V(j, i) = A(j, c_j) - A(j, i). By the quadrangle inequality, for i < c = c_{j-1},

    V(j, i) = [A(j, c_j) - A(j, c)] + [A(j, c) - A(j, i)] <= V(j, c) + V(j-1, i),

and likewise from j+1 for i > c_{j+1}. So if V(j, i) <= e_j for all i from c_{j-1} to c_{j+1}, both included, and from
the first and to the last i at the ends, then V is nowhere above the sum of all e_j: at most about 3 M pairs. For c_j
the programme's choices are taken; e_j is 0 unless two choices differ by no more than rounding. For other h all pairs
are tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import EPS
from numerics.grid_programme.layers import in_ranges
from numerics.grid_programme.programme import Programme

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BLOCK = 32  # rows tried at once: BLOCK times M numbers should fit the cache
ROUNDING = 4 * EPS  # of a sum of three numbers, one of them a product, relative to the sum of their sizes


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
    falling = bool(np.all(h[1:-1] <= h[:-2]))
    for n in range(1, len(values)):
        first = n - 1
        before, after = values[n - 1, first:], values[n, first:]
        if falling:
            choice = programme.choices[n, first:] - first
            excess[n] = largest_excess_of_neighbours(t[first:], h[first:], before, after, choice)
        else:
            excess[n] = largest_excess(t[first:], h[first:], before, after)
        # a value beyond these is no candidate, whatever its rounding
        size = np.max(np.abs(before), where=np.isfinite(before), initial=0.0) + np.max(np.abs(after[1:]))
        lost += max(excess[n], 0.0) + ROUNDING * float(size)
        lower[n] = values[n, -1] - lost
        upper[n] = _cost_at_most(t, h, programme.path(n))
    return Certificate(lower, upper, excess)


def largest_excess_of_neighbours(
    t: FloatArray, h: FloatArray, before: FloatArray, after: FloatArray, choice: IntArray
) -> float:
    """What after_j - before_i - w(i, j) is at most for all i < j, where h falls; infinite where nothing is proved.

    Args:
        t, h, before, after: of the points that the layer knows, shape (M,); ``before`` may be infinite from index 1 on.
        choice: some i < j for each j >= 1, shape (M,).
    """
    last = len(t) - 2 if np.isfinite(before[1]) else 0  # the last i that can be reached
    j, c = np.arange(1, len(t)), choice[1:]
    if not (np.all(np.isfinite(after[1:])) and np.all(np.isfinite(before[: last + 1]))):
        return np.inf
    if np.any((c < 0) | (c >= j) | (c > last)):
        return np.inf
    from_left, from_right = np.concatenate([[0], c[:-1]]), np.concatenate([c[1:], [last]])
    low = np.minimum(np.minimum(from_left, from_right), c)
    high = np.minimum(np.maximum(np.maximum(from_left, from_right), c), j - 1)
    count = high - low + 1
    if count.sum() > len(t) ** 2 // 2:
        return largest_excess(t, h, before, after)
    i, start = in_ranges(low, count)
    step = (t[1:] - t[c]) * h[c]
    chosen, size = before[c] + step, np.abs(before[c]) + np.abs(step)
    reached = before[i]
    step = (np.repeat(t[1:], count) - t[i]) * h[i]
    violated = np.repeat(chosen + ROUNDING * size, count)
    violated -= reached + step
    violated += ROUNDING * (np.abs(reached) + np.abs(step))
    violated[start + c - low] = 0.0  # i = c_j itself
    return float(np.max(after[1:] - chosen) + np.maximum.reduceat(violated, start).sum())


def largest_excess(t: FloatArray, h: FloatArray, before: FloatArray, after: FloatArray) -> float:
    """max over i < j of after_j - before_i - w(i, j), each w taken too low by its own rounding: all pairs are tried."""
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


def _cost_at_most(t: FloatArray, h: FloatArray, path: IntArray) -> float:
    terms = np.diff(t[path]) * h[path[:-1]]
    return float(terms.sum() + (len(terms) + 3) * EPS * np.abs(terms).sum())

"""One layer of the programme: for each j the least of the lines p_i + q_i x over i < j, at x = x_j.

Where q never rises and x never falls, a later line never loses its lead over an earlier one, so that the best i never
moves back as j grows. The layer is then solved from coarse to fine: the best i of every eighth j bound those between,
O(M log M) in all, each level in one pass of NumPy. For other q all M^2/2 pairs are tried, in blocks that fit the cache.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BLOCK = 32  # rows tried at once: BLOCK times M numbers should fit the cache
FINER = 8  # from level to level: more are fewer calls of NumPy, and more pairs


def prefix_minima(p: FloatArray, q: FloatArray, x: FloatArray, known: IntArray | None = None) -> IntArray:
    """The i < j with the least p_i + q_i x_j, for j = 1 ... M-1; shape (M-1,).

    Args:
        p: intercepts, finite, shape (M,); the last is never used.
        q: slopes, shape (M,).
        x: where the lines are compared, shape (M,).
        known: no i before known_j is better where q never rises and x never falls, shape (M-1,); for other lines not
            used.
    """
    ordered = np.all(q[1:] <= q[:-1]) and np.all(x[1:] >= x[:-1])
    return _coarse_to_fine(p, q, x, known) if ordered else _by_blocks(p, q, x)


def _coarse_to_fine(p: FloatArray, q: FloatArray, x: FloatArray, known: IntArray | None = None) -> IntArray:
    last = len(p) - 1
    best = np.zeros(last + 1, dtype=np.int64)
    stride = FINER
    while stride <= last:
        stride *= FINER
    while stride > 1:
        part = stride // FINER
        j = np.arange(part, last + 1, part)
        j = j[j % stride != 0]
        below = j // stride * stride
        above = below + stride
        low = best[below]  # that of 0 is 0
        high = np.minimum(np.where(above <= last, best[np.minimum(above, last)], last), j - 1)
        if known is not None:
            low = np.maximum(low, np.minimum(known[j - 1], high))
        best[j] = _least_of_ranges(p, q, x[j], low, np.maximum(high, low))
        stride = part
    return best[1:]


def _least_of_ranges(p: FloatArray, q: FloatArray, x: FloatArray, low: IntArray, high: IntArray) -> IntArray:
    """For each k the first i in low_k ... high_k with the least p_i + q_i x_k."""
    count = high - low + 1
    i, start = in_ranges(low, count)
    value = q[i]
    value *= np.repeat(x, count)
    value += p[i]
    hit = np.flatnonzero(value == np.repeat(np.minimum.reduceat(value, start), count))
    return i[hit[np.searchsorted(hit, start)]]  # every range has a hit


def in_ranges(low: IntArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """low_k ... low_k + count_k - 1 for all k, one range after the other, and where each begins; counts at least 1."""
    after = np.cumsum(count)
    start = after - count
    i = np.arange(after[-1])
    i += np.repeat(low - start, count)
    return i, start


def _by_blocks(p: FloatArray, q: FloatArray, x: FloatArray) -> IntArray:
    size = len(p)
    best = np.empty(size - 1, dtype=np.int64)
    for first in range(1, size, BLOCK):
        j = np.arange(first, min(first + BLOCK, size))
        value = np.multiply.outer(x[j], q[: j[-1]])
        value += p[: j[-1]]
        corner = np.arange(first, j[-1])  # i >= j is no step
        value[:, first:][corner[None, :] >= j[:, None]] = np.inf
        best[j - 1] = value.argmin(axis=1)
    return best

"""One layer of the programme: for each j the least of the lines p_i + q_i x over i < j, at x = x_j.

Where q never rises and x never falls, a later line never loses its lead over an earlier one, so that the best i never
moves back as j grows. The layer is then solved from coarse to fine: the best i of every other j bounds those between,
O(M log M) in all, each level in one pass of NumPy. For other q all M^2/2 pairs are tried, in blocks that fit the cache.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BLOCK = 32  # rows tried at once: BLOCK times M numbers should fit the cache


def prefix_minima(p: FloatArray, q: FloatArray, x: FloatArray) -> IntArray:
    """The i < j with the least p_i + q_i x_j, for j = 1 ... M-1; shape (M-1,).

    Args:
        p: intercepts, finite, shape (M,); the last is never used.
        q: slopes, shape (M,).
        x: where the lines are compared, shape (M,).
    """
    ordered = np.all(q[1:] <= q[:-1]) and np.all(x[1:] >= x[:-1])
    return _by_halving(p, q, x) if ordered else _by_blocks(p, q, x)


def _by_halving(p: FloatArray, q: FloatArray, x: FloatArray) -> IntArray:
    last = len(p) - 1
    best = np.zeros(last + 1, dtype=np.int64)
    stride = 1 << max(last, 1).bit_length()
    while stride > 1:
        half = stride // 2
        j = np.arange(half, last + 1, stride)
        if len(j):
            low = best[j - half]  # that of 0 is 0
            beyond = j + half
            known = beyond <= last
            high = np.minimum(np.where(known, best[np.where(known, beyond, 0)], last), j - 1)
            best[j] = _least_of_ranges(p, q, x[j], low, np.maximum(high, low))
        stride = half
    return best[1:]


def _least_of_ranges(p: FloatArray, q: FloatArray, x: FloatArray, low: IntArray, high: IntArray) -> IntArray:
    """For each k the first i in low_k ... high_k with the least p_i + q_i x_k."""
    count = high - low + 1
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    i = np.arange(count.sum()) + np.repeat(low - start, count)
    value = p[i] + q[i] * np.repeat(x, count)
    hit = np.flatnonzero(value == np.repeat(np.minimum.reduceat(value, start), count))[::-1]
    best = np.empty(len(x), dtype=np.int64)
    best[np.searchsorted(start, hit, side="right") - 1] = i[hit]  # the first of equal ones is written last
    return best


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

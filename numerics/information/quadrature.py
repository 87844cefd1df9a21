"""Integrals over the line for many noise levels at once: composite Gauss-Legendre on graded panels.

The panels of a mixture at level v break at m_i + sqrt(c_i) z for z on a fixed grid, c_i = s_i^2 + v: each
component is resolved on its own scale, wherever it lies and whatever the other scales are. Every panel is
integrated by 16 and by 10 nodes; the stated error is the sum over panels of their difference (which is the
error of the 10-node rule, hence generous for the value, which comes from 16), plus the rounding error that
the integrand states at each node.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import EPS

FloatArray = NDArray[np.float64]

CUT = 14.0  # standard deviations: the mass beyond is 2e-44
_HALF = np.concatenate([np.arange(0.5, 8.25, 0.5), [9.0, 10.5, 12.0, CUT]])
GRID = np.concatenate([-_HALF[::-1], [0.0], _HALF])

_FINE = np.polynomial.legendre.leggauss(16)
_COARSE = np.polynomial.legendre.leggauss(10)
NODES = np.concatenate([_FINE[0], _COARSE[0]])

# Bytes that the arrays of one block of panels may occupy together.
MEMORY_BUDGET = 64 * 2**20

Integrand = Callable[[FloatArray, NDArray[np.intp]], tuple[FloatArray, FloatArray]]


def panels(centres: FloatArray, deviations: FloatArray) -> FloatArray:
    """Sorted breakpoints, shape (L, P + 1), of normals with centres (K,) or (K, L) and deviations (K, L)."""
    points = centres.reshape(len(centres), -1, 1) + deviations[..., None] * GRID
    return np.sort(np.concatenate(list(points), axis=-1), axis=-1)


def integrate(breaks: FloatArray, integrand: Integrand, bytes_per_node: int) -> tuple[FloatArray, FloatArray]:
    """Integral over [breaks[l, 0], breaks[l, -1]] for every row l, and its error (quadrature and rounding).

    Args:
        breaks: sorted breakpoints, shape (L, P + 1).
        integrand: maps nodes x of shape (B, 26) and the rows (B,) that they belong to, to the values there
            and bounds on the rounding error of these values.
        bytes_per_node: what ``integrand`` allocates for one node; sets how many panels go at a time.

    Returns:
        Value and error, each of shape (L,).
    """
    left, half = breaks[:, :-1], np.diff(breaks, axis=1) / 2
    row, column = np.nonzero(half > 0)
    value, error = np.zeros(len(breaks)), np.zeros(len(breaks))
    block = max(1, MEMORY_BUDGET // (bytes_per_node * len(NODES)))
    split = len(_FINE[0])
    for start in range(0, len(row), block):
        r, c = row[start : start + block], column[start : start + block]
        width = half[r, c]
        f, noise = integrand((left[r, c] + width)[:, None] + width[:, None] * NODES, r)
        fine = width * (f[:, :split] @ _FINE[1])
        coarse = width * (f[:, split:] @ _COARSE[1])
        # a node's position is rounded too, which ``noise`` covers; the sums add a few units of their own
        rounding = width * ((noise[:, :split] + 4 * EPS * np.abs(f[:, :split])) @ _FINE[1])
        value += np.bincount(r, fine, len(breaks))
        error += np.bincount(r, np.abs(fine - coarse) + rounding, len(breaks))
    return value, error

"""Integrals over the line for many noise levels at once: adaptive Gauss-Kronrod on graded panels.

The panels of a mixture at level v break at m_i + sqrt(c_i) z for z on a fixed grid, c_i = s_i^2 + v: each component
is resolved on its own scale, wherever it lies and whatever the other scales are; where a narrower component's breaks
are near, those of a wider one add nothing and are left out. Every panel is integrated by 31 nodes and by the 15 of
Gauss among them. Where the two differ by more than rounding the panel is halved, the panels of all levels together.
The stated error is the sum over panels of these differences (the error of the smaller rule, hence generous for the
value, which comes from the larger), plus the rounding error that the integrand states at each node.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import EPS
from numerics.information.kronrod import kronrod

FloatArray = NDArray[np.float64]

CUT = 14.0  # standard deviations: the mass beyond is 2e-44
GRID = np.array([-CUT, -6.0, -2.0, 2.0, 6.0, CUT])
_STEP = np.array([8.0, 4.0, 4.0, 4.0, 4.0, 8.0])  # from each point of the grid to its nearest neighbour

_GAUSS = 15
NODES, WEIGHTS, _GAUSS_WEIGHTS = kronrod(_GAUSS)

# A panel is halved while its two rules differ by more than its rounding and this share of the whole integral,
_SHARE = 2.0**-47
# and at most so often: a kink loses a quarter of its error each time.
_HALVINGS = 20

# Bytes that the arrays of one block of panels may occupy together: they should stay in the cache.
MEMORY_BUDGET = 3 * 2**20

Integrand = Callable[[FloatArray, NDArray[np.intp]], tuple[FloatArray, FloatArray]]


def panels(centres: FloatArray, deviations: FloatArray) -> FloatArray:
    """Sorted breakpoints, shape (L, P + 1), of normals with centres (K,) or (K, L) and deviations (K, L).

    Breaks that are left out repeat the one before: panels of width 0.
    """
    count, levels = deviations.shape
    points = (centres if centres.ndim == 2 else centres[:, None])[..., None] + deviations[..., None] * GRID
    steps = deviations[..., None] * _STEP
    points, steps = (np.moveaxis(a, 0, 1).reshape(levels, count * len(GRID)) for a in (points, steps))
    order = np.argsort(points, axis=1)
    breaks, steps = np.take_along_axis(points, order, axis=1), np.take_along_axis(steps, order, axis=1)
    for k in range(1, breaks.shape[1] - 1):
        last = breaks[:, k - 1]
        breaks[:, k] = np.where(breaks[:, k] - last >= steps[:, k] / 2, breaks[:, k], last)
    return breaks


def integrate(breaks: FloatArray, integrand: Integrand, bytes_per_node: int) -> tuple[FloatArray, FloatArray]:
    """Integral over [breaks[l, 0], breaks[l, -1]] for every row l, and its error (quadrature and rounding).

    Args:
        breaks: sorted breakpoints, shape (L, P + 1).
        integrand: maps nodes x of shape (B, 31) and the rows (B,) that they belong to, to the values there
            and bounds on the rounding error of these values.
        bytes_per_node: what ``integrand`` allocates for one node; sets how many panels go at a time.

    Returns:
        Value and error, each of shape (L,).
    """
    count = len(breaks)
    value, error = np.zeros(count), np.zeros(count)
    half = np.diff(breaks, axis=1) / 2
    row, column = np.nonzero(half > 0)
    middle, half = (breaks[:, :-1] + half)[row, column], half[row, column]
    for halvings in range(_HALVINGS + 1):
        fine, gap, rounding = _rules(middle, half, row, integrand, bytes_per_node)
        size = np.abs(value + np.bincount(row, fine, count))
        rough = gap > rounding + _SHARE * size[row]
        if halvings == _HALVINGS:
            rough[:] = False
        done = ~rough
        value += np.bincount(row[done], fine[done], count)
        error += np.bincount(row[done], (gap + rounding)[done], count)
        if not rough.any():
            break
        row, middle, half = np.tile(row[rough], 2), middle[rough], half[rough] / 2
        middle, half = np.concatenate([middle - half, middle + half]), np.tile(half, 2)
    return value, error


def _rules(
    middle: FloatArray, half: FloatArray, row: NDArray[np.intp], integrand: Integrand, bytes_per_node: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of each panel: the larger rule, its difference from the smaller one, and the rounding error."""
    block = max(1, MEMORY_BUDGET // (bytes_per_node * len(NODES)))
    fine, gap, rounding = (np.empty(len(row)) for _ in range(3))
    for start in range(0, len(row), block):
        part = slice(start, start + block)
        width = half[part]
        f, noise = integrand(middle[part, None] + width[:, None] * NODES, row[part])
        fine[part] = width * np.einsum("bm,m->b", f, WEIGHTS)
        gap[part] = np.abs(fine[part] - width * np.einsum("bm,m->b", f[:, :_GAUSS], _GAUSS_WEIGHTS))
        # a node's position is rounded too, which ``noise`` covers; the sums add a few units of their own
        rounding[part] = width * np.einsum("bm,m->b", noise + 4 * EPS * np.abs(f), WEIGHTS)
    return fine, gap, rounding

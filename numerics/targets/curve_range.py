"""The exact range of a weighted sum of losses over all curves of a shape, by linear programming.

The unknowns are the losses L at the rows and at the levels asked for, in order of ln v. A slope of ln mse between p and
q from one point to the next, a step r = v'/v apart, reads L' r >= L r^p and L' r <= L r^q: linear. The bound is taken
from the dual: for every lambda <= 0 that goes with A L <= 0 and for every L in its box,

    c L >= (c - A^T lambda) L >= the least of that over the box,

so that it is safe whatever the solver's tolerance; a poor lambda only widens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from numerics.enclosures import EPS
from numerics.targets.curve_shape import Shape

FloatArray = NDArray[np.float64]
_LARGEST = 700.0  # whose exponential is a float64


@dataclass(frozen=True)
class Sum:
    """The range of a sum and what makes it wide.

    Attributes:
        lower, upper: limits of the sum.
        t: ln v of the points (rows and levels), shape (P,).
        shares: share of each point in upper - lower, shape (P,), at the curves that come nearest to the limits.
        from_errors: the part of upper - lower that would be left if the curve were known between the rows: what
            the rows' own errors make; at least 0.
    """

    lower: float
    upper: float
    t: FloatArray
    shares: FloatArray
    from_errors: float

    @property
    def width(self) -> float:
        return self.upper - self.lower


def weighted_sum(shapes: Sequence[Shape], t: FloatArray, weights: FloatArray) -> Sum:
    """sum_j weights_j loss at the levels exp(t_j), over all curves of the shapes.

    Args:
        shapes: one or more sets of curves; the range is that of their union.
        t: ln v, shape (L,), in any order.
        weights: shape (L,).
    """
    found = [_of_one(shape, t, weights) for shape in shapes]
    widest = max(found, key=lambda one: one.width)
    lower, upper = min(one.lower for one in found), max(one.upper for one in found)
    return Sum(lower, upper, widest.t, widest.shares, widest.from_errors)


def _of_one(shape: Shape, t: FloatArray, weights: FloatArray) -> Sum:
    points = np.unique(np.concatenate([shape.t, t]))
    cost = np.zeros_like(points)
    np.add.at(cost, np.searchsorted(points, t), weights)
    low, high = (np.exp(limit - points) for limit in shape.limits(points))
    constraints = _constraints(shape, points)
    lower, least = _least(cost, constraints, low, high)
    upper, most = _least(-cost, constraints, low, high)
    shares = np.maximum(cost * (most - least), 0.0)
    # with the rows known as they are in the middle of both extremes, what is left comes from between them
    at_rows = np.isin(points, shape.t)
    middle = (least + most) / 2
    low, high = np.where(at_rows, middle, low), np.where(at_rows, middle, high)
    between = -_least(-cost, constraints, low, high)[0] - _least(cost, constraints, low, high)[0]
    slack = 64 * EPS * len(points) * float(np.abs(cost) @ high)
    lower, upper = lower - slack, -upper + slack
    return Sum(lower, upper, points, shares, max(upper - lower - between, 0.0))


def _constraints(shape: Shape, points: FloatArray) -> csr_array:
    """A in A L <= 0: two rows for each step between neighbouring points, where their slope is limited."""
    step = np.diff(points)
    least, most = shape.slopes((points[:-1] + points[1:]) / 2)
    # a limit whose power leaves float64 says nothing that the box does not
    rises = np.flatnonzero(np.isfinite(least) & ((least - 1) * step < _LARGEST))
    falls = np.flatnonzero(np.isfinite(most) & ((most - 1) * step < _LARGEST))
    # L r^(p-1) - L' <= 0 and L' - L r^(q-1) <= 0, divided by the larger coefficient
    up, down = np.exp((least[rises] - 1) * step[rises]), np.exp((most[falls] - 1) * step[falls])
    up_scale, down_scale = np.maximum(up, 1.0), np.maximum(down, 1.0)
    count = len(rises)
    row = np.concatenate([np.arange(count), np.arange(count)] + [np.arange(count, count + len(falls))] * 2)
    column = np.concatenate([rises, rises + 1, falls, falls + 1])
    entries = np.concatenate([up / up_scale, -1 / up_scale, -down / down_scale, 1 / down_scale])
    return csr_array((entries, (row, column)), shape=(count + len(falls), len(points)))


def _least(cost: FloatArray, constraints: csr_array, low: FloatArray, high: FloatArray) -> tuple[float, FloatArray]:
    """A safe lower bound of ``cost`` times L, and the L at which the solver found its least."""
    scale = float(high.max())
    size = float(np.abs(cost).max()) or 1.0
    solved = linprog(
        cost / size,
        A_ub=constraints if constraints.shape[0] else None,
        b_ub=np.zeros(constraints.shape[0]) if constraints.shape[0] else None,
        bounds=np.column_stack([low / scale, high / scale]),
        method="highs",
    )
    if solved.status != 0 or not constraints.shape[0]:  # the box alone is a bound too
        multiplier, at = np.zeros(constraints.shape[0]), np.where(cost > 0, low, high)
    else:
        multiplier, at = np.minimum(solved.ineqlin.marginals, 0.0) * size, solved.x * scale
    left = cost - constraints.T @ multiplier
    return float(np.minimum(left * low, left * high).sum()), at

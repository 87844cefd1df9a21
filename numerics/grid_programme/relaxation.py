"""What no grid can undercut, on the axis or off it.

Cut the clock into cells. A grid point in a cell costs at least the least h of that cell, H, so that

    sum (s_{k+1} - s_k) h(s_k) >= sum (s_{k+1} - s_k) H_{c(k)},

linear in the points. A point in a cell whose H is not below that of the point before only costs: without it, the step
before goes on at the lower H. So H may be replaced by its least so far along the clock, and no weaker bound results.
The coefficient H_{c(k-1)} - H_{c(k)} of s_k is then not negative, the sum is least with every point at the left end of
its cell, and that is a programme on an axis, of cells' left ends that carry their H: solved and certified as any other.
Points may share a cell: fewer steps are allowed.

The bound falls short in the first order of the cells' width. So cells in which no grid better than the best known one
can have a point, by the bound itself (least cost of reaching the cell plus least cost of going on), are dropped, the
others halved, and the programme is solved again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.grid_programme.certificate import certify
from numerics.grid_programme.layers import prefix_minima
from numerics.grid_programme.programme import Programme, forward_layer

FloatArray = NDArray[np.float64]
ROUNDS = 16
MOST_NODES = 4096


@dataclass(frozen=True)
class Relaxed:
    """A bound on every grid of at most N steps between the same ends.

    Attributes:
        lower: no grid costs less.
        cells: how many cells were left in the last round.
        rounds: how often cells were dropped and halved.
    """

    lower: float
    cells: int
    rounds: int


def least_possible(
    clock: Callable[[FloatArray], FloatArray],
    floor: Callable[[FloatArray, FloatArray], FloatArray],
    first: float,
    edges: FloatArray,
    steps: int,
    known: float,
    tolerance: float,
    most: int = MOST_NODES,
) -> Relaxed:
    """A lower bound on the cost of all grids of at most ``steps`` steps.

    Args:
        clock: t of a coordinate y, increasing along the path as y decreases.
        floor: a lower bound of h between two neighbouring y, arrays (left, right) with left > right.
        first: h at the first point, or a lower bound of it.
        edges: y of the first cells' ends, strictly decreasing; its ends are the grid's.
        steps: N.
        known: the cost of some grid: what is not better need not be looked at.
        tolerance: stop where the bound is this close to ``known``.
        most: stop before there are more axis points than this.
    """
    left, right = edges[:-1], edges[1:]
    low, ends = floor(left, right), clock(edges[[0, -1]])
    lower, rounds = -np.inf, 0
    while True:
        axis = _Axis.of(clock, first, ends, left, low)
        forward = axis.forward(steps)
        bound, slack = axis.bound(forward)
        # grids that leave the cells kept so far cost at least what is known, but for rounding
        lower = max(lower, min(bound, known - slack))
        if known - lower <= tolerance or rounds == ROUNDS:
            break
        kept = axis.through(forward.values) <= known + slack
        if not kept.any() or 2 * kept.sum() > most:
            break
        left, right, low = left[kept], right[kept], low[kept]
        middle = (left + right) / 2
        left, right = _alternating(left, middle), _alternating(middle, right)
        low = np.maximum(floor(left, right), np.repeat(low, 2))
        rounds += 1
    return Relaxed(float(lower), len(left), rounds)


@dataclass(frozen=True, eq=False)
class _Axis:
    """First point, left ends of cells, last point: t not falling, h the least so far."""

    t: FloatArray
    h: FloatArray

    @classmethod
    def of(
        cls,
        clock: Callable[[FloatArray], FloatArray],
        first: float,
        ends: FloatArray,
        left: FloatArray,
        low: FloatArray,
    ) -> _Axis:
        least = np.minimum.accumulate(np.concatenate([[first], low]))
        t = np.concatenate([ends[:1], clock(left), ends[1:]])
        return cls(np.maximum.accumulate(t), np.concatenate([least, least[-1:]]))

    def forward(self, steps: int) -> Programme:
        """Least costs from the first point."""
        steps = min(steps, len(self.t) - 1)
        values = np.full((steps + 1, len(self.t)), np.inf)
        choices = np.full(values.shape, -1, dtype=np.int64)
        values[0, 0] = 0.0
        for n in range(1, steps + 1):
            values[n], choices[n] = forward_layer(self.t, self.h, values[n - 1], choices[n - 1], n)
        return Programme(self.t, self.h, values, choices)

    def bound(self, forward: Programme) -> tuple[float, float]:
        """What at most N steps cost at least, and the rounding in it."""
        proof = certify(forward)
        return float(proof.lower.min()), float(np.max(forward.least[1:] - proof.lower[1:]))

    def through(self, values: FloatArray) -> FloatArray:
        """For each cell a lower bound of what grids with a point in it cost, shape (cells,)."""
        steps = len(values) - 1
        onward = self._onward(steps)
        reached, going = np.minimum.accumulate(values, axis=0), np.minimum.accumulate(onward, axis=0)
        return np.asarray((reached + going[::-1]).min(axis=0)[1:-1])

    def _onward(self, steps: int) -> FloatArray:
        """Least costs of at most n steps to the last point: the same programme, from the other end."""
        t, h = self.t[::-1], self.h[::-1]
        values = np.full((steps + 1, len(t)), np.inf)
        values[0, 0] = 0.0
        for n in range(1, steps + 1):
            first = n - 1
            if n == 1:
                j = np.zeros(len(t) - 1, dtype=np.int64)
            else:
                j = first + prefix_minima(values[n - 1, first:], t[first:], h[first:])
            values[n, n:] = values[n - 1, j] + (t[j] - t[n:]) * h[n:]
        return values[:, ::-1]


def _alternating(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.stack([a, b], axis=1).ravel()

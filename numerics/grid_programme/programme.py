"""Grids on an axis: the least sum of (t_{k+1} - t_k) h(t_k) over all choices of N - 1 inner points, for all N at once.

With w(i, j) = (t_j - t_i) h_i, the cost of a step from axis point i to axis point j > i, the least cost of n steps from
the first point to j is

    f_n(j) = min_{i < j} f_{n-1}(i) + w(i, j),    f_0 = 0 at the first point,

(Bellman). Each f_{n-1}(i) + w(i, j) is a line in t_j of slope h_i, and for a < b < c < d

    w(a, c) + w(b, d) - w(a, d) - w(b, c) = (t_d - t_c) (h_b - h_a),

so that where h falls along the axis, as for exact scores and denoisers, the quadrangle inequality holds (the left side
is not positive), the best i does not fall as j rises, and a layer takes O(M log M) instead of O(M^2); see ``layers``.
Nor does it fall as n rises (Yao 1980, "Efficient dynamic programming using quadrangle inequalities").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.grid_programme.layers import prefix_minima

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Programme:
    """The solved programme.

    Attributes:
        t: the axis in the sampler's clock, increasing, shape (M,).
        h: the curve there, shape (M,).
        values: f_n(j), shape (N+1, M); infinite where n steps do not lead to j.
        choices: the point before j on the best way there, shape (N+1, M); -1 where there is none.
    """

    t: FloatArray
    h: FloatArray
    values: FloatArray
    choices: IntArray

    @property
    def steps(self) -> int:
        return len(self.values) - 1

    @property
    def least(self) -> FloatArray:
        """The least cost of n steps from the first to the last axis point, n = 0 ... N; infinite for n = 0."""
        return self.values[:, -1]

    def path(self, steps: int | None = None) -> IntArray:
        """The axis points of the best grid, first and last included, shape (steps + 1,).

        Raises:
            ValueError: more steps than were solved, or fewer than 1.
        """
        n = self.steps if steps is None else steps
        if not 1 <= n <= self.steps:
            raise ValueError(f"steps = {n}: the programme was solved for 1 to {self.steps}")
        points = [len(self.t) - 1]
        for layer in range(n, 0, -1):
            points.append(int(self.choices[layer, points[-1]]))
        return np.array(points[::-1])


def solve(t: ArrayLike, h: ArrayLike, steps: int) -> Programme:
    """The best grids of 1 ... ``steps`` steps on an axis.

    Args:
        t: axis points in the sampler's clock, strictly increasing, shape (M,).
        h: what a step that starts there costs per unit of t, shape (M,).
        steps: N, 1 <= N <= M - 1.

    Raises:
        ValueError: shapes differ, t does not increase, a number is not finite, or too many steps for the axis.
    """
    time, height = np.asarray(t, dtype=np.float64), np.asarray(h, dtype=np.float64)
    if time.ndim != 1 or time.shape != height.shape:
        raise ValueError(f"axis of shape {time.shape} and curve of shape {height.shape}: give one h for each t")
    if not 1 <= steps <= len(time) - 1:
        raise ValueError(f"steps = {steps} on an axis of {len(time)} points: give 1 to {len(time) - 1}")
    if not (np.all(np.isfinite(time)) and np.all(np.isfinite(height))):
        raise ValueError("the axis or the curve holds a number that is not finite")
    if np.any(np.diff(time) <= 0):
        at = int(np.argmax(np.diff(time) <= 0))
        raise ValueError(f"t[{at + 1}] = {time[at + 1]:g} is not above t[{at}] = {time[at]:g}: the axis must increase")
    values = np.full((steps + 1, len(time)), np.inf)
    choices = np.full(values.shape, -1, dtype=np.int64)
    values[0, 0] = 0.0
    for n in range(1, steps + 1):
        values[n], choices[n] = forward_layer(time, height, values[n - 1], choices[n - 1], n)
    return Programme(time, height, values, choices)


def forward_layer(
    t: FloatArray, h: FloatArray, before: FloatArray, chosen: IntArray, n: int
) -> tuple[FloatArray, IntArray]:
    """f_n and its choices from f_{n-1} and its own; ``n`` steps lead to the n-th point at the earliest."""
    value, choice = np.full(len(t), np.inf), np.full(len(t), -1, dtype=np.int64)
    first = n - 1
    if n == 1:  # from the first point only
        i = np.zeros(len(t) - 1, dtype=np.int64)
    else:
        known = np.maximum(chosen[n:] - first, 0)
        i = first + prefix_minima(before[first:] - t[first:] * h[first:], h[first:], t[first:], known)
    # the line's value without its cancellation
    value[n:] = before[i] + (t[n:] - t[i]) * h[i]
    choice[n:] = i
    return value, choice

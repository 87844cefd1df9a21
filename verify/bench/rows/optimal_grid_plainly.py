"""The best grid on an axis by Bellman's recursion, as one writes it in NumPy: all pairs of points, layer by layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def best_grid(t: FloatArray, h: FloatArray, steps: int) -> tuple[IntArray, FloatArray]:
    """The axis points of the best grid, and the least cost of 0, ..., ``steps`` steps.

    A step from point i to point j > i costs (t_j - t_i) h_i.
    """
    cost = np.where(t[:, None] > t, (t[:, None] - t) * h, np.inf)  # row j, column i
    value = np.where(np.arange(len(t)) == 0, 0.0, np.inf)
    choices, least = [], [np.inf]
    for _ in range(steps):
        choice = (cost + value).argmin(axis=1)
        value = value[choice] + cost[np.arange(len(t)), choice]
        choices.append(choice)
        least.append(value[-1])
    path = [len(t) - 1]
    for choice in reversed(choices):
        path.append(int(choice[path[-1]]))
    return np.array(path[::-1]), np.array(least)

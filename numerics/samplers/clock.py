"""What a run is given: a grid of variances, a start, and the paper's time t for sigma_bar(t) = t^a."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb
from numpy.typing import ArrayLike, NDArray

from numerics.enclosures import Enclosure


def as_variances(v: ArrayLike) -> NDArray[np.float64]:
    """A grid v_0 > ... > v_N > 0 as a float64 array of shape (N+1,).

    Raises:
        ValueError: the grid has fewer than two points, or is not finite, positive and strictly decreasing.
    """
    grid = np.array(v, dtype=np.float64)
    if grid.ndim != 1 or grid.size < 2:
        raise ValueError(f"a grid has at least two points in one dimension, not shape {grid.shape}")
    if not (np.all(np.isfinite(grid)) and grid[-1] > 0 and np.all(np.diff(grid) < 0)):
        raise ValueError("a grid of variances is finite, positive and strictly decreasing (v_0 > ... > v_N > 0)")
    return grid


def from_noise(start: str) -> bool:
    """Whether a run starts from N(0, v_0 I) ("noise") rather than from p_{v_0} ("exact").

    Raises:
        ValueError: any other word.
    """
    if start not in ("noise", "exact"):
        raise ValueError(f"start is 'noise' or 'exact', not {start!r}")
    return start == "noise"


def time_of(v: Any, a: float) -> Any:
    """t with t^{2a} = v, in numbers of the type of ``v`` (float, enclosure or ball), a taken as exact."""
    if isinstance(v, arb):
        return v ** (1 / (2 * arb(a)))
    if isinstance(v, Enclosure):
        return (v.log() / (2 * a)).exp()
    return v ** (0.5 / a)

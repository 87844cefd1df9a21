"""Bins of lhs/rhs: an axis on which 1 is an edge, with room for what lies far off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOUCH = 1e-9  # a ratio so close to 1 is within the rounding of its sides
MOST = 26  # bins
FAR = 16  # decades that are shown in full
WIDTHS = (0.025, 0.05, 0.1, 0.2, 0.25, 0.5)  # of bins on a linear axis; 1 is a multiple of each
DECADES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 10.0, 20.0, 50.0)  # of bins on a logarithmic axis


@dataclass(frozen=True)
class Bins:
    """Counts of numbers between edges, and beyond them.

    Attributes:
        edges: increasing, one more than counts; on a logarithmic axis exponents of 10.
        counts: of numbers in (edge, next edge]; the first of them has both ends.
        log: whether the axis is logarithmic.
        nothing: how many are 0 or negative, on a logarithmic axis, and the least of them, `least`.
        below, above: how many lie beyond the first and the last edge.
        without: how many cases have no finite number.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    log: bool
    nothing: int = 0
    least: float = 0.0
    below: int = 0
    above: int = 0
    without: int = 0

    @property
    def total(self) -> int:
        return int(self.counts.sum()) + self.nothing + self.below + self.above + self.without


def ratio_bins(ratios: Sequence[float]) -> Bins:
    """Bins of finite lhs/rhs: logarithmic where they span decades; 1 is an edge, and what touches it lies below it."""
    values = np.asarray(ratios, dtype=np.float64)
    values = np.where(np.abs(values - 1) <= TOUCH, 1.0, values)
    positive = values[values > 0]
    wide = len(positive) > 0 and positive.max() > 100 * positive.min()
    if wide or values.max() > 5 or values.min() < -2:
        return _logarithmic(values, with_one=True)
    low, high = min(0.0, values.min()), max(1.0, values.max())
    width = next((w for w in WIDTHS if (high - low) / w <= MOST - 2), WIDTHS[-1])
    edges = np.arange(math.floor(low / width), max(math.ceil(high / width), round(1 / width) + 2) + 1) * width
    return Bins(edges, _count(values, edges), False)


def difference_bins(gaps: Sequence[float]) -> Bins:
    """Bins of relative differences, which are never negative; 0 is counted apart."""
    return _logarithmic(np.asarray(gaps, dtype=np.float64), with_one=False)


def _logarithmic(values: NDArray[np.float64], with_one: bool) -> Bins:
    """Bins over the decades of the positive numbers, and of 1."""
    exponents = np.log10(values[values > 0])
    held = [0.0] if with_one else []
    low, high = min([*exponents, *held], default=-16.0), max([*exponents, *held], default=0.0)
    if high - low > FAR:  # the middle nine tenths of them, and what lies farther in one bin at each end
        at_5, at_95 = np.quantile(exponents, [0.05, 0.95]).tolist()
        low, high = min([at_5, *held]), max([at_95, *held])
    width = next((w for w in DECADES if (high - low) / w <= MOST - 4), DECADES[-1])
    first, last = math.floor(low / width), math.ceil(high / width)
    if with_one:  # a bin on each side of it
        first, last = min(first, -1), max(last, 2)
    edges = np.arange(first, max(last, first + 4) + 1) * width
    below, above = int((exponents < edges[0]).sum()), int((exponents > edges[-1]).sum())
    return Bins(edges, _count(exponents, edges), True, int((values <= 0).sum()), min(0.0, values.min()), below, above)


def _count(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many lie in each (edge, next edge], the first one with its lower end."""
    place = np.searchsorted(edges, values, side="left") - 1
    place[values == edges[0]] = 0
    inside = place[(place >= 0) & (place < len(edges) - 1)]
    return np.bincount(inside, minlength=len(edges) - 1).astype(np.int64)

"""What the rows of a loss curve say about the curve between them.

With t = ln v and x(t) = ln mse, both monotone trends that a denoiser shows are limits of one slope: mse rises where
x' >= 0, and loss = mse/v falls where x' <= 1. A shape is a range of slopes for each cell (the interval between two
neighbouring rows). It is made with as few changes of direction as the rows allow:

* the mse rises, but for the cells where the rows show that it falls, or turns;
* the loss is monotone in the direction of the rows, but for cells in which it may turn: those beside a row of largest
  or smallest loss, and the first and the last cell, where a turn would not show; and where the mean slopes of
  neighbouring cells bend unevenly, it may go against that direction by as much as they differ;
* where neither is known, the slope is at most the steepest mean slope of all cells, and at least 1, in size; nowhere
  does it exceed four times that, and 8, so that a level beside a row, rounded in its sixth digit, has nearly its loss.

Rows have errors: a direction is read from their intervals, so that noise makes no turn.

A smooth shape assumes more: that the slope in a cell lies among the mean slopes of the cell and of its two neighbours,
or beyond them by at most half their range, or their range where these show that the curve bends unevenly. (Where it
bends one way over all three, nothing lies beyond.) What is left open shrinks with the square of the cells' width.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import EPS

FloatArray = NDArray[np.float64]
_ROUNDING = 64 * EPS  # of ln, exp and a few products, relative to numbers of size 1


@dataclass(frozen=True)
class Shape:
    """A set of curves: limits of x = ln mse at the rows, and of its slope in ln v between them.

    Attributes:
        t: ln v of the rows, increasing, shape (R,).
        lower, upper: limits of x at the rows that some curve of the set reaches, shape (R,).
        least, most: limits of the slope in each cell, shape (R-1,).
        steepest: limit of the size of the slope where nothing else is known.
    """

    t: FloatArray
    lower: FloatArray
    upper: FloatArray
    least: FloatArray
    most: FloatArray
    steepest: float

    def slopes(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Limits of the slope at ``t``, shaped as ``t``; beyond the rows, the steepest one."""
        cell = np.searchsorted(self.t, t) - 1
        outside = (cell < 0) | (cell >= len(self.least))
        cell = np.clip(cell, 0, len(self.least) - 1)
        return (
            np.where(outside, -self.steepest, self.least[cell]),
            np.where(outside, self.steepest, self.most[cell]),
        )

    def limits(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Limits of x at ``t``, shaped as ``t``."""
        least, most = self.slopes(t)
        right = np.clip(np.searchsorted(self.t, t), 0, len(self.t) - 1)
        left = np.where(t > self.t[-1], len(self.t) - 1, np.maximum(right - 1, 0))
        after, before = np.maximum(t - self.t[left], 0.0), np.maximum(self.t[right] - t, 0.0)
        beyond_left, beyond_right = t < self.t[0], t > self.t[-1]
        lower = np.where(beyond_left, -np.inf, self.lower[left] + _slid(least, after))
        upper = np.where(beyond_left, np.inf, self.upper[left] + _slid(most, after))
        lower = np.maximum(lower, np.where(beyond_right, -np.inf, self.lower[right] - _slid(most, before)))
        upper = np.minimum(upper, np.where(beyond_right, np.inf, self.upper[right] - _slid(least, before)))
        room = _ROUNDING * (1 + np.abs(np.where(np.isfinite(lower), lower, 0.0)) + np.abs(upper))
        return lower - room, upper + room


def shapes(t: FloatArray, lower: FloatArray, upper: FloatArray, smooth: bool = False) -> tuple[Shape, ...]:
    """The shapes that the rows allow: one, or two where the loss may as well rise first as fall first.

    Args:
        t: ln v of the rows, increasing, shape (R,), R >= 2.
        lower, upper: intervals of the mse, 0 <= lower <= upper, upper > 0, shape (R,).
        smooth: whether to limit slopes by those of the neighbouring cells too.
    """
    with np.errstate(divide="ignore"):
        low, high = np.log(lower), np.log(upper)
    room = _ROUNDING * (1 + np.abs(high) + np.abs(t))
    low, high = low - room, high + room
    step = np.diff(t)
    steepest = float(max(1.0, ((low[1:] - high[:-1]) / step).max(), ((low[:-1] - high[1:]) / step).max()))
    mse = _directions(low, high, prefer_rising=True)[0]
    certain, bend = _bends(t, low, high)
    if not smooth:
        bend = (np.full(len(t) - 1, -np.inf), np.full(len(t) - 1, np.inf))
    found = []
    for loss in _directions(low - t, high - t):
        loss[[0, -1]] = 0
        found.append(_shape(t, low, high, mse, loss, certain, bend, steepest))
    return tuple(found)


def turns(t: FloatArray, lower: FloatArray, upper: FloatArray) -> int:
    """How often the loss must change direction for the rows' intervals, fewest."""
    with np.errstate(divide="ignore"):
        low, high = np.log(lower) - t, np.log(upper) - t
    room = _ROUNDING * (1 + np.abs(high) + np.abs(t))
    return min(len(_latest_turns(low - room, high + room, rising)) for rising in (True, False))


def _directions(low: FloatArray, high: FloatArray, prefer_rising: bool = False) -> list[NDArray[np.int64]]:
    """Direction of each cell, 1 or -1, 0 where it may turn; each choice of the first direction with fewest turns."""
    latest = {rising: _latest_turns(low, high, rising) for rising in (True, False)}
    fewest = min(map(len, latest.values()))
    first = [rising for rising in (True, False) if len(latest[rising]) == fewest]
    chosen = first[:1] if prefer_rising else first
    return [_cells(len(low), rising, latest[rising], _earliest_turns(low, high, rising, fewest)) for rising in chosen]


def _latest_turns(low: FloatArray, high: FloatArray, rising: bool) -> list[int]:
    """The rows after which a monotone sequence through the intervals must turn, each as late as can be."""
    found: list[int] = []
    reached = low[0] if rising else high[0]
    for j in range(1, len(low)):
        if rising and reached > high[j]:
            found.append(j - 1)
            rising, reached = False, min(high[j - 1], high[j])
        elif not rising and reached < low[j]:
            found.append(j - 1)
            rising, reached = True, max(low[j - 1], low[j])
        else:
            reached = max(reached, low[j]) if rising else min(reached, high[j])
    return found


def _earliest_turns(low: FloatArray, high: FloatArray, rising: bool, count: int) -> list[int]:
    """The same turns, each as early as can be: the latest of the reversed rows."""
    last_rising = rising if count % 2 == 0 else not rising
    backward = _latest_turns(low[::-1], high[::-1], not last_rising)
    return [len(low) - 1 - j for j in reversed(backward)]


def _cells(rows: int, rising: bool, latest: list[int], earliest: list[int]) -> NDArray[np.int64]:
    cells = np.ones(rows - 1, dtype=np.int64)
    direction = 1 if rising else -1
    for start, end in pairwise([0, *latest, rows - 1]):
        cells[start:end] = direction
        direction = -direction
    for early, late in zip(earliest, latest, strict=True):
        cells[max(early - 1, 0) : late + 1] = 0
    return cells


def _shape(
    t: FloatArray,
    low: FloatArray,
    high: FloatArray,
    mse: NDArray[np.int64],
    loss: NDArray[np.int64],
    certain: tuple[FloatArray, FloatArray],
    bend: tuple[FloatArray, FloatArray],
    steepest: float,
) -> Shape:
    """Slopes of both directions, loosened where noisy rows cannot follow both."""
    loss = np.where((mse < 0) & (loss > 0), 0, loss)
    falling, rising = np.maximum(1.0, certain[1]), np.minimum(1.0, certain[0])
    while True:
        least = np.maximum.reduce([np.where(mse > 0, 0.0, -np.inf), np.where(loss > 0, rising, -np.inf), bend[0]])
        most = np.minimum.reduce([np.where(mse < 0, 0.0, np.inf), np.where(loss < 0, falling, np.inf), bend[1]])
        free = np.isinf(least) & np.isinf(most)
        cap = np.where(free, steepest, max(8.0, 4 * steepest))
        least, most = np.maximum(least, -cap), np.minimum(most, cap)
        lower, upper, crossed = _reached(t, low, high, least, most)
        if crossed is None:
            room = _ROUNDING * (1 + np.abs(upper))  # what the passes rounded, where both limits meet
            return Shape(t, lower - room, upper + room, least, most, steepest)
        bound = np.flatnonzero(loss[:crossed])
        if bound.size:
            loss = loss.copy()
            loss[bound[-1]] = 0
        elif np.isfinite(bend).any():
            bend = (np.full_like(bend[0], -np.inf), np.full_like(bend[1], np.inf))
        else:
            steepest *= 2


def _bends(t: FloatArray, low: FloatArray, high: FloatArray) -> tuple[tuple[FloatArray, FloatArray], ...]:
    """Limits of the slope in each cell by the mean slopes of it and its neighbours: as certain, and as possible.

    The certain ones are those of the most even slopes that the rows' intervals allow, the possible ones hold for all.
    """
    step = np.diff(t)
    lowest, highest = (low[1:] - high[:-1]) / step, (high[1:] - low[:-1]) / step
    around = [slice(0, -2), slice(1, -1), slice(2, None)]
    # whether the slopes go on in one direction around a cell, and around both of its neighbours
    with np.errstate(invalid="ignore"):
        change = np.sign(np.diff(lowest + highest))
    same = np.zeros(len(step) + 2, dtype=bool)
    same[2 : len(step)] = change[1:] == change[:-1]
    steady = np.logical_and.reduce([same[part] for part in around])
    found = []
    for ends in ((highest, lowest), (lowest, highest)):
        least, most = (
            choose([np.pad(end, 1, "edge")[part] for part in around], axis=0)
            for choose, end in zip((np.min, np.max), ends, strict=True)
        )
        with np.errstate(invalid="ignore"):
            room = np.where(steady, 0.5, 1.0) * np.maximum(most - least, 0.0)
        found.append((least - room, most + room))
    return tuple(found)


def _reached(
    t: FloatArray, low: FloatArray, high: FloatArray, least: FloatArray, most: FloatArray
) -> tuple[FloatArray, FloatArray, int | None]:
    """The limits at the rows that curves of these slopes reach, and the first row that none passes, if any."""
    lower, upper, step = low.copy(), high.copy(), np.diff(t)
    up, down = _slid(most, step), _slid(least, step)
    for j in range(len(step)):
        lower[j + 1] = max(lower[j + 1], lower[j] + down[j])
        upper[j + 1] = min(upper[j + 1], upper[j] + up[j])
        if lower[j + 1] > upper[j + 1]:
            return lower, upper, j + 1
    for j in reversed(range(len(step))):
        lower[j] = max(lower[j], lower[j + 1] - up[j])
        upper[j] = min(upper[j], upper[j + 1] - down[j])
    return lower, upper, None


def _slid(slope: FloatArray, step: FloatArray) -> FloatArray:
    """slope * step where an infinite slope allows anything, also over no step at all."""
    with np.errstate(invalid="ignore"):
        return np.where(step > 0, slope * step, 0.0)

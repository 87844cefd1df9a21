"""Means of bounded random variables at many noise levels, sampled once and remembered.

A target supplies draws at a level; this module turns them into confidence intervals that hold at all levels
of one question together, and keeps them, so that asking again costs neither time nor error probability.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.confidence import betting
from numerics.enclosures import Enclosure, Kind

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """Independent draws of one variable, with proved limits ``low <= x <= high`` and their rounding error."""

    values: FloatArray
    low: float
    high: float
    rounding: float = 0.0


class SampledMeans:
    """Confidence intervals for the means of several variables, by noise level.

    Args:
        draw: the draws at a level v, by the name of the variable.
        label: what is sampled; with the levels it names the experiment in ``Enclosure.sources``.
        alpha: probability that any interval of one variable, over all levels asked in one call, is wrong.
    """

    def __init__(self, draw: Callable[[float], Mapping[str, Draws]], label: str, alpha: float) -> None:
        if not 0 < alpha < 1:
            raise ValueError(f"alpha = {alpha!r} is not a probability strictly between 0 and 1")
        self._draw, self._label, self._alpha = draw, label, alpha
        self._known: dict[tuple[str, float], tuple[float, float, str]] = {}

    def measure(self, name: str, v: FloatArray, lower: FloatArray, upper: FloatArray, width: float) -> Enclosure:
        """The mean of variable ``name`` at levels ``v`` of any shape, within proved limits of that shape.

        Levels at which the limits are closer than ``width`` are not sampled; if all are, nothing is random.
        """
        levels = [float(level) for level in v.reshape(-1)]
        settled = ((upper - lower) <= width).reshape(-1)
        missing = {
            level
            for level, known in zip(levels, settled, strict=True)
            if not known and (name, level) not in self._known
        }
        if missing:
            self._sample(sorted(missing))
        sources: dict[str, float] = {}
        limits = np.array([[-np.inf, np.inf]] * len(levels)).reshape(-1, 2)
        for i, level in enumerate(levels):
            if not settled[i]:
                low, high, source = self._known[name, level]
                limits[i] = low, high
                sources[source] = self._alpha
        least = np.maximum(limits[:, 0].reshape(v.shape), lower)
        most = np.minimum(limits[:, 1].reshape(v.shape), upper)
        kind = Kind.SAMPLED if sources else Kind.EXACT
        interval = Enclosure.interval(least, np.maximum(least, most), kind)
        return Enclosure(interval.value, interval.radius, kind, sources)

    def resolution(self, samples: int, span: float) -> float:
        """About the least width that an interval for a variable of range ``span`` can have."""
        return float(span * np.log(2 / self._alpha) / samples)

    def _sample(self, levels: list[float]) -> None:
        # the name is that of the event "one of these intervals is wrong": equal names, equal draws and levels
        event = f"{len(levels)} levels {zlib.crc32(np.array(levels).tobytes()):08x}"
        for level in levels:
            for name, draws in self._draw(level).items():
                source = f"{self._label}: {name} at {event}"
                lower, upper = betting(draws.values, draws.low, draws.high, self._alpha / len(levels))
                limits = (float(lower) - draws.rounding, float(upper) + draws.rounding)
                self._known[name, level] = (*limits, source)

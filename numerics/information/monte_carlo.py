"""Means of bounded random variables at many noise levels, sampled once and remembered.

A target supplies a fixed number of draws at a level; this module turns them into confidence intervals that hold at
all levels of one question together, and keeps them, so that asking again costs neither time nor error probability.
An interval depends on the question alone, not on what was asked before: every process finds the same.

Who asks about levels that were chosen by looking at earlier answers (a search) must not be given the same draws at
all levels: the bound over his questions then counts answers that are not independent of the choice. ``level_seed``
gives each level draws of its own.
"""

from __future__ import annotations

import hashlib
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


def level_seed(seed: int, v: float) -> int:
    """A seed for the draws at level ``v`` alone."""
    digest = hashlib.sha256(f"{seed} {v.hex()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


class SampledMeans:
    """Confidence intervals for the means of several variables, by noise level.

    Args:
        draw: the draws at a level v, by the name of the variable; their number does not depend on their values.
        label: what is sampled; with the levels it names the experiment in ``Enclosure.sources``.
        alpha: probability that any interval of one variable, over all levels asked in one call, is wrong.
    """

    def __init__(self, draw: Callable[[float], Mapping[str, Draws]], label: str, alpha: float) -> None:
        if not 0 < alpha < 1:
            raise ValueError(f"alpha = {alpha!r} is not a probability strictly between 0 and 1")
        self._draw, self._label, self._alpha = draw, label, alpha
        self._known: dict[tuple[str, float, int], tuple[float, float]] = {}

    def measure(self, name: str, v: FloatArray, lower: FloatArray, upper: FloatArray, width: float) -> Enclosure:
        """The mean of variable ``name`` at levels ``v`` of any shape, within proved limits of that shape.

        Levels at which the limits are closer than ``width`` are not sampled; if all are, nothing is random.
        """
        levels = v.reshape(-1)
        settled = ((upper - lower) <= width).reshape(-1)
        asked = sorted({float(level) for level in levels[~settled]})
        limits = np.array([[-np.inf, np.inf]] * levels.size).reshape(-1, 2)
        for i in np.flatnonzero(~settled):
            limits[i] = self._interval(name, float(levels[i]), len(asked))
        least = np.maximum(limits[:, 0].reshape(v.shape), lower)
        most = np.minimum(limits[:, 1].reshape(v.shape), upper)
        interval = Enclosure.interval(least, np.maximum(least, most), Kind.SAMPLED if asked else Kind.EXACT)
        return Enclosure(interval.value, interval.radius, interval.kind, self._sources(name, asked))

    def resolution(self, samples: int, span: float) -> float:
        """About the least width that an interval for a variable of range ``span`` can have."""
        return float(span * np.log(2 / self._alpha) / samples)

    def _interval(self, name: str, level: float, count: int) -> tuple[float, float]:
        """Limits at ``level``, one of ``count`` levels that must hold together."""
        if (name, level, count) not in self._known:
            for one, draws in self._draw(level).items():
                lower, upper = betting(draws.values, draws.low, draws.high, self._alpha / count)
                self._known[one, level, count] = float(lower) - draws.rounding, float(upper) + draws.rounding
        return self._known[name, level, count]

    def _sources(self, name: str, levels: list[float]) -> dict[str, float]:
        """The name of the event "one of these intervals is wrong": equal names, equal draws and levels."""
        if not levels:
            return {}
        digest = hashlib.sha256(np.array(levels).tobytes()).hexdigest()[:16]
        return {f"{self._label}: {name} at {len(levels)} levels {digest}": self._alpha}

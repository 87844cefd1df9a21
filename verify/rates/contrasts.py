"""Averages of runs in cells, and contrasts of them with confidence intervals.

A slope over a full factorial design is a weighted sum of the cells' means, its weights fixed by the levels:
``sum_c w_c mean_c``. Its variance is ``sum_c w_c^2 s_c^2/R_c`` with s_c the spread *within* cell c, which is noise
alone: no model of how the means depend on the sizes enters, so that a rate which is no exact power does not pass as
noise, and cells may be more or less noisy. (A regression's residuals would mix noise with the misfit of its formula.)

The interval is that of Student's t with the degrees of freedom of Welch and Satterthwaite, widened to both sides by
what the skewness gamma of the estimate does to its tails, gamma (2 t^2 + 1)/6 standard errors to first order (Johnson
1978, Hall 1992). Symmetric heavy tails make t intervals too wide rather than too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

Array = NDArray[np.float64]
FEWEST_RUNS = 3  # of a cell


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes:
        value, low, high: estimate and ends.
        error, freedom: standard error, and its degrees of freedom.
        skew: skewness of the estimate, its size.
        systematic: the part of the half-width that stands for numerical errors, not for noise.
    """

    value: float
    low: float
    high: float
    error: float
    freedom: float
    skew: float
    systematic: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0

    def sure(self, alpha: float, miss: float) -> float:
        """A true value of this size is told from 0, by an interval at ``alpha``, but for a probability ``miss``."""
        if self.error == 0:
            return 2 * self.systematic
        reach = reaching(alpha / 2, self.freedom, self.skew) + reaching(miss, self.freedom, self.skew)
        return float(reach * self.error + 2 * self.systematic)

    def as_json(self) -> dict[str, Any]:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Cells:
    """What the runs of each cell show.

    Attributes:
        sizes: (cells, variables), the size of each variable in each cell; a full factorial, each cell once.
        names: of the variables.
        mean, spread2, third, runs: (cells,), mean, variance, third cumulant and number of the runs' values.
        systematic: (cells,), how far the means may be off because each value has a numerical error.
    """

    sizes: Array
    names: tuple[str, ...]
    mean: Array
    spread2: Array
    third: Array
    runs: Array
    systematic: Array

    @classmethod
    def of(cls, sizes: ArrayLike, names: tuple[str, ...], values: ArrayLike, errors: ArrayLike = 0.0) -> Cells:
        """Runs put into cells.

        Args:
            sizes: (runs, variables).
            names: of the variables.
            values: (runs,).
            errors: (runs,) or one number, numerical error of each value.

        Raises:
            ValueError: a cell has fewer than three runs, or a combination of sizes is missing.
        """
        table, value = np.asarray(sizes, dtype=float), np.asarray(values, dtype=float)
        cells, place, count = np.unique(table, axis=0, return_inverse=True, return_counts=True)
        place = place.reshape(-1)
        levels = [np.unique(column) for column in cells.T]
        if len(cells) != np.prod([len(one) for one in levels]):
            raise ValueError(f"{len(cells)} combinations of sizes were measured, of {[len(one) for one in levels]}")
        if count.min() < FEWEST_RUNS:
            where = dict(zip(names, cells[count.argmin()], strict=True))
            raise ValueError(f"{count.min()} runs at {where}: at least {FEWEST_RUNS} show their noise")
        mean = np.bincount(place, value) / count
        off = value - mean[place]
        spread2 = np.bincount(place, off**2) / (count - 1)
        third = np.bincount(place, off**3) * count / ((count - 1) * (count - 2))
        error = np.bincount(place, np.broadcast_to(errors, value.shape)) / count
        return cls(cells, names, mean, spread2, third, count.astype(float), error)

    def levels(self, name: str) -> Array:
        """The values of a variable, ascending."""
        return np.unique(self.sizes[:, self.names.index(name)])

    def weights(self, name: str, of_levels: ArrayLike) -> Array:
        """Weights of the cells for a contrast of one variable's levels, averaged over all other variables."""
        column = self.sizes[:, self.names.index(name)]
        levels, place = np.unique(column, return_inverse=True)
        return np.asarray(np.asarray(of_levels, dtype=float)[place.reshape(-1)] * len(levels) / len(column))

    def interval(self, weights: ArrayLike, alpha: float) -> Interval:
        """The contrast with these weights, in an interval that misses it with probability ``alpha``."""
        w = np.asarray(weights, dtype=float)
        found = welch(w, self.mean, self.spread2, self.third, self.runs)
        value, error, freedom, skew = (float(one) for one in found)
        systematic = float(np.abs(w) @ self.systematic)
        half = (float(reaching(alpha / 2, freedom, skew)) * error if error > 0 else 0.0) + systematic
        return Interval(value, value - half, value + half, error, freedom, skew, systematic)


def welch(weights: Array, mean: Array, spread2: Array, third: Array, runs: Array) -> tuple[Array, Array, Array, Array]:
    """A contrast's estimate, its standard error, the degrees of freedom of Welch and Satterthwaite, its skewness.

    Args:
        weights: (cells,).
        mean, spread2, third: (..., cells), mean, variance and third cumulant of each cell's runs.
        runs: (cells,), their number.
    """
    parts = weights**2 * spread2 / runs
    variance = parts.sum(axis=-1)
    with np.errstate(invalid="ignore"):  # no noise at all
        freedom = variance**2 / (parts**2 / (runs - 1)).sum(axis=-1)
        skew = np.abs((weights**3 * third / runs**2).sum(axis=-1)) / variance**1.5
    noisy = variance > 0
    return mean @ weights, np.sqrt(variance), np.where(noisy, freedom, np.inf), np.where(noisy, skew, 0.0)


def reaching(tail: float, freedom: ArrayLike, skew: ArrayLike) -> Array:
    """How many standard errors an estimate is off with probability ``tail`` to one side, skewness counted."""
    quantile = t.isf(tail, freedom)
    return np.asarray(quantile + np.asarray(skew) * (2 * quantile**2 + 1) / 6)


def slope_weights(levels: Array) -> Array:
    """Of the values at the levels, the least-squares slope in the logarithm of the level."""
    x = np.log(levels) - np.log(levels).mean()
    return np.asarray(x / (x @ x))


def last_weights(levels: Array) -> Array:
    """The slope between the last two levels."""
    weights = np.zeros(len(levels))
    weights[-2:] = np.array([-1.0, 1.0]) / np.log(levels[-1] / levels[-2])
    return weights


def bend_weights(levels: Array) -> Array:
    """By how much the slope changes for each factor e of the level: twice the least-squares quadratic coefficient."""
    x = np.log(levels) - np.log(levels).mean()
    return np.asarray(2 * np.linalg.pinv(np.stack([np.ones_like(x), x, x**2], axis=1))[2])

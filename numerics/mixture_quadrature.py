"""Densities of one-dimensional Gaussian mixtures in noise, and quadrature against them.

X_0 ~ sum_j w_j N(m_j, s_j^2) gives X_v ~ sum_j w_j N(m_j, s_j^2 + v). Integrals use panels of
Gauss-Legendre nodes graded to the components: a panel is never wider than a stated fraction of the standard
deviation of the components around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.enclosures import EPS, Enclosure
from numerics.information.components import Components
from numerics.targets import Gaussian
from numerics.targets.base import NotAvailable, Target

Array = NDArray[np.float64]
ORDER = 16
_LEGENDRE_X, _LEGENDRE_W = np.polynomial.legendre.leggauss(ORDER)


@dataclass(frozen=True)
class MixtureLaw:
    """X_0 ~ sum_j weights[j] N(means[j], variances[j]) on the line; all arrays have shape (J,)."""

    weights: Array
    means: Array
    variances: Array

    @classmethod
    def of(cls, target: Target) -> MixtureLaw:
        """The law of a one-dimensional Gaussian or mixture target.

        Raises:
            NotAvailable: the target is not one-dimensional, or is no mixture of Gaussians.
        """
        if isinstance(target, Gaussian) and target.d == 1:
            return cls(np.ones(1), target.mean, target.eigenvalues)
        line = getattr(target, "line", None)
        if isinstance(line, Components):
            return cls(line.weights, line.means, line.variances)
        raise NotAvailable(f"{target.label} is not a one-dimensional Gaussian mixture, so it has no known density")

    def spread(self, v: float) -> Array:
        """Standard deviations of the components of X_v, shape (J,)."""
        return np.sqrt(self.variances + v)

    def log_density(self, x: Array, v: float) -> Array:
        """ln p_v at ``x`` (any shape)."""
        spread = self.spread(v)
        terms = [
            np.log(w / s) - 0.5 * ((x - m) / s) ** 2
            for w, m, s in zip(self.weights, self.means, spread, strict=True)
            if w > 0
        ]
        return np.asarray(np.logaddexp.reduce(terms, axis=0) - 0.5 * np.log(2 * np.pi))

    def score_terms(self, x: Array, v: float) -> Array:
        """Size of the terms -x/(s_j^2 + v) and m_j/(s_j^2 + v) that the score at ``x`` (any shape) is summed from.

        They cancel where |x - m_j| is far below |m_j|: the score of narrow data away from 0 is known to so many units
        in the last place of this size, not of its own.
        """
        totals = self.variances + v
        logs = [
            np.log(w / np.sqrt(t)) - 0.5 * (x - m) ** 2 / t
            for w, m, t in zip(self.weights, self.means, totals, strict=True)
            if w > 0
        ]
        kept = self.weights > 0
        shares = np.exp(np.array(logs) - np.logaddexp.reduce(logs, axis=0))
        terms = (np.abs(x) + np.abs(self.means[kept])[:, None]) / totals[kept][:, None]
        return np.asarray((shares * terms).sum(axis=0))

    def breakpoints(self, levels: Sequence[float], width: float, reach: float) -> Array:
        """Panel ends covering every component at every one of these noise levels.

        They reach out to ``reach`` standard deviations of the component and are ``width`` of them apart.
        """
        offsets = np.linspace(-reach, reach, int(np.ceil(2 * reach / width)) + 1)
        spread = np.concatenate([self.spread(v) for v in levels])
        points = (np.tile(self.means, len(levels))[:, None] + spread[:, None] * offsets).ravel()
        gaps = np.repeat(spread * (offsets[1] - offsets[0]), offsets.size)
        order = np.argsort(points)
        points, gaps = points[order], gaps[order]
        # a wide component's point among a narrow component's points adds nothing
        kept = _thinned(points, gaps)
        return np.array(kept if kept[-1] == points[-1] else [*kept, points[-1]])

    def nodes(self, *levels: float, width: float = 0.5, reach: float = 9.0) -> tuple[Array, Array]:
        """Nodes and weights (for dx, not for p_v dx) that resolve p_v at these levels, each of shape (M,)."""
        return gauss_panels(self.breakpoints(levels, width, reach))


def gauss_panels(ends: Array) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights, ``ORDER`` on each panel between consecutive ``ends``."""
    half = np.diff(ends) / 2
    nodes = (ends[:-1] + half)[:, None] + half[:, None] * _LEGENDRE_X
    return nodes.ravel(), (half[:, None] * _LEGENDRE_W).ravel()


def refined(
    integral: Callable[[float, float], tuple[float, float]],
    tolerance: float = 1e-13,
    levels: int = 5,
    width: float = 1.0,
) -> Enclosure:
    """``integral(width, reach)`` at finer and finer panels until two agree; their difference is the error.

    ``integral`` returns the value and the sum of the absolute values that it was computed from, those that
    cancelled included: rounding is stated as a few units in the last place of this sum.
    Starts at panels of ``width`` standard deviations and stops after ``levels`` refinements at the latest,
    stating the difference that is left then.
    """
    reach = 9.0
    coarse, _ = integral(width, reach)
    for _ in range(levels):
        width, reach = width / 1.7, reach + 0.5
        fine, size = integral(width, reach)
        rounding = 4 * EPS * size
        gap = abs(fine - coarse)
        if gap <= tolerance * size + rounding:
            break
        coarse = fine
    return Enclosure.of(fine, gap + rounding)


def each_level(v: ArrayLike, compute: Callable[[float], Enclosure]) -> Enclosure:
    """``compute`` applied to every entry of ``v``, as one enclosure of the shape of ``v``."""
    levels = np.asarray(v, dtype=np.float64)
    parts = [compute(float(level)) for level in levels.ravel()]
    value = np.array([float(p.value) for p in parts]).reshape(levels.shape)
    radius = np.array([float(p.radius) for p in parts]).reshape(levels.shape)
    return Enclosure.of(value, radius)


def _thinned(points: Array, gaps: Array) -> list[float]:
    """The sorted points that are at least half their own component's spacing beyond the last one kept."""
    kept = [float(points[0])]
    for point, gap in zip(points[1:].tolist(), gaps[1:].tolist(), strict=True):
        if point - kept[-1] >= gap / 2:
            kept.append(point)
    return kept

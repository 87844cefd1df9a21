"""What no grid beats: N E_D of the best grid of N steps tends to (1/4) (int sqrt(s) dt)^2.

By the Cauchy-Schwarz inequality a grid whose points have density w(t) in the clock t has N E_D tending to
(1/4) int s/w dt (int w dt = 1), least for w proportional to sqrt(s). For Gaussian data of variance lambda that is
(d/4) ln^2 of (lambda + v_0)/(lambda + v_N) for ``score`` and of (1 + lambda/v_N)/(1 + lambda/v_0) for ``denoiser``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import Enclosure
from numerics.optimal_grids.curves import Curve
from numerics.targets import PointCloud, Target
from theory.grids import Grid, from_variances

FloatArray = NDArray[np.float64]
PANELS, PANELS_SAMPLED = 24, 10
_FINE, _COARSE = np.polynomial.legendre.leggauss(8), np.polynomial.legendre.leggauss(5)
_TABLE = 801


def limit_constant(target: Target, sigma_max: float, sigma_min: float, sampler: str = "score") -> Enclosure:
    """(1/4) (int sqrt(s) dt)^2 between two noise levels, in nats; ``sampler`` is "score" or "denoiser".

    The integral over ln v has the error of s at the nodes, and the difference of two Gauss-Legendre rules.

    Raises:
        NotAvailable: the sampler has no path KL, or the target no slope.
    """
    curve = Curve(target, sampler)
    panels = PANELS_SAMPLED if isinstance(target, PointCloud) else PANELS
    ends = 2 * np.linspace(np.log(sigma_min), np.log(sigma_max), panels + 1)
    half = np.diff(ends)[:, None] / 2
    nodes = np.concatenate([_FINE[0], _COARSE[0]])
    v = np.exp((ends[:-1, None] + half) + half * nodes)
    density = _root(curve.slope(v)) * np.abs(curve.pace(v)) * half
    split = len(_FINE[0])
    fine = (density[:, :split] * _FINE[1]).sum(axis=1)
    coarse = (density.value[:, split:] * _COARSE[1]).sum(axis=1)
    panel = fine.widened(np.abs(fine.value - coarse))
    # where s drowns in its own error: int sqrt(s) dt <= sqrt((t_b - t_a) (h_a - h_b)) by Cauchy-Schwarz
    end = np.exp(ends)
    h = curve.height(end)
    most = _root((h[1:] - h[:-1]) * (curve.clock(end[:-1]) - curve.clock(end[1:]))).upper
    total = panel.intersect(0.0, np.maximum(most, panel.lower)).sum()
    return total * total * 0.25


def _root(x: Enclosure) -> Enclosure:
    """The square root of a number that is known not to be negative."""
    low, high = (np.sqrt(np.maximum(limit, 0.0)) for limit in (x.lower, x.upper))
    found = Enclosure.interval(low, high, x.kind)
    return Enclosure(found.value, found.radius, x.kind, x.sources)


def quantile_grid(target: Target, steps: int, sigma_max: float, sigma_min: float, sampler: str = "score") -> Grid:
    """The grid of N steps with int sqrt(s) dt equal on all of them: the best one's limit, good for N of 8 or more.

    Raises:
        NotAvailable: the sampler has no path KL, or the target no slope.
    """
    curve = Curve(target, sampler)
    y = 2 * np.linspace(np.log(sigma_max), np.log(sigma_min), 41 if isinstance(target, PointCloud) else _TABLE)
    v = np.exp(y)
    return from_variances(quantiles(y, np.sqrt(np.maximum(curve.slope(v).value, 0)) * np.abs(curve.pace(v)), steps))


def quantiles(y: FloatArray, density: FloatArray, steps: int) -> FloatArray:
    """Levels v that share out a density over ln v (given at decreasing ``y``) equally, ends kept; shape (N+1,)."""
    mass = (density[1:] + density[:-1]) / 2 * -np.diff(y)
    # a little everywhere: where the density vanishes the points would coincide
    reached = np.concatenate([[0.0], np.cumsum(mass + 1e-9 * mass.sum() / len(mass))])
    inner = np.interp(np.linspace(0, reached[-1], steps + 1), reached, y)[1:-1]
    return np.exp(np.concatenate([y[:1], inner, y[-1:]]))

"""The density of a stochastic sampler's output in one dimension, propagated level by level.

One step sends a density q to

    q'(y') = int q(y) N(y'; g(y), tau^2) dy,     g(y) = E[Y' | Y = y],

an integral that the trapezoid rule computes to near rounding once its spacing resolves both q (smooth on the
scale of the previous step's noise) and the kernel seen from y (width tau / |g'|). Each level has its own
uniform grid, and a node touches only the nodes within a band of +-reach tau around g(y).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from numerics.mixture_quadrature import Array, MixtureLaw
from numerics.samplers.base import Model, Sampler
from numerics.samplers.clock import as_variances, from_noise
from numerics.targets.base import NotAvailable

Mask = NDArray[np.bool_]
DensityOnGrid = Callable[[float, float, int], Array]  # of low, spacing, size
Drift = Callable[[Array], tuple[Array, Array]]
MOST_NODES = 200_000
MOST_TAIL_POINTS = 256
BATCH = 1 << 20


@dataclass(frozen=True)
class Particles:
    """The law sum_j masses[j] N(centres[j], tau^2): a trapezoid rule after one step."""

    centres: Array
    masses: Array
    tau: float

    def on_grid(self, low: float, spacing: float, size: int, reach: float) -> Array:
        """Density at low + spacing * (0, ..., size - 1), every kernel cut at ``reach`` tau."""
        half = int(np.ceil(reach * self.tau / spacing))
        nearest = np.rint((self.centres - low) / spacing).astype(np.int64)
        near = (nearest >= -half) & (nearest < size + half)
        nearest, centres, masses = nearest[near], self.centres[near], self.masses[near]
        band = np.arange(-half, half + 1)
        padded = np.zeros(size + 4 * half + 1)
        rows = max(1, BATCH // band.size)
        for i in range(0, nearest.size, rows):
            index = nearest[i : i + rows, None] + band
            z = (low + spacing * index - centres[i : i + rows, None]) / self.tau
            kernel = masses[i : i + rows, None] * np.exp(-0.5 * z * z)
            padded += np.bincount((index + 2 * half).ravel(), kernel.ravel(), padded.size)
        return np.asarray(padded[2 * half : 2 * half + size] / (self.tau * np.sqrt(2 * np.pi)))

    def log_on_grid(self, low: float, spacing: float, size: int, reach: float) -> tuple[Array, Mask]:
        """ln of the density on a grid, and where it is known without recourse to its far tails.

        Cutting the kernels costs at most ``floor``; where the density is not far above it, it is summed in
        logarithms over all centres at ``MOST_TAIL_POINTS`` points, with a cubic spline between them.
        """
        q = self.on_grid(low, spacing, size, reach)
        floor = np.exp(-0.5 * reach**2) / (self.tau * np.sqrt(2 * np.pi))
        known = q > 1e9 * floor
        out = np.log(np.where(known, q, 1.0))
        if np.all(known):
            return out, known
        tails = np.flatnonzero(~known)
        ends = np.flatnonzero(np.diff(tails, prepend=-2, append=size + 1) > 1)
        run_ends = np.union1d(tails[ends[:-1]], tails[ends[1:] - 1])
        picked = np.union1d(tails[:: max(1, tails.size // MOST_TAIL_POINTS)], run_ends)
        out[picked] = self.log_density(_points(low, spacing, size)[picked])
        support = np.union1d(np.flatnonzero(known), picked)
        between = np.setdiff1d(tails, picked, assume_unique=True)
        if between.size:
            out[between] = CubicSpline(support, out[support])(between)
        return out, known

    def log_density(self, x: Array) -> Array:
        """ln of the density at ``x``, shape (M,), summed over all centres in logarithms: slow, right in all tails."""
        out, log_masses = np.empty_like(x), np.log(self.masses)
        rows = max(1, BATCH // self.centres.size)
        for i in range(0, x.size, rows):
            terms = log_masses - 0.5 * ((x[i : i + rows, None] - self.centres) / self.tau) ** 2
            top = terms.max(axis=1)
            out[i : i + rows] = top + np.log(np.exp(terms - top[:, None]).sum(axis=1))
        return out - np.log(self.tau * np.sqrt(2 * np.pi))


def propagate_particles(
    law: MixtureLaw,
    model: Model,
    v: ArrayLike,
    sampler: Sampler,
    start: str,
    resolution: float,
    reach: float,
) -> Particles:
    """The sampler's output law, from trapezoid rules with ``resolution`` nodes per length of variation.

    Args:
        law: the law of X_0, for start="exact".
        model: a one-dimensional model.
        v: variances v_0 > ... > v_N > 0, shape (N+1,).
        sampler: a stochastic sampler.
        start: "noise" for N(0, v_0), "exact" for p_{v_0}.
        resolution: nodes per length of variation; 1.2 resolves an affine g
            to 11 digits, a strongly curved one needs 2 to 3.
        reach: where Gaussian tails are cut, in standard deviations (at most 37, float64's range).

    Raises:
        NotAvailable: a level would need more than ``MOST_NODES`` nodes.
    """
    levels = as_variances(v).tolist()
    first = law if not from_noise(start) else MixtureLaw(np.ones(1), np.zeros(1), np.zeros(1))
    spread = first.spread(levels[0])
    low, high = np.min(first.means - reach * spread), np.max(first.means + reach * spread)

    density: DensityOnGrid = partial(_start_on_grid, first, levels[0])
    scale = float(np.min(spread))
    for level, level_next in pairwise(levels):
        tau = float(sampler.noise_variance(level, level_next)) ** 0.5
        particles = _step(
            density, low, high, scale, tau, drift_of(model, sampler, level, level_next), resolution, reach
        )
        low = float(np.min(particles.centres)) - reach * tau
        high = float(np.max(particles.centres)) + reach * tau
        scale, density = tau, partial(particles.on_grid, reach=reach)
    return particles


def _start_on_grid(law: MixtureLaw, v: float, low: float, spacing: float, size: int) -> Array:
    return np.asarray(np.exp(law.log_density(_points(low, spacing, size), v)))


def _points(low: float, spacing: float, size: int) -> Array:
    return np.asarray(low + spacing * np.arange(size))


def _step(
    density: DensityOnGrid,
    low: float,
    high: float,
    scale: float,
    tau: float,
    drift: Drift,
    resolution: float,
    reach: float,
) -> Particles:
    """The trapezoid rule for one step, on a grid fine enough for the steepest g' where there is mass."""
    spacing = scale / resolution
    while True:
        size = int(np.ceil((high - low) / spacing)) + 1
        if size > MOST_NODES:
            raise NotAvailable(
                f"a level needs {size} nodes (noise {tau:.3g} over a range of {high - low:.3g}): "
                "the grid has too small a step for its noise"
            )
        nodes, q = _points(low, spacing, size), density(low, spacing, size)
        kept = np.flatnonzero(q > np.max(q) * np.exp(-0.5 * reach**2))
        nodes, q = nodes[kept[0] : kept[-1] + 1], q[kept[0] : kept[-1] + 1]
        low, high = float(nodes[0]), float(nodes[-1])
        ahead, slope = drift(nodes)
        steepest = float(np.max(np.abs(slope[q > 1e-20 * np.max(q)])))
        needed = 1 / (resolution * np.hypot(1 / scale, steepest / tau))
        if spacing <= needed * 1.0001:
            positive = q > 0
            return Particles(ahead[positive], q[positive] * spacing, tau)
        spacing = needed


def drift_of(model: Model, sampler: Sampler, v: float, v_next: float) -> Drift:
    """g and g' of one step of the sampler, at given nodes."""

    def at(nodes: Array) -> tuple[Array, Array]:
        y = torch.from_numpy(nodes)[:, None].requires_grad_()
        mean = sampler.mean(model, y, v, v_next)
        (slope,) = torch.autograd.grad(mean.sum(), y)
        return mean.detach().numpy()[:, 0], slope.numpy()[:, 0]

    return at

"""The density of a stochastic sampler's output in one dimension, where every step's mean is an increasing map.

A step carries the density along its map g and blurs it:

    r(g(y)) = q(y) / g'(y),      q'(y') = int r(y' + tau z) phi(z) dz,

the integral by the trapezoid rule in z. Both densities are kept as panels that are as wide as they are smooth, however
small the noise tau is, so that a step costs the same in a grid of many steps as in one of few. ``density`` has the way
that asks nothing of g, and resolves tau.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from numerics.mixture_quadrature import Array, MixtureLaw
from numerics.samplers.base import Model, Sampler
from numerics.samplers.clock import as_variances, from_noise
from numerics.terminal.density import Drift, drift_of
from numerics.terminal.panels import FINEST, NODES, LogPanels, NotSmooth, Sampled, fit

MOST_POINTS = 1 << 15  # of the trapezoid rule
SMOOTH = 2.0  # a panel this many times as wide as the noise follows all that the noise leaves
MASS = 30.0  # ln q this far below its maximum no longer sets the rule's spacing
POLYNOMIAL = 16  # what a value of ln q costs, in terms of an exponential
BATCH = 1 << 18  # numbers at once: the intermediate arrays should fit the cache


def propagate_panels(
    law: MixtureLaw,
    model: Model,
    v: ArrayLike,
    sampler: Sampler,
    start: str,
    resolution: float,
    reach: float,
) -> LogPanels:
    """ln of the density of the sampler's output; arguments as ``density.propagate_particles``.

    Raises:
        NotSmooth: a step's mean is not increasing or not smooth, or its noise is far wider than what it blurs.
    """
    levels = as_variances(v).tolist()
    first = law if not from_noise(start) else MixtureLaw(np.ones(1), np.zeros(1), np.zeros(1))
    spread, depth = first.spread(levels[0]), reach**2 / 2
    accuracy = max(FINEST, 2 * np.exp(-2 * np.pi**2 * resolution**2))  # what the trapezoid rule has
    ends = first.breakpoints(levels[:1], SMOOTH, reach)  # so that no narrow component is overlooked
    density = fit(lambda x: Sampled(x, first.log_density(x, levels[0])), ends, accuracy, depth, SMOOTH * np.min(spread))
    for level, level_next in pairwise(levels):
        tau = float(sampler.noise_variance(level, level_next)) ** 0.5
        carried = _carried(density, drift_of(model, sampler, level, level_next), accuracy, depth)
        density = _blurred(carried, tau, resolution, accuracy, reach)
    return density


def _carried(density: LogPanels, drift: Drift, accuracy: float, depth: float) -> LogPanels:
    """The law of g(Y), Y ~ density."""

    def sample(x: Array) -> Sampled:
        ahead, slope = drift(x.ravel())
        if not np.all(slope > 0):
            raise NotSmooth("a step's mean is not increasing")
        return Sampled(ahead.reshape(x.shape), density(x) - np.log(slope).reshape(x.shape))

    return fit(sample, density.ends, accuracy, depth)


def _blurred(density: LogPanels, tau: float, resolution: float, accuracy: float, reach: float) -> LogPanels:
    """The law of U + tau Z, U ~ density, its panels cut where it is exp(-reach^2/2) of its maximum."""
    heavy = density.peaks > density.peaks.max() - MASS
    bend, width = density.bends[heavy].max(), density.widths[heavy].min()
    # points per unit of z: a normal law of spread s under the kernel is resolved as the kernel is; 3 to a panel
    points = max(resolution * np.sqrt(1 + tau**2 * bend), 3 * tau / width)
    size = 2 * int(np.ceil(reach * points)) + 1
    if size > MOST_POINTS:
        raise NotSmooth(f"noise {tau:.3g} over a density that varies within {1 / np.sqrt(bend):.3g}")
    z = np.linspace(-reach, reach, size)
    spacing, log_weight = z[1] - z[0], np.log((z[1] - z[0]) / np.sqrt(2 * np.pi))
    low, *inner, high = density.ends
    shared = int((high - low) / (tau * spacing)) + size
    if shared > POLYNOMIAL * size:  # narrow noise: each point has its own nodes

        def log_terms(x: Array) -> Array:
            return density(x[:, None] + tau * z) + (log_weight - 0.5 * z**2)

    else:  # wide noise: all points have the same nodes, where the density is evaluated once
        size, nodes = shared, low - reach * tau + tau * spacing * np.arange(shared)
        log_masses = density(nodes) + log_weight

        def log_terms(x: Array) -> Array:
            return np.asarray(log_masses - 0.5 * ((x[:, None] - nodes) / tau) ** 2)

    rows = max(1, BATCH // size)

    def sample(x: Array) -> Sampled:
        flat, out = x.ravel(), np.empty(x.size)
        for i in range(0, x.size, rows):
            terms = log_terms(flat[i : i + rows])
            top = terms.max(axis=1, keepdims=True)
            out[i : i + rows] = top[:, 0] + np.log(np.exp(terms - top).sum(axis=1))
        return Sampled(x, out.reshape(x.shape))

    # every second end: a panel that is no longer needed goes, and what is needed is halved again
    ends = np.array([low - reach * tau, low, *inner[1::2], high, high + reach * tau])
    return fit(sample, ends, accuracy, reach**2 / 2, SMOOTH * tau).down_to(reach**2 / 2)


def output_nodes(density: LogPanels, resolution: float) -> Array:
    """Points between which a cubic spline of the density is right to about 1e-8 at ``resolution`` 2.4."""
    spacing = np.minimum(density.widths / (2 * len(NODES)), 1 / (48 * np.sqrt(np.maximum(density.bends, 1e-300))))
    parts = np.ceil(density.widths / spacing * resolution / 2.4).astype(np.int64)
    return np.concatenate([density.split(parts), density.ends[-1:]])

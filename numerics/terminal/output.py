"""The sampler's output law in one dimension, as a density to plot or to test samples against, and its KL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline

from numerics.enclosures import EPS, Enclosure
from numerics.mixture_quadrature import Array, MixtureLaw, gauss_panels
from numerics.samplers.base import Model, Sampler
from numerics.samplers.registry import get_sampler
from numerics.score_errors import LearnedScore, ScoreError
from numerics.targets.base import NotAvailable, Target
from numerics.terminal.density import Particles, propagate_particles
from numerics.terminal.panels import NotSmooth
from numerics.terminal.smooth import output_nodes, propagate_panels
from numerics.terminal.transport import Transport

TOLERANCE = 1e-10
MOST_REFINEMENTS = 5
UNSETTLED = 1e-2  # change of the last refinement, or share of the far tails, above which an unsettled KL is refused
CUT = 8.5  # standard deviations of p kept in the integral: 2e-17 of its mass lies beyond


@dataclass(frozen=True)
class OutputDensity:
    """The density of a sampler's output.

    Attributes:
        nodes: increasing points, shape (M,).
        density: the density there, shape (M,).
    """

    nodes: Array
    density: Array

    def cdf(self, x: ArrayLike) -> Array:
        """Distribution function at ``x``, from the cubic spline through the density."""
        integral = CubicSpline(self.nodes, self.density).antiderivative()
        points = np.clip(np.asarray(x, dtype=np.float64), self.nodes[0], self.nodes[-1])
        return np.asarray(np.clip(integral(points) / integral(self.nodes[-1]), 0.0, 1.0))


def propagate(
    target: Target,
    v: ArrayLike,
    sampler: str | Sampler,
    error: ScoreError | None = None,
    start: str = "noise",
    resolution: float = 2.4,
    reach: float = 10.0,
) -> OutputDensity:
    """The density of the sampler's output on a one-dimensional Gaussian or mixture target.

    Args:
        target, v, sampler, error, start: as :func:`numerics.terminal.terminal_kl`.
        resolution: nodes per length of variation of the density (stochastic samplers); 1.2 gives 1e-11 of its
            maximum where every step's mean is an increasing map, 1.5 rounding.
        reach: where Gaussian tails are cut, in standard deviations (stochastic samplers).

    Raises:
        NotAvailable, ValueError: as :func:`numerics.terminal.terminal_kl`.
    """
    law, method = MixtureLaw.of(target), get_sampler(sampler)
    model = target if error is None else LearnedScore(target, error)
    if not method.stochastic:
        transport = Transport.of(law, model, v, method, start)
        nodes, log_density = transport.log_output(gauss_panels(transport.integrate()[1])[0])
        return OutputDensity(nodes, np.asarray(np.exp(log_density)))
    try:
        panels = propagate_panels(law, model, v, method, start, resolution, reach)
    except NotSmooth:
        return _on_even_grid(propagate_particles(law, model, v, method, start, resolution, reach), resolution, reach)
    nodes = output_nodes(panels, resolution)
    return OutputDensity(nodes, np.asarray(np.exp(panels(nodes))))


def _on_even_grid(particles: Particles, resolution: float, reach: float) -> OutputDensity:
    low = float(np.min(particles.centres)) - reach * particles.tau
    high = float(np.max(particles.centres)) + reach * particles.tau
    size = int(np.ceil((high - low) * 2 * resolution / particles.tau)) + 1
    spacing = (high - low) / (size - 1)
    nodes = np.asarray(low + spacing * np.arange(size))
    return OutputDensity(nodes, particles.on_grid(low, spacing, size, reach))


def density_kl(law: MixtureLaw, model: Model, v: ArrayLike, sampler: Sampler, start: str) -> Enclosure:
    """KL(p_{v_N} || output law) in one dimension, its error from two resolutions, lost mass and rounding."""
    if not sampler.stochastic:
        return Transport.of(law, model, v, sampler, start).integrate()[0].intersect(0.0, np.inf)
    v_n, steps = float(np.asarray(v, dtype=np.float64)[-1]), len(np.ravel(v))
    resolution, reach = 1.2, 11.0
    value = gap = np.inf
    tail = 0.0
    for _ in range(MOST_REFINEMENTS):
        try:
            particles = propagate_particles(law, model, v, sampler, start, resolution, reach)
        except NotAvailable:
            if np.isinf(gap):
                raise
            break
        finer, rounding, tail = _kl(law, v_n, particles, resolution, reach)
        value, gap = finer, abs(finer - value)
        if gap <= TOLERANCE * max(1.0, value):
            break
        # the last reach is then at most 35.5; float64 holds Gaussian tails up to 37 standard deviations
        resolution, reach = 1.3 * resolution, reach * 1.34 if tail > TOLERANCE else reach + 1
    if gap > TOLERANCE * max(1.0, value):
        # not settled: the distance of the last two is no bound. Where it is large, or the value comes from tails that
        # are interpolated in logarithms, nothing is known
        if max(gap, tail) > UNSETTLED * value:
            raise NotAvailable(f"the output KL, about {value:.3g} nats, comes from tails too far out to be computed")
        gap *= 10.0
    return Enclosure.of(value, gap + rounding * (steps + 32)).intersect(0.0, np.inf)


def _kl(law: MixtureLaw, v: float, particles: Particles, resolution: float, reach: float) -> tuple[float, float, float]:
    """KL(p_v || particles) by the trapezoid rule; lost mass plus rounding; what the far tails contributed."""
    spread = law.spread(v)
    low, high = np.min(law.means - CUT * spread), np.max(law.means + CUT * spread)
    size = int(np.ceil((high - low) * 2 * resolution / min(particles.tau, float(np.min(spread))))) + 1
    spacing = float(high - low) / (size - 1)
    log_p = law.log_density(low + spacing * np.arange(size), v)
    log_q, known = particles.log_on_grid(float(low), spacing, size, reach)
    weight = spacing * np.exp(log_p)
    terms = weight * (log_p - log_q)
    rounding = EPS * float(np.sum(weight * (np.abs(log_p) + np.abs(log_q))))
    lost = abs(1.0 - float(np.sum(particles.masses)))
    return float(np.sum(terms)), lost + rounding, float(np.sum(np.abs(terms[~known])))

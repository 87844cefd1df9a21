"""P(output <= x) of a sampler, from the law that is propagated step by step: what a real run must reproduce."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from numerics.enclosures import EPS, Enclosure, EnclosureLike, as_enclosure
from numerics.gaussian_directions import is_affine
from numerics.mixture_quadrature import MixtureLaw
from numerics.runs.run import Run
from numerics.samplers import get_sampler
from numerics.score_errors import LearnedScore
from numerics.targets.base import NotAvailable
from numerics.terminal import gaussian_output, propagate
from numerics.terminal.transport import Transport

FloatArray = NDArray[np.float64]

RESOLUTIONS = (1.7, 2.4)  # nodes per length of variation; the two results' distance states the error
ROUNDS, BRACKETS = 10, 64  # a preimage is bracketed to the span of the starts over BRACKETS^ROUNDS


def output_cdf(run: Run, x: EnclosureLike) -> Enclosure:
    """P(output <= x), shaped as ``x``, without running anything.

    Raises:
        NotAvailable: no output law is known (see ``numerics.terminal``).
    """
    points = as_enclosure(x)
    if is_affine(run.target, run.error):
        out = gaussian_output(run.target, run.v, run.sampler, run.error, run.start)
        z = (points - out.mean[0]) / out.variance[0].sqrt()
        return Enclosure.of(ndtr(z.value), 0.4 * z.radius + 4 * EPS)
    if np.any(points.radius):
        raise NotAvailable("the output law of a mixture is computed at exact points only")
    at = np.ravel(points.value)
    found = _by_density(run, at) if get_sampler(run.sampler).stochastic else _by_transport(run, at)
    return found.reshape(*points.shape)


def _by_density(run: Run, x: FloatArray) -> Enclosure:
    rough, fine = (
        propagate(run.target, run.v, run.sampler, run.error, run.start, resolution).cdf(x) for resolution in RESOLUTIONS
    )
    return Enclosure.of(fine, 2 * np.abs(fine - rough) + 1e-12)


def _by_transport(run: Run, x: FloatArray) -> Enclosure:
    """The start's law below the preimage of x under the increasing map of a deterministic sampler."""
    law = MixtureLaw.of(run.target)
    model = run.target if run.error is None else LearnedScore(run.target, run.error)
    transport = Transport.of(law, model, run.v, get_sampler(run.sampler), run.start)
    ends = transport.support()
    return Enclosure.interval(*np.array([_below(transport, float(one), ends) for one in x]).T)


def _below(transport: Transport, x: float, ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    for _ in range(ROUNDS):
        starts = np.linspace(low, high, BRACKETS + 1)
        image = transport.image(starts)[0]
        if image[0] > x or image[-1] < x:
            raise NotAvailable(f"x = {x:g} lies outside all but about 1e-18 of the outputs")
        place = min(int(np.searchsorted(image, x)), BRACKETS) or 1
        low, high = float(starts[place - 1]), float(starts[place])
    start, v = transport.start, transport.levels[0]
    share = [float(start.weights @ ndtr((edge - start.means) / start.spread(v))) for edge in (low, high)]
    return share[0] - 1e-12, share[1] + 1e-12

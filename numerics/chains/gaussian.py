"""Path-space KL of a sampler on Gaussian data: KL between two Gaussian vectors (X_{v_0}, ..., X_{v_N}).

Per eigendirection with variance ``lambda`` and mean m the exact reverse process has Cov(X_u, X_w) = lambda +
min(u, w); the sampler's chain is Y_{k+1} = A_k Y_k + B_k + sqrt(Q_k) Z, its coefficients taken from the
sampler's own step. The float64 version adds up KL divergences of conditional laws, the ball version takes
traces and determinants of the joint covariance matrices: two independent routes from one definition.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from flint import arb, arb_mat, ctx
from numpy.typing import ArrayLike

from numerics.enclosures import Enclosure
from numerics.gaussian_directions import Direction, as_ball, direction_balls, directions
from numerics.samplers.base import Sampler
from numerics.samplers.clock import as_variances, from_noise
from numerics.score_errors import LinearError
from numerics.targets import Gaussian

MOST_BITS = 1 << 15


def path_kl_gaussian(target: Gaussian, v: ArrayLike, sampler: Sampler, error: LinearError, start: str) -> Enclosure:
    """KL of the joint laws by the chain rule, in float64; arguments as :func:`numerics.chains.path_kl`."""
    levels = as_variances(v)
    direction = directions(target, error).column()
    total = direction.variance + levels
    level, level_next = Enclosure.of(levels[:-1]), Enclosure.of(levels[1:])
    step = sampler.affine(direction.model(error), level, level_next)
    # X_{v'} given X_v = x is N(m + slope (x - m), gap slope) with slope = (lambda + v')/(lambda + v)
    slope = total[:, 1:] / total[:, :-1]
    ratio = (level - level_next) * slope / step.variance
    drift = step.slope - slope
    miss = direction.mean * step.slope + step.offset - direction.mean
    kl = (ratio - 1.0 - ratio.log() + (drift * drift * total[:, :-1] + miss * miss) / step.variance).sum()
    if from_noise(start):
        ratio = total[:, :1] / levels[0]
        kl = kl + (ratio - 1.0 - ratio.log() + direction.mean * direction.mean / levels[0]).sum()
    return (kl * 0.5).intersect(0.0, np.inf)


def path_kl_gaussian_ball(
    target: Gaussian, v: ArrayLike, sampler: Sampler, error: LinearError, start: str, accuracy: int
) -> arb:
    """KL of the joint laws by trace and log-determinant, its radius at most 2^-accuracy (1 + |KL|)."""
    levels = as_variances(v).tolist()
    counted = direction_balls(target, error)
    precision = accuracy + 64
    while precision <= MOST_BITS:
        with ctx.workprec(precision):
            kl = arb(0)
            try:
                for numbers, count in counted.items():
                    kl += count * _direction_kl(as_ball(numbers), levels, sampler, error, start)
            except ZeroDivisionError:  # a pivot that the balls cannot tell from 0
                kl = arb("nan")
            if kl.is_finite() and kl.rad() < arb(2) ** -accuracy * (1 + abs(kl.mid())):
                return kl
        precision *= 2
    raise ArithmeticError(f"the path KL of {target.label} needs more than {MOST_BITS} bits")


def _direction_kl(direction: Direction, levels: list[float], sampler: Sampler, error: LinearError, start: str) -> arb:
    exact = arb_mat([[direction.variance + min(u, w) for w in levels] for u in levels])
    means, chain = _chain_law(direction, levels, sampler, error, start)
    gap = arb_mat([[m - direction.mean] for m in means])
    distance = (gap.transpose() * chain.solve(gap))[0, 0]
    log_volume = chain.det().log() - exact.det().log()
    return (chain.solve(exact).trace() - len(levels) + distance + log_volume) / 2


def _chain_law(
    direction: Direction, levels: list[float], sampler: Sampler, error: LinearError, start: str
) -> tuple[list[arb], arb_mat]:
    """Means and joint covariance of the sampler's chain at all grid points."""
    model = direction.model(error)
    means = [direction.mean if not from_noise(start) else arb(0)]
    rows = [[levels[0] + (direction.variance if not from_noise(start) else arb(0))]]
    for v, v_next in pairwise(levels):
        slope, offset, variance = sampler.affine(model, arb(v), arb(v_next))
        means.append(means[-1] * slope + offset)
        row = [entry * slope for entry in rows[-1]]
        rows.append([*row, row[-1] * slope + variance])
    size = len(rows)
    return means, arb_mat([[rows[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)])

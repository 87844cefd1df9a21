"""Where a sampler ends on Gaussian data: mean and variance along each eigendirection, by its own recursion.

A step on an affine score is affine, so Gaussian laws stay Gaussian: m' = A m + B, V' = A^2 V + Q with A, B, Q
taken from the sampler's step itself (no closed form of the product is used).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from flint import arb, ctx
from numpy.typing import ArrayLike

from numerics.enclosures import Enclosure
from numerics.gaussian_directions import (
    Direction,
    as_ball,
    direction_balls,
    directions,
    require_affine,
)
from numerics.samplers.base import Sampler
from numerics.samplers.clock import as_variances, from_noise
from numerics.samplers.registry import get_sampler
from numerics.score_errors import LinearError, ScoreError
from numerics.targets.base import Target


class GaussianOutput(NamedTuple):
    """The sampler's law and p_{v_N} along each eigendirection.

    Directions come in the order of the coordinates for an axis-aligned covariance, else of the eigenvectors.

    Attributes:
        mean, variance: of the sampler's output, shape (d,).
        exact_mean, exact_variance: of X_{v_N}, shape (d,).
    """

    mean: Any
    variance: Any
    exact_mean: Any
    exact_variance: Any

    def kl(self) -> Any:
        """KL(p_{v_N} || law of the output), nats, one number a direction."""
        ratio = self.exact_variance / self.variance
        miss = self.mean - self.exact_mean
        return (ratio - 1.0 - ratio.log() + miss * miss / self.variance) * 0.5


def gaussian_output(
    target: Target,
    v: ArrayLike,
    sampler: str | Sampler,
    error: ScoreError | None = None,
    start: str = "noise",
) -> GaussianOutput:
    """Mean and variance of the sampler's output in float64, enclosures of shape (d,).

    Args:
        target: a Gaussian of any dimension.
        v: variances v_0 > ... > v_N > 0, shape (N+1,).
        sampler: any sampler.
        error: None (exact score) or a ``LinearError``.
        start: "noise" for N(0, v_0 I), "exact" for p_{v_0}.

    Raises:
        NotAvailable: the target is not Gaussian or the error is not linear.
        ValueError: ``v`` is not a grid.
    """
    gaussian, linear = require_affine(target, error)
    levels = [Enclosure.of(level) for level in as_variances(v)]
    return _output(directions(gaussian, linear), levels, get_sampler(sampler), linear, start)


def gaussian_output_ball(
    target: Target,
    v: ArrayLike,
    sampler: str | Sampler,
    error: ScoreError | None = None,
    start: str = "noise",
) -> list[GaussianOutput]:
    """The same in ball arithmetic at the present precision, one output for each direction (d in all).

    Raises:
        NotAvailable: as :func:`gaussian_output`, or the eigenvectors are known in floating point only.
    """
    gaussian, linear = require_affine(target, error)
    levels = [arb(level) for level in as_variances(v).tolist()]
    method, counted = get_sampler(sampler), direction_balls(gaussian, linear)
    return [_output(as_ball(numbers), levels, method, linear, start) for numbers in counted.elements()]


def gaussian_kl_ball(
    target: Target,
    v: ArrayLike,
    sampler: str | Sampler,
    error: ScoreError | None,
    start: str,
    accuracy: int,
) -> arb:
    """Terminal KL, proved to radius 2^-accuracy (1 + |KL|); arguments as :func:`gaussian_output`."""
    gaussian, linear = require_affine(target, error)
    levels, method = as_variances(v).tolist(), get_sampler(sampler)
    precision = accuracy + 64
    while precision <= 1 << 15:
        with ctx.workprec(precision):
            balls = [arb(level) for level in levels]
            kl = arb(0)
            for numbers, count in direction_balls(gaussian, linear).items():
                kl += count * _output(as_ball(numbers), balls, method, linear, start).kl()
            if kl.is_finite() and kl.rad() < arb(2) ** -accuracy * (1 + abs(kl.mid())):
                return kl
        precision *= 2
    raise ArithmeticError(f"the terminal KL of {target.label} needs more than {1 << 15} bits")


def gaussian_kl(
    target: Target, v: ArrayLike, sampler: str | Sampler, error: ScoreError | None, start: str
) -> Enclosure:
    """Terminal KL in float64; arguments as :func:`gaussian_output`."""
    kl: Enclosure = gaussian_output(target, v, sampler, error, start).kl().sum()
    return kl.intersect(0.0, np.inf)


def _output(
    direction: Direction, levels: list[Any], sampler: Sampler, error: LinearError, start: str
) -> GaussianOutput:
    model = direction.model(error)
    if not from_noise(start):
        mean, variance = direction.mean, direction.variance + levels[0]
    else:
        mean, variance = direction.mean * 0.0, direction.variance * 0.0 + levels[0]
    for v, v_next in pairwise(levels):
        slope, offset, noise = sampler.affine(model, v, v_next)
        mean = mean * slope + offset
        variance = variance * (slope * slope) + noise
    return GaussianOutput(mean, variance, direction.mean, direction.variance + levels[-1])

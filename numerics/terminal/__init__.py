"""The terminal KL: KL(p_{v_N} || law of the sampler's output), and that output law itself."""

from __future__ import annotations

from flint import arb, ctx
from numpy.typing import ArrayLike

from numerics.enclosures import Enclosure
from numerics.gaussian_directions import is_affine
from numerics.mixture_quadrature import MixtureLaw
from numerics.samplers.base import Sampler
from numerics.samplers.registry import get_sampler
from numerics.score_errors import LearnedScore, ScoreError
from numerics.targets.base import Target
from numerics.terminal.gaussian import (
    GaussianOutput,
    gaussian_kl,
    gaussian_kl_ball,
    gaussian_output,
    gaussian_output_ball,
)
from numerics.terminal.output import OutputDensity, density_kl, propagate

__all__ = [
    "GaussianOutput",
    "OutputDensity",
    "gaussian_output",
    "gaussian_output_ball",
    "propagate",
    "terminal_kl",
    "terminal_kl_ball",
]


def terminal_kl(
    target: Target,
    v: ArrayLike,
    sampler: str | Sampler,
    error: ScoreError | None = None,
    start: str = "noise",
) -> Enclosure:
    """KL(p_{v_N} || law of the sampler's output), nats.

    Args:
        target: Gaussian of any dimension (with no error or a ``LinearError``), or a one-dimensional mixture.
        v: variances v_0 > ... > v_N > 0, shape (N+1,).
        sampler: any sampler.
        error: the score error; None is the exact score.
        start: "noise" for N(0, v_0 I), "exact" for p_{v_0}.

    Raises:
        NotAvailable: the target has no density that is known here; a deterministic sampler's map is not
            increasing; or a step is too small for the density grid.
        ValueError: ``v`` is not a grid.
    """
    if is_affine(target, error):
        return gaussian_kl(target, v, sampler, error, start)
    model = target if error is None else LearnedScore(target, error)
    return density_kl(MixtureLaw.of(target), model, v, get_sampler(sampler), start)


def terminal_kl_ball(
    target: Target,
    v: ArrayLike,
    sampler: str | Sampler,
    error: ScoreError | None = None,
    start: str = "noise",
    accuracy: int | None = None,
) -> arb:
    """``terminal_kl`` for Gaussian targets as a proved ball, the entries of ``v`` taken as exact numbers.

    The radius is at most 2^-accuracy (1 + |value|), ``accuracy`` being ``flint.ctx.prec`` if not given.

    Raises:
        NotAvailable: the target is not Gaussian or the error is not linear.
    """
    return gaussian_kl_ball(target, v, sampler, error, start, accuracy or ctx.prec)

"""KL_path measured from its definition: the KL of the joint laws, at the grid points, of two Markov chains.

The first chain is the exact reverse process (X_{v_N} ~ p_{v_N}, forward Brownian increments), the second is
the sampler (started from N(0, v_0 I) or from p_{v_0}, with its Gaussian transitions). None of the budget
formulas E_I, E_S, E_D is used, so that they can be tested against it.
"""

from __future__ import annotations

from flint import arb, ctx
from numpy.typing import ArrayLike

from numerics.chains.gaussian import path_kl_gaussian, path_kl_gaussian_ball
from numerics.chains.mixture import path_kl_mixture
from numerics.enclosures import Enclosure
from numerics.gaussian_directions import is_affine, require_affine
from numerics.mixture_quadrature import MixtureLaw
from numerics.samplers.base import Sampler
from numerics.samplers.registry import get_sampler
from numerics.score_errors import LearnedScore, ScoreError
from numerics.targets.base import NotAvailable, Target

__all__ = ["path_kl", "path_kl_ball"]


def path_kl(
    target: Target,
    v: ArrayLike,
    sampler: str | Sampler,
    error: ScoreError | None = None,
    start: str = "noise",
) -> Enclosure:
    """KL(exact reverse chain || sampler chain), nats.

    Args:
        target: Gaussian of any dimension (with no error or a ``LinearError``), or a one-dimensional mixture.
        v: variances v_0 > ... > v_N > 0, shape (N+1,).
        sampler: a stochastic sampler.
        error: the score error; None is the exact score.
        start: "noise" for N(0, v_0 I), "exact" for p_{v_0}.

    Raises:
        NotAvailable: the sampler is deterministic, or the target has no density that this module knows.
        ValueError: ``v`` is not a grid.
    """
    method = _stochastic(sampler)
    if is_affine(target, error):
        gaussian, linear = require_affine(target, error)
        return path_kl_gaussian(gaussian, v, method, linear, start)
    model = target if error is None else LearnedScore(target, error)
    return path_kl_mixture(MixtureLaw.of(target), model, v, method, start)


def path_kl_ball(
    target: Target,
    v: ArrayLike,
    sampler: str | Sampler,
    error: ScoreError | None = None,
    start: str = "noise",
    accuracy: int | None = None,
) -> arb:
    """``path_kl`` for Gaussian targets as a proved ball, the entries of ``v`` taken as exact numbers.

    The radius is at most 2^-accuracy (1 + |value|), ``accuracy`` being ``flint.ctx.prec`` if not given.

    Raises:
        NotAvailable: as ``path_kl``, and for targets that are not Gaussian or errors that are not linear.
    """
    method = _stochastic(sampler)
    gaussian, linear = require_affine(target, error)
    return path_kl_gaussian_ball(gaussian, v, method, linear, start, accuracy or ctx.prec)


def _stochastic(sampler: str | Sampler) -> Sampler:
    method = get_sampler(sampler)
    if not method.stochastic:
        raise NotAvailable(f"{method.name} adds no noise, so its path law is singular to the reverse process")
    return method

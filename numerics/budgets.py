"""The exact path-KL budget of a sampler on a grid.

For the score and the denoiser sampler, started from N(0, v_0 I),

    KL_path = E_I + E_S + E_D,    E_I = KL(p_{v_0} || N(0, v_0 I)),

    score:     E_S = 1/2 sum Delta_k eps2_k,
               E_D = H(v_0) - H(v_N) - 1/2 sum Delta_k J(v_k)
    denoiser:  E_S = 1/2 sum (gamma_{k+1} - gamma_k) E||D_theta - D*||^2,
               E_D = 1/2 sum (gamma_{k+1} - gamma_k) mmse(v_k) - [I(v_N) - I(v_0)],
               I(v) = H(v) - (d/2) ln(2 pi e v), the mutual information of X_0 and X_v.

That these are the divergences of the path laws is a claim (``budget.score``, ``budget.denoiser``), tested against
``numerics.chains``. The formulas are written once, for enclosures and for balls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
from numpy.typing import ArrayLike

from numerics.enclosures import Enclosure
from numerics.score_errors import LearnedScore, ScoreError
from numerics.targets.base import NotAvailable, Target
from numerics.targets.loss_curve import LossCurve
from numerics.terminal import terminal_kl

PATH_SAMPLERS = ("score", "denoiser")


@dataclass(frozen=True)
class Budget:
    """The parts of a sampler's error, in nats; a part that cannot be had is None with its reason."""

    E_I: Enclosure | None
    E_D: Enclosure | None
    E_S: Enclosure | None
    KL_path: Enclosure | None
    KL: Enclosure | None
    reasons: dict[str, str]


def budget(target: Target, v: ArrayLike, sampler: str = "score", error: ScoreError | None = None) -> Budget:
    """All parts for one grid of variances ``v``, shape (N+1,), strictly decreasing.

    Parts without a value carry the reason: the ode and heun samplers have no path KL, since a deterministic
    path law is singular; the output KL needs Gaussian data or one dimension.

    Args:
        target: the data.
        v: variances v_0 > ... > v_N > 0, shape (N+1,).
        sampler: score, denoiser, ode or heun.
        error: of the learned score; None is the exact score.
    """
    reasons: dict[str, str] = {}

    def attempt(name: str, make: Callable[[], Enclosure]) -> Enclosure | None:
        try:
            return make()
        except NotAvailable as why:
            reasons[name] = str(why)
            return None

    e_i = attempt("E_I", lambda: initial_error(target, v))
    e_d = attempt("E_D", lambda: discretisation_error(target, v, sampler))
    e_s = attempt("E_S", lambda: score_error(target, v, sampler, error))
    path = e_i + e_s + e_d if e_i is not None and e_s is not None and e_d is not None else None
    if path is None:
        reasons["KL_path"] = next(iter(reasons.values()))
    kl = attempt("KL", lambda: terminal_kl(target, np.asarray(v, float), sampler, error))
    return Budget(e_i, e_d, e_s, path, kl, reasons)


def initial_error(target: Target, v: ArrayLike) -> Enclosure:
    """E_I, scalar."""
    return target.measure("KLn", float(np.asarray(v)[0]))


def score_error(target: Target, v: ArrayLike, sampler: str, error: ScoreError | None) -> Enclosure:
    """E_S, scalar; 0 without a score error.

    Raises:
        NotAvailable: no path KL for the sampler, or a loss curve, which holds the model's error within the loss.
    """
    _require_path(sampler)
    if isinstance(target, LossCurve):
        raise NotAvailable(
            f"{target.label} is a loss curve: it gives E_S + E_D up to a constant that all grids with the same ends "
            "share; scoreproof schedule rank compares them"
        )
    if error is None:
        return Enclosure.of(0.0)
    grid = np.asarray(v, float)
    return _error_sum(Enclosure.of(grid), LearnedScore(target, error).eps2(grid[:-1]), sampler).sum()


def discretisation_error(target: Target, v: ArrayLike, sampler: str) -> Enclosure:
    """E_D, scalar."""
    _require_path(sampler)
    if isinstance(target, LossCurve):
        return score_error(target, v, sampler, None)  # which says why not
    grid = np.asarray(v, float)
    ends = target.measure("H", grid[[0, -1]])
    level = Enclosure.of(grid)
    if sampler == "score":
        return ends[0] - ends[1] - ((level[:-1] - level[1:]) * target.measure("J", grid[:-1])).sum() / 2.0
    rise = (1.0 / level[1:] - 1.0 / level[:-1]) * target.measure("mmse", grid[:-1])
    gained = ends[1] - ends[0] + target.d / 2 * (level[0] / level[-1]).log()
    return rise.sum() / 2.0 - gained


def score_error_ball(target: Target, v: list[Any], sampler: str, error: ScoreError | None) -> Any:
    """E_S in ball arithmetic, ``v`` a list of balls."""
    _require_path(sampler)
    if error is None:
        return flint.arb(0)
    model = LearnedScore(target, error)
    return sum(_step_error(v[k], v[k + 1], model.eps2_ball(v[k]), sampler) for k in range(len(v) - 1))


def discretisation_error_ball(target: Target, v: list[Any], sampler: str) -> Any:
    """E_D in ball arithmetic, ``v`` a list of balls."""
    _require_path(sampler)
    first, last = target.ball("H", v[0]), target.ball("H", v[-1])
    steps = range(len(v) - 1)
    if sampler == "score":
        return first - last - sum((v[k] - v[k + 1]) * target.ball("J", v[k]) for k in steps) / 2
    rise = sum((1 / v[k + 1] - 1 / v[k]) * target.ball("mmse", v[k]) for k in steps) / 2
    return rise - (last - first + (v[0] / v[-1]).log() * target.d / 2)


def _error_sum(level: Enclosure, eps2: Enclosure, sampler: str) -> Enclosure:
    return _step_error(level[:-1], level[1:], eps2, sampler)


def _step_error(v: Any, v_next: Any, eps2: Any, sampler: str) -> Any:
    """One step's share of E_S; the denoiser's error energy is v^2 eps2."""
    width = (v - v_next) if sampler == "score" else (v - v_next) * v / v_next
    return width * eps2 / 2


def _require_path(sampler: str) -> None:
    if sampler not in PATH_SAMPLERS:
        raise NotAvailable(
            f"no path KL is known for the {sampler} sampler (a deterministic path law is singular); "
            f"use score or denoiser"
        )

"""Gaussian data with linear scores, over whole maps of data variances and score errors at once.

Along a direction of variance lambda, with a = lambda + v, the learned score is (1 + e) times the true one, -x/a; e is
the miss. Then loss = (lambda + v e^2)/a, hence the path KL of ``paths``, and the output variance follows by the
sampler's own recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from numerics.enclosures import EPS, TINY, Enclosure, EnclosureLike, as_enclosure
from numerics.regimes.paths import step_weights
from numerics.samplers import get_sampler
from numerics.samplers.affine import AffineModel

Miss = Callable[[Enclosure, float], Enclosure]  # of lambda and v: e, with the shape of the map


class Misses:
    """Ways in which a linear score misses the true one; parameters broadcast against the map of variances."""

    @staticmethod
    def uniform(excess: ArrayLike, above: bool = True) -> Miss:
        """The same v eps2 = ``excess`` in each direction at every level; too steep (``above``) or too flat."""
        size = Enclosure.rounded(np.sqrt(np.asarray(excess, dtype=np.float64))) * (1.0 if above else -1.0)
        return lambda lam, v: (lam / v + 1.0).sqrt() * size

    @staticmethod
    def proportional(a: ArrayLike) -> Miss:
        """s = (1 + a) grad log p_v."""
        return lambda lam, v: Enclosure.of(a) + lam * 0.0

    @staticmethod
    def trained(steps: ArrayLike, v_0: float, largest: EnclosureLike) -> Miss:
        """Gradient descent from 0 on E||W X_v + xi/sqrt(v)||^2, one W a level, with one step size for all of them.

        W = W* + (W_0 - W*)(1 - 2 eta a)^K with eta = 1/(2 (largest + v_0)): the miss is -(1 - a/(largest + v_0))^K.

        Args:
            steps: K >= 0, real numbers allowed.
            v_0: the largest noise level.
            largest: the data's largest variance, shaped as the map.
        """
        top = as_enclosure(largest) + v_0

        def miss(lam: Enclosure, v: float) -> Enclosure:
            rate = ((top - lam) - v) / top
            # (1 - x)^K as exp(K ln(1 - x)); a rate that may be 0 has its whole range
            low, high = np.maximum(rate.lower, 0.0), np.maximum(rate.upper, 0.0)
            power = np.asarray(steps, dtype=np.float64)
            with np.errstate(under="ignore"):
                least, most = np.power(low, power), np.power(high, power)
            # powers of numbers in [0, 1] are off by a few units times the logarithm of the result
            rounding = 8 * EPS * most * (1 + np.abs(np.log(np.maximum(most, TINY))))
            return -Enclosure.interval(least, most).widened(rounding)

        return miss


def path_cost_of(variances: ArrayLike, v: ArrayLike, miss: Miss, sampler: str = "score") -> Enclosure:
    """The path cost of every cell of a map, nats, see ``paths.path_cost``.

    Args:
        variances: lambda of each direction, shape (..., d); sums over the last axis.
        v: variances of the noise, shape (N+1,).
        miss: e, broadcast against ``variances``.
        sampler: "score" or "denoiser".

    Raises:
        NotAvailable: the sampler has no path KL.
    """
    lam, levels = Enclosure.of(variances), np.asarray(v, dtype=np.float64)
    weights = step_weights(levels, sampler)
    total = Enclosure.of(0.0)
    for k, level in enumerate(levels[:-1].tolist()):
        e, a = miss(lam, level), lam + level
        # loss - 1 = v (e^2 - 1)/a, which loses no digits
        loss = (e * e - 1.0) * level / a if sampler == "score" else (lam + e * e * level) / a
        total = total + weights[k] * loss
    return total.sum(axis=-1) * 0.5


def output_kl(variances: ArrayLike, v: ArrayLike, miss: Miss, sampler: str, start: str = "noise") -> Enclosure:
    """KL(p_{v_N} || law of the sampler's output) of every cell, nats.

    Args:
        variances, v, miss: as :func:`path_cost_of`.
        sampler: any sampler whose step is affine on an affine score: score, denoiser, ode, heun.
        start: "noise" for N(0, v_0 I), "exact" for p_{v_0}.
    """
    lam, levels, method = Enclosure.of(variances), np.asarray(v, dtype=np.float64).tolist(), get_sampler(sampler)

    def slope(level: Any) -> Enclosure:
        number = float(level.value) if isinstance(level, Enclosure) else float(level)
        return -(1.0 + miss(lam, number)) / (lam + number)

    model = AffineModel(slope, lambda level: 0.0)
    variance = lam * 0.0 + levels[0] + (lam if start == "exact" else 0.0)
    for level, after in pairwise(levels):
        step = method.affine(model, Enclosure.of(level), Enclosure.of(after))
        variance = step.slope * step.slope * variance + step.variance
    ratio = (lam + levels[-1]) / variance
    return ((ratio - 1.0 - ratio.log()) * 0.5).sum(axis=-1).intersect(0.0, np.inf)

"""Weights beta_k of the noise levels, and the largest and smallest Delta_k/(v_k beta_k) of a grid, as enclosures.

Delta_k/(v_k beta_k) is how much of the level's weighted excess loss goes into the score part of the path KL,
E_S = 1/2 sum_k (Delta_k/v_k) excess_k.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
from flint import arb

from numerics.enclosures import EPS, Enclosure
from numerics.training.weightings import P_MEAN, P_STD, SIGMA_DATA, WEIGHTINGS, weights


def level_weights(name: str, v: tuple[float, ...]) -> Enclosure:
    """beta at each noise level of variance v, shape (len(v),).

    Raises:
        ValueError: there is no weighting of that name.
    """
    sigma = np.sqrt(np.asarray(v, dtype=float))
    value = np.asarray(weights(name, sigma))
    exponent = ((np.log(sigma) - P_MEAN) / P_STD) ** 2 if name == "edm" else np.zeros_like(sigma)
    return Enclosure.of(value, 32 * EPS * (1 + exponent) * value)


def level_weights_ball(name: str, v: list[arb]) -> list[arb]:
    """The same as balls.

    Raises:
        ValueError: there is no weighting of that name.
    """
    return [_ball(name, level.sqrt()) for level in v]


def _ball(name: str, sigma: arb) -> arb:
    match name:
        case "uniform":
            return arb(1)
        case "1/sigma":
            return 1 / sigma
        case "1/sigma2":
            return 1 / sigma**2
        case "edm":
            data = arb(SIGMA_DATA) ** 2
            bell = (-(((sigma.log() - arb(P_MEAN)) / arb(P_STD)) ** 2) / 2).exp()
            return bell * (sigma**2 + data) / (sigma * data)
    raise ValueError(f"there is no weighting {name!r}; there are {', '.join(WEIGHTINGS)}")


def extreme_weights(name: str, v: tuple[float, ...]) -> tuple[Enclosure, Enclosure]:
    """The smallest and the largest Delta_k/(v_k beta_k), k < N, of a grid of N + 1 levels."""
    level = Enclosure.of(np.asarray(v, dtype=float))
    share = (level[:-1] - level[1:]) / (level[:-1] * level_weights(name, v)[:-1])
    low, high = share.lower, share.upper
    return Enclosure.interval(low.min(), high.min()), Enclosure.interval(low.max(), high.max())


def extreme_weights_ball(name: str, v: list[arb]) -> tuple[arb, arb]:
    """The same as balls."""
    beta = level_weights_ball(name, v)
    shares = [(v[k] - v[k + 1]) / (v[k] * beta[k]) for k in range(len(v) - 1)]
    return reduce(arb.min, shares), reduce(arb.max, shares)

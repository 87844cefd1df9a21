"""Path-space KL of a sampler on one-dimensional mixtures, from the definition, by two-dimensional quadrature.

The chain rule splits the KL of the joint laws into the start and one term a step from v to v' < v,

    E log [ p_{v'}(X') N(X; X', v - v') / (p_v(X) N(X'; g(X), tau^2)) ], X' ~ p_{v'}, X = X' + sqrt(v - v') z,

the ratio of the exact reverse transition (by Bayes) to the sampler's N(g(x), tau^2). x' runs over panels of
Gauss-Legendre nodes graded to the components, z over the trapezoid rule, which converges geometrically for
Gaussian weights.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike

from numerics.enclosures import Enclosure
from numerics.mixture_quadrature import Array, MixtureLaw, refined
from numerics.samplers.base import Model, Sampler
from numerics.samplers.clock import as_variances, from_noise


def path_kl_mixture(law: MixtureLaw, model: Model, v: ArrayLike, sampler: Sampler, start: str) -> Enclosure:
    """KL of the joint laws, with the difference of two resolutions (plus rounding) as its error."""
    levels = as_variances(v).tolist()
    kl = start_kl(law, levels[0]) if from_noise(start) else Enclosure.of(0.0)
    for level, level_next in pairwise(levels):
        kl = kl + transition_kl(law, model, level, level_next, sampler)
    return kl.intersect(0.0, np.inf)


def start_kl(law: MixtureLaw, v: float) -> Enclosure:
    """KL(p_v || N(0, v))."""

    def integral(width: float, reach: float) -> tuple[float, float]:
        x, w = law.nodes(v, width=width, reach=reach)
        log_p = law.log_density(x, v)
        log_q = -0.5 * x**2 / v - 0.5 * np.log(2 * np.pi * v)
        weight = w * np.exp(log_p)
        return float(np.sum(weight * (log_p - log_q))), float(np.sum(weight * (np.abs(log_p) + np.abs(log_q))))

    return refined(integral)


def transition_kl(law: MixtureLaw, model: Model, v: float, v_next: float, sampler: Sampler) -> Enclosure:
    """E KL(X_{v'} | X_v || one step of the sampler from X_v), X_v ~ p_v."""
    gap, variance = v - v_next, float(sampler.noise_variance(v, v_next))

    def integral(width: float, reach: float) -> tuple[float, float]:
        ahead, w = law.nodes(v, v_next, width=width, reach=reach)
        z = np.linspace(-reach, reach, 2 * int(np.ceil(5 * reach / width)) + 1)
        x = ahead[:, None] + np.sqrt(gap) * z
        miss = ahead[:, None] - _mean(model, x, v, v_next, sampler)
        log_ahead, log_p = law.log_density(ahead, v_next)[:, None], law.log_density(x, v)
        quadratic = 0.5 * miss**2 / variance - 0.5 * z**2
        log_ratio = log_ahead - log_p + 0.5 * np.log(variance / gap) + quadratic
        # the last term is the rounding of x itself, as the sampler's noise magnifies it
        size = np.abs(log_ahead) + np.abs(log_p) + z**2 + np.abs(quadratic) + np.abs(x * miss) / variance
        normal = np.exp(-0.5 * z**2) * (z[1] - z[0]) / np.sqrt(2 * np.pi)
        weight = w[:, None] * np.exp(log_ahead) * normal
        return float(np.sum(weight * log_ratio)), float(np.sum(weight * size))

    return refined(integral, tolerance=1e-12, levels=4, width=2.0)


@torch.no_grad()
def _mean(model: Model, x: Array, v: float, v_next: float, sampler: Sampler) -> Array:
    flat = torch.from_numpy(np.ascontiguousarray(x.reshape(-1, 1)))
    return np.asarray(sampler.mean(model, flat, v, v_next).numpy().reshape(x.shape))

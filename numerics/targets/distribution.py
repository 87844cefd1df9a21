"""P(X_v <= x) of a one-dimensional Gaussian mixture in noise, in float64 and as a proved ball."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb
from scipy.special import ndtr

from numerics.enclosures import EPS, Enclosure
from numerics.targets.parameters import FloatArray


def mixture_cdf(
    weights: FloatArray, means: FloatArray, variances: FloatArray, x: FloatArray, v: FloatArray
) -> Enclosure:
    """sum_j w_j Phi((x - m_j) / sqrt(s_j^2 + v)), shaped as ``x`` and ``v`` broadcast; components of shape (J,)."""
    x, v = np.broadcast_arrays(np.asarray(x, dtype=np.float64), v)
    spread = np.sqrt(variances + v[..., None])
    z = (x[..., None] - means) / spread
    value = (weights * ndtr(z)).sum(axis=-1)
    # |z| phi(z) < 1/4, so the rounding of z moves Phi by less than EPS; x - m also has the rounding of x + m
    moved = EPS * (np.abs(x)[..., None] + np.abs(means)) / spread * np.exp(-0.5 * z * z)
    return Enclosure.of(value, (weights * moved).sum(axis=-1) + (8 + len(weights)) * EPS)


def mixture_cdf_ball(weights: list[Any], means: list[Any], variances: list[Any], x: Any, v: Any) -> Any:
    """The same as an ``arb``."""
    terms = (w * ((m - x) / (2 * (s2 + v)).sqrt()).erfc() for w, m, s2 in zip(weights, means, variances, strict=True))
    return sum(terms, arb(0)) / 2

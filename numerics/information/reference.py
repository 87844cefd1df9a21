"""KL(p_v || N(0, v)) and its derivative in v, arranged so that they keep their digits as both laws agree.

With the log-ratio R = log p - log phi, phi = N(0, v), and the integrals of p and phi both 1,

    KLn = int p R = int p h(R),   h(R) = R - 1 + e^-R >= 0        (int p R alone cancels to first order)
    KLn' = int [(tau - tau_phi) R + tau_phi h(R)] p,              tau = d/dv log p, tau_phi = d/dv log phi.

R itself comes from the components' log-ratios
    delta_i = log N(x; m_i, c_i) - log phi = [x^2 s_i^2 + 2 v x m_i - v m_i^2]/(2 v c_i) - log(1 + s_i^2/v)/2
as log(1 + sum w_i (e^delta_i - 1)) where these are small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import EPS
from numerics.information.marginal import Marginal

FloatArray = NDArray[np.float64]


def _excess(ratio: FloatArray) -> FloatArray:
    """h(R) = R - 1 + e^-R, by its Taylor series (22 terms, error below 1e-17 relative) for |R| < 1."""
    series = np.zeros_like(ratio)
    for k in range(22, 1, -1):
        series = (1 - series * ratio) / k
    with np.errstate(over="ignore"):
        return np.where(np.abs(ratio) < 1, series * ratio**2, ratio + np.expm1(-ratio))


def _log_ratio(m: Marginal) -> tuple[FloatArray, FloatArray]:
    """R and its rounding error; points are in the original coordinates."""
    means, weights = m.components.means[:, None, None], m.components.weights[:, None, None]
    normal = -0.5 * np.log1p(m.s2 / m.v)
    delta = (m.x**2 * m.s2 + m.v * means * (2 * m.x - means)) / (2 * m.v * m.c) + normal
    size = (m.x**2 * m.s2 + m.v * np.abs(means) * (2 * np.abs(m.x) + np.abs(means))) / (2 * m.v * m.c) - normal
    small = np.abs(delta).max(axis=0) < 0.5
    near = np.log1p((weights * np.expm1(np.where(small, delta, 0.0))).sum(axis=0))
    exponent = m.x**2 / (2 * m.v)
    far = m.log_p + exponent + 0.5 * np.log(2 * np.pi * m.v)
    far_noise = m.p_noise + EPS * (np.abs(m.log_p) + 4 * exponent + np.abs(np.log(2 * np.pi * m.v)))
    return np.where(small, near, far), np.where(small, 16 * EPS * (weights * size).sum(axis=0), far_noise)


def _normal(m: Marginal) -> tuple[FloatArray, FloatArray]:
    """phi = N(x; 0, v) and its rounding error."""
    exponent = m.x**2 / (2 * m.v)
    value = np.exp(-exponent) / np.sqrt(2 * np.pi * m.v)
    return value, value * EPS * (8 + 4 * exponent)


def kl_density(m: Marginal) -> tuple[FloatArray, FloatArray]:
    """p h(R) = p R - p + phi, the integrand of KLn, and its rounding error."""
    ratio, noise = _log_ratio(m)
    normal, normal_noise = _normal(m)
    near = np.abs(ratio) < 1
    inner = np.where(near, ratio, 0.0)
    agreeing = m.p * _excess(inner)
    agreeing_noise = m.p * np.abs(np.expm1(-inner)) * noise + agreeing * m.p_noise
    apart = m.p * ratio - m.p + normal
    apart_noise = m.p * (noise + (np.abs(ratio) + 1) * m.p_noise) + normal_noise
    return np.where(near, agreeing, apart), np.where(near, agreeing_noise, apart_noise)


def kl_density_derivative(m: Marginal) -> tuple[FloatArray, FloatArray]:
    """Integrand of KLn' and its rounding error; where R is not small, p (tau R - tau_phi) + phi tau_phi."""
    ratio, ratio_noise = _log_ratio(m)
    excess, excess_noise = kl_density(m)
    normal, normal_noise = _normal(m)
    means = m.components.means[:, None, None]
    q_normal = m.x / m.v
    tau_normal = 0.5 * (q_normal**2 - 1 / m.v)
    tau_normal_size = 0.5 * (q_normal**2 + 1 / m.v)
    # t_i - tau_phi = [(q_i - x/v)(q_i + x/v) + s^2/(c v)]/2, with the difference in closed form
    shift = -(means * m.v + m.x * m.s2) / (m.c * m.v)
    shift_size = (np.abs(means) * m.v + np.abs(m.x) * m.s2) / (m.c * m.v)
    gap = m.average(0.5 * (shift * (m.q + q_normal) + m.s2 / (m.c * m.v)))
    gap_noise = m.spread(0.5 * (shift_size * (np.abs(m.q) + np.abs(q_normal)) + m.s2 / (m.c * m.v)))
    agreeing = m.p * gap * ratio + tau_normal * excess
    agreeing_noise = m.p * (gap_noise * np.abs(ratio) + np.abs(gap) * (ratio_noise + np.abs(ratio) * m.p_noise))
    agreeing_noise += tau_normal_size * (excess_noise + 8 * EPS * np.abs(excess))

    tau, tau_noise = m.average(m.t), m.spread(m.t_size)
    apart = m.p * (tau * ratio - tau_normal) + normal * tau_normal
    apart_noise = m.p * (tau_noise * np.abs(ratio) + np.abs(tau) * ratio_noise)
    apart_noise += m.p * (m.p_noise + 8 * EPS) * (np.abs(tau * ratio) + tau_normal_size)
    apart_noise += (normal_noise + 8 * EPS * normal) * tau_normal_size
    near = np.abs(ratio) < 1
    return np.where(near, agreeing, apart), np.where(near, agreeing_noise, apart_noise)

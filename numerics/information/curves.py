"""J, mmse, H, ... of a one-dimensional mixture in float64, each from its own definition.

    J = E score^2                  mmse = E Var(X_0|X_v)          H = -E log p
    hess2 = E (d score/dx)^2       cov2 = E Var(X_0|X_v)^2        KLn = KL(p_v || N(0, v))

A derivative in v is the integral of d/dv (f p), differentiated by hand with r_i' = r_i (t_i - tau),
q_i' = -q_i/c_i (notation of ``marginal``); no identity between the quantities is used. Domain v > 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from numerics.enclosures import EPS, Enclosure
from numerics.information import quadrature
from numerics.information.components import Components
from numerics.information.marginal import ARRAYS, Marginal
from numerics.information.reference import kl_density, kl_density_derivative
from numerics.information.tails import MAJORANTS, Scales, tail_bound

FloatArray = NDArray[np.float64]
Measured = tuple[FloatArray, FloatArray]  # values and their rounding errors


def score(m: Marginal) -> Measured:
    return -m.average(m.q), m.spread(np.abs(m.q))


def dscore(m: Marginal) -> Measured:
    """d score/dx = Var_r(q) - sum r/c."""
    deviation = np.abs(m.q - m.average(m.q))
    value = m.average(deviation**2 - 1 / m.c)
    return value, m.spread(deviation**2 + deviation * np.abs(m.q) + 1 / m.c)


def denoiser(m: Marginal) -> Measured:
    means = m.components.means[:, None, None] + m.s2 * m.q
    return m.average(means), m.spread(np.abs(means) + m.reach)


def cov(m: Marginal) -> Measured:
    """Posterior variance: within components, plus between their posterior means."""
    deviation = m.s2 * m.q
    deviation += m.components.means[:, None, None]
    deviation -= m.average(deviation)
    np.abs(deviation, out=deviation)
    within = m.s2 * m.v / m.c
    value = m.average(deviation**2 + within)
    size = deviation + m.reach
    size *= deviation
    size += within
    return value, m.spread(size)


def _squared(f: Callable[[Marginal], Measured]) -> Callable[[Marginal], Measured]:
    def density(m: Marginal) -> Measured:
        value, noise = f(m)
        return m.p * value**2, m.p * (2 * np.abs(value) * noise + noise**2 + value**2 * m.p_noise)

    return density


def _expected(f: Callable[[Marginal], Measured]) -> Callable[[Marginal], Measured]:
    def density(m: Marginal) -> Measured:
        value, noise = f(m)
        return m.p * value, m.p * (noise + np.abs(value) * m.p_noise)

    return density


def _minus_log(m: Marginal) -> Measured:
    return -m.log_p, m.p_noise + 2 * EPS * np.abs(m.log_p)


def _fisher_derivative(m: Marginal) -> Measured:
    """(s^2 p)' = p (2 s s' + s^2 tau)."""
    s, s_noise = score(m)
    tau, tau_size = m.average(m.t), m.average(m.t_size)
    s_v = m.average(m.q / m.c - (m.t - tau) * m.q)
    s_v_noise = m.spread(np.abs(m.q) * (1 / m.c + m.t_size + tau_size))
    noise = 2 * (np.abs(s) * s_v_noise + s_noise * (np.abs(s_v) + np.abs(s) * tau_size))
    noise += s**2 * m.spread(m.t_size)
    value = 2 * s * s_v + s**2 * tau
    return m.p * value, m.p * (noise + np.abs(value) * m.p_noise)


def _mmse_derivative(m: Marginal) -> Measured:
    """(V p)' = p (V' + V tau), V = sum r (k + (D_i - D)^2), k' = (s^2/c)^2, D_i' = -s^2 q_i/c.

    sum r_i t_i k_i p is left out: its integral is 0 as that of each d/dv N(x; m_i, c_i), and at large v it
    would drown the rest in rounding.
    """
    tau_size = m.average(m.t_size)
    ratio = m.s2 / m.c
    means = m.components.means[:, None, None] + m.s2 * m.q
    deviation = means - m.average(means)
    moved = -ratio * m.q
    centre_moved = m.average((m.t - m.average(m.t)) * means + moved)
    # (r V_i)' = r [(t_i - tau) V_i + V_i'], and V tau once more from p'
    value = m.average(m.t * deviation**2 + ratio**2 + 2 * deviation * (moved - centre_moved))
    distance = np.abs(deviation)
    drift = np.abs(moved) + m.average((m.t_size + tau_size) * (np.abs(means) + m.reach) + np.abs(moved))
    size = (m.t_size + tau_size) * distance * (distance + m.reach)
    noise = m.spread(size + ratio**2 + 2 * distance * drift)
    return m.p * value, m.p * (noise + np.abs(value) * m.p_noise)


def _entropy_derivative(m: Marginal) -> Measured:
    """-(p log p)' = -p tau (log p + 1)."""
    tau, noise = m.average(m.t), m.spread(m.t_size)
    factor = m.log_p + 1
    noise = noise * np.abs(factor) + np.abs(tau) * (m.p_noise * (1 + np.abs(factor)) + EPS * np.abs(m.log_p))
    return -m.p * tau * factor, m.p * noise


_DENSITIES: dict[str, Callable[[Marginal], Measured]] = {
    "J": _squared(score),
    "mmse": _expected(cov),
    "H": _expected(_minus_log),
    "hess2": _squared(dscore),
    "cov2": _squared(cov),
    "KLn": kl_density,
    "J'": _fisher_derivative,
    "mmse'": _mmse_derivative,
    "H'": _entropy_derivative,
    "KLn'": kl_density_derivative,
}
NAMES = tuple(_DENSITIES)
POINTWISE = {"score": score, "denoiser": denoiser, "cov": cov, "dscore": dscore}


# levels whose panels are made at a time: memory does not grow with the number of levels
LEVELS = 4096


def measure(name: str, components: Components, v: FloatArray) -> Enclosure:
    """The curve ``name`` at levels ``v`` > 0 of any shape."""
    level = v.reshape(-1)
    value, error = np.empty(len(level)), np.empty(len(level))
    for start in range(0, len(level), LEVELS):
        part = slice(start, start + LEVELS)
        value[part], error[part] = _integrals(name, components, level[part])
    return Enclosure.of(value.reshape(v.shape), error.reshape(v.shape))


def rough(name: str, components: Components, v: float) -> float:
    """The curve at one level to a few digits, by one rule on each panel: a scale for tolerances, at little cost."""
    breaks, integrand = _on_panels(name, components, np.array([v]))
    half = np.diff(breaks[0]) / 2
    x = (breaks[0, :-1] + half)[:, None] + half[:, None] * quadrature.NODES
    f, _ = integrand(x, np.zeros(len(half), dtype=np.intp))
    return float(half @ (f @ quadrature.WEIGHTS))


def _on_panels(name: str, components: Components, level: FloatArray) -> tuple[FloatArray, quadrature.Integrand]:
    """Breaks for these levels, and the integrand."""
    if name.startswith("KLn"):  # the reference N(0, v) fixes the origin and has panels of its own
        centres, widths = np.append(components.means, 0.0), np.append(components.variances, 0.0)
        shifted = components
    else:
        shifted, _ = components.centred()
        centres, widths = shifted.means, components.variances
    density = _DENSITIES[name]

    def integrand(x: FloatArray, row: NDArray[np.intp]) -> Measured:
        return density(Marginal(shifted, x, level[row, None]))

    return quadrature.panels(centres, np.sqrt(widths[:, None] + level)), integrand


def _integrals(name: str, components: Components, level: FloatArray) -> Measured:
    breaks, integrand = _on_panels(name, components, level)
    value, error = quadrature.integrate(breaks, integrand, 8 * ARRAYS * (len(components) + 1))
    tail = tail_bound(
        MAJORANTS[name](_scales(components, level)),
        quadrature.CUT,
        np.exp(-(quadrature.CUT**2) / 2),
        erfc(quadrature.CUT / np.sqrt(2)),
    )
    return value, error + tail


def measure_at(name: str, components: Components, x: FloatArray, v: FloatArray) -> Enclosure:
    """score, denoiser, cov or dscore at points ``x`` and levels ``v``, broadcast against each other."""
    points, levels = np.broadcast_arrays(x, v)
    m = Marginal(components, points.reshape(-1, 1), levels.reshape(-1, 1))
    value, noise = POINTWISE[name](m)
    return Enclosure.of(value.reshape(points.shape), noise.reshape(points.shape))


def _scales(components: Components, v: FloatArray) -> Scales:
    c = components.variances[:, None] + v
    low, high = c.min(axis=0), c.max(axis=0)
    logs = np.abs(np.log(components.weights.max()))
    logs = logs + 0.5 * np.abs(np.log(2 * np.pi * low)) + 0.5 * np.abs(np.log(2 * np.pi * high))
    return Scales(
        spread=np.full_like(v, np.ptp(components.means)),
        root=np.sqrt(high),
        kappa=low,
        v=v,
        logs=logs,
        far=np.abs(components.means).max(),
        log_v=0.5 * np.abs(np.log(2 * np.pi * v)),
    )

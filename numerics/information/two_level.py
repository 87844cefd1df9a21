"""Quantities of two noise levels u < v of the same path, one dimension, float64 quadrature.

Reverse in time, Y_v = Y_u + sqrt(v - u) Z with Z ~ N(0, 1) independent of Y_u, and given Y_v = x the earlier
Y_u is again a mixture: components r_i(x; v) and, with a_i(v) = s_i^2 + v,

    mean m_i + a_i(u)/a_i(v) (x - m_i),     variance a_i(u) (v - u)/a_i(v).

Nothing here uses that scores and denoisers are martingales: that is what these numbers test.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc, logsumexp

from numerics.enclosures import EPS, Enclosure
from numerics.information import quadrature
from numerics.information.components import Components
from numerics.information.curves import denoiser, score
from numerics.information.marginal import ARRAYS, Marginal

FloatArray = NDArray[np.float64]

AHEAD: dict[str, Callable[[Marginal], tuple[FloatArray, FloatArray]]] = {
    "score_ahead": score,
    "denoiser_ahead": denoiser,
}

# E f(Z) by the trapezoidal rule, which converges geometrically for an analytic f; every second node is the
# rule of twice the spacing, and the difference of the two is the stated error
_SPACING = 1 / 16
_Z = np.arange(-quadrature.CUT, quadrature.CUT + _SPACING / 2, _SPACING)
_FINE = _SPACING * np.exp(-0.5 * _Z**2) / np.sqrt(2 * np.pi)
_COARSE = np.where(np.arange(len(_Z)) % 2 == 0, 2 * _FINE, 0.0)


def drift2(components: Components, v: FloatArray, u: FloatArray) -> Enclosure:
    """E(s(v, Y_v) - s(u, Y_u))^2 for levels u < v, arrays of one shape."""
    components, _ = components.centred()
    later, earlier = v.reshape(-1), u.reshape(-1)
    deviations = np.sqrt(components.variances[:, None] + earlier)
    breaks = quadrature.panels(components.means, deviations)

    def integrand(x: FloatArray, row: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        near = Marginal(components, x, earlier[row, None])
        s, s_noise = score(near)
        step = np.sqrt(later - earlier)[row, None, None]
        moved = (x[..., None] + step * _Z).reshape(len(x), -1)
        far, far_noise = score(Marginal(components, moved, later[row, None]))
        gap = far.reshape(*x.shape, -1) - s[..., None]
        noise = far_noise.reshape(gap.shape) + s_noise[..., None]
        mean = gap**2 @ _FINE
        error = np.abs(mean - gap**2 @ _COARSE) + (2 * np.abs(gap) * noise + noise**2) @ _FINE
        return near.p * mean, near.p * (error + mean * (near.p_noise + 64 * EPS))

    value, error = quadrature.integrate(breaks, integrand, 8 * ARRAYS * (len(components) + 1) * len(_Z))
    return Enclosure.of(value.reshape(v.shape), (error + _drift_tail(components, later, earlier)).reshape(v.shape))


def _drift_tail(components: Components, v: FloatArray, u: FloatArray) -> FloatArray:
    """Bound on what the cuts |Z|, |z_i| <= T leave out, by Cauchy-Schwarz.

    E[(s_v - s_u)^2; A] <= sqrt(E(s_v - s_u)^4 P(A)) <= sqrt(8 (E s_v^4 + E s_u^4) P(A)), and
    E s^4 <= sum_i w_i E q_i^4 = sum_i w_i 3/c_i^2 (Jensen: s is a conditional mean of -q_i).
    """
    weights, variances = components.weights[:, None], components.variances[:, None]
    fourth = sum((weights * 3 / (variances + level) ** 2).sum(axis=0) for level in (v, u))
    return np.asarray(np.sqrt(8 * fourth * 2 * erfc(quadrature.CUT / np.sqrt(2))))


def ahead(name: str, components: Components, x: FloatArray, v: FloatArray, u: FloatArray) -> Enclosure:
    """E[s(u, Y_u) | Y_v = x] or E[D(u, Y_u) | Y_v = x] for u < v; the arguments broadcast."""
    x, v, u = np.broadcast_arrays(x, v, u)
    shape, point, later, earlier = x.shape, x.reshape(-1), v.reshape(-1), u.reshape(-1)
    means, variances = components.means[:, None], components.variances[:, None]
    total = variances + later
    offset = point - means
    logits = np.log(components.weights)[:, None] - 0.5 * (np.log(total) + offset**2 / total)
    log_share = logits - logsumexp(logits, axis=0)
    centres = means + (variances + earlier) / total * offset
    width2 = (variances + earlier) * (later - earlier) / total
    breaks = quadrature.panels(centres, np.sqrt(width2))
    share_noise = EPS * (16 + 4 * (offset**2 / total).max(axis=0))

    def integrand(y: FloatArray, row: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        value, noise = AHEAD[name](Marginal(components, y, earlier[row, None]))
        z2 = (y - centres[:, row, None]) ** 2 / width2[:, row, None]
        log_terms = log_share[:, row, None] - 0.5 * (np.log(2 * np.pi * width2[:, row, None]) + z2)
        terms = np.exp(log_terms)
        density = terms.sum(axis=0)
        slope = np.sqrt(z2 / width2[:, row, None]) * (np.abs(y) + np.abs(centres[:, row, None]))
        relative = (terms * (EPS * (16 + 4 * z2 + 4 * slope))).sum(axis=0) + density * share_noise[row, None]
        return density * value, density * noise + relative * np.abs(value)

    value, error = quadrature.integrate(breaks, integrand, 8 * ARRAYS * 2 * (len(components) + 1))
    return Enclosure.of(value.reshape(shape), (error + _ahead_tail(components, offset, later, earlier)).reshape(shape))


def _ahead_tail(components: Components, offset: FloatArray, v: FloatArray, u: FloatArray) -> FloatArray:
    """Mass beyond T times the size of score or denoiser, at most max_j |y - m_j| max(1, 1/c) + max_j |m_j|.

    Under component i, |y - m_j| <= |x - m_i| + Delta + sqrt(v - u) |z|; the truncated first moment of |z|
    adds 2 phi(T), the mass is erfc(T/sqrt 2).
    """
    smallest = components.variances.min() + u
    mass = erfc(quadrature.CUT / np.sqrt(2))
    first = 2 * np.exp(-(quadrature.CUT**2) / 2) / np.sqrt(2 * np.pi)
    reach = np.abs(offset).max(axis=0) + np.ptp(components.means)
    size = (reach * mass + np.sqrt(v - u) * first) * np.maximum(1, 1 / smallest)
    return np.asarray(size + np.abs(components.means).max() * mass)

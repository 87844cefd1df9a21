"""Bounds on a mixture's integrands: what integrals leave out, beyond T standard deviations and on empty panels.

Posterior averages are convex combinations, so by Jensen's inequality a square of one is at most the average of the
squares, and each integrand is at most sum_i N_i(x) g_i(z) with z = (x - m_i)/sqrt(c_i):

    J:      score^2 <= avg q_i^2                              g = z^2/c
    D2:     D^2 <= avg D_i^2                                  g = 2 m^2 + 2 (s^4/c) z^2
    hess2:  |dscore| <= avg (q_i^2 + 1/c_i)                   g = (z^2 + 1)^2/c^2
    cov2:   Cov <= avg (s_i^2 v/c_i + D_i^2)                  g = (s^2 v/c + 2 m^2 + 2 (s^4/c) z^2)^2
    H:      ln p between ln(weight_i N_i) and -ln(2 pi c_min)/2   g = |ln w| + |ln 2 pi c|/2 + |ln 2 pi c_min|/2 + z^2/2

Both tails together hold, with phi the standard normal density at T and Q <= phi/T its mass beyond T,

    E[1; |z| > T] = 2 Q,   E[z^2; |z| > T] = 2 (T phi + Q),   E[z^4; |z| > T] = 2 ((T^3 + 3 T) phi + 3 Q).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from verify.replay.intervals import absolute, bounds, exp, hull, log, over, pi, plus_minus, real, sqrt, square
from verify.replay.panels import Component

HALF = Fraction(1, 2)


def tail(name: str, components: list[Component], v: Any, cut: int) -> Any:
    """An interval that holds the integral of ``name`` over all |x - m_i| > cut sqrt(c_i), all i at once."""
    moments = _moments(cut)
    totals = [real(c.variance) + v for c in components]
    narrowest = min(totals, key=lambda total: bounds(total)[0])
    bound = real(0)
    for component, total in zip(components, totals, strict=True):
        g = _majorant(name, component, total, v, narrowest)
        bound = bound + real(component.weight) * sum((a * m for a, m in zip(g, moments, strict=True)), real(0))
    return plus_minus(bound) if name == "H" else hull(real(0), bound)


def panel_bound(name: str, components: list[Component], v: Any) -> Callable[[Fraction, Fraction], Any]:
    """An upper bound on the integral of the integrand's size over [a, b], as a function of a and b.

    The majorants do not care where x is; on a panel z^2 lies between the distances of m_i to the panel's ends.
    """
    totals = [real(c.variance) + v for c in components]
    narrowest = min(totals, key=lambda total: bounds(total)[0])
    rows = []
    for c, total in zip(components, totals, strict=True):
        height = over(real(c.weight), sqrt(2 * pi() * total))
        rows.append((c.mean, total, height, _majorant(name, c, total, v, narrowest)))

    def bound(a: Fraction, b: Fraction) -> Any:
        out = real(0)
        for mean, total, height, (g0, g2, g4) in rows:
            near = max(a - mean, mean - b, Fraction(0))
            far = over(square(real(max(mean - a, b - mean))), total)
            density = height * exp(-over(square(real(near)), 2 * total))
            out = out + density * (g0 + g2 * far + g4 * square(far))
        return out * real(b - a)

    return bound


def _moments(cut: int) -> tuple[Any, Any, Any]:
    """Upper bounds of E[z^0, z^2, z^4; |z| > cut]."""
    t = real(cut)
    phi = over(exp(-square(t) * real(HALF)), sqrt(2 * pi()))
    mass = over(phi, t)
    return 2 * mass, 2 * (t * phi + mass), 2 * ((t * square(t) + 3 * t) * phi + 3 * mass)


def _majorant(name: str, component: Component, total: Any, v: Any, narrowest: Any) -> tuple[Any, Any, Any]:
    """Coefficients of z^0, z^2, z^4 in g."""
    zero, one = real(0), over(real(1), total)
    m2 = 2 * square(real(component.mean))
    bend = over(2 * square(real(component.variance)), total)
    match name:
        case "J":
            return zero, one, zero
        case "D2":
            return m2, bend, zero
        case "hess2":
            return square(one), 2 * square(one), square(one)
        case "cov2":
            level = over(real(component.variance) * v, total) + m2
            return square(level), 2 * level * bend, square(bend)
        case "H":
            logs = absolute(log(2 * pi() * total)) + absolute(log(2 * pi() * narrowest))
            return absolute(log(real(component.weight))) + logs * real(HALF), real(HALF), zero
    raise KeyError(name)

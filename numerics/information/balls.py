"""J, mmse, H, ... of a one-dimensional mixture as proved enclosures (Arb, through python-flint).

``acb.integral`` encloses the integral over an interval that holds T standard deviations of every component;
``tails`` bounds the rest, and the sum of the two is the result. T and the accuracy goal follow
``flint.ctx.prec``: the radius is about 2^-prec of the value, unless ``v`` itself is a wider ball.

Derivatives in v are coefficients of power series of length 2 in v under the integral sign, which majorants
integrable uniformly near v justify (they are the ones of ``tails``).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from flint import acb, acb_series, arb, ctx

from numerics.information import curves
from numerics.information.ball_mixture import BallMixture, BallPoint
from numerics.information.components import Components
from numerics.information.tails import MAJORANTS, Scales, tail_bound

# [nan +/- inf]; acb(nan) would be [nan +/- 0], which the integrator does not recognise
NOT_FINITE = acb(0) / acb(0)
GUARD_BITS = 30


def _fisher(point: BallPoint) -> Any:
    """p score^2 as (P score)^2 N_j/P, which is tighter on wide balls."""
    here = point.offset * point.mixture.inverse[point.j]
    terms = [r * (here + slope) for r, slope in zip(point.ratios, point.slopes, strict=True)]
    top = sum(terms[1:], terms[0])
    return point.log_n.exp() * top * top / point.total


def _entropy(point: BallPoint) -> Any:
    log_p = point.log_p
    return None if log_p is None else -point.density * log_p


_INTEGRANDS: dict[str, Callable[[BallPoint], Any]] = {
    "J": _fisher,
    "mmse": lambda point: point.density * point.cov,
    "H": _entropy,
    "hess2": lambda point: point.density * point.dscore * point.dscore,
    "cov2": lambda point: point.density * point.cov * point.cov,
}
NAMES = (*_INTEGRANDS, "KLn", "J'", "mmse'", "H'", "KLn'")


def curve(name: str, components: Components, v: arb) -> arb:
    """The curve ``name`` (as in ``numerics.information.curves``) at the level ``v`` > 0.

    KLn = -H - E log N(X; 0, v) with E log N(X; 0, v) = -(log(2 pi v) + (m2 + v)/v)/2, evaluated with the
    bits that this difference loses at large v.

    Raises:
        ValueError: ``v`` is not certainly positive.
    """
    _require_positive(v)
    if name not in ("KLn", "KLn'"):
        return _integral(name, components, v)
    m2 = second_moment(components)
    ratio = 1.0 if m2.contains(0) else float((v / m2).mid())
    # KLn falls to (m2/2v)^2 (data of mean 0) while H stays of order 1; KLn' to m2^2/2v^3 from H' = 1/2v
    with ctx.extraprec(int(2 * max(0.0, np.log2(ratio))) + 4):
        m2 = second_moment(components)
        if name == "KLn":
            return -_integral("H", components, v) + ((2 * arb.pi() * v).log() + 1 + m2 / v) / 2
        return -_integral("H'", components, v) + (1 - m2 / v) / (2 * v)


def _require_positive(v: arb) -> None:
    if not v > 0:
        raise ValueError(f"noise level v = {v} must be positive")


def second_moment(components: Components) -> arb:
    """E X_0^2."""
    return sum((w * (m * m + s2) for w, m, s2 in zip(*components.balls(), strict=True)), arb(0))


def _integral(name: str, components: Components, v: arb) -> arb:
    goal, middle = ctx.prec, float(v.mid())
    size = max(abs(curves.rough(name, components, middle)), _NATURAL_SIZE[name](middle))
    # a level that is itself uncertain cannot give more digits than it has
    relative = max(2.0**-goal, 8 * float(v.rad()) / middle)
    with ctx.extraprec(GUARD_BITS):
        cut = float(np.sqrt(1.4 * goal)) + 1
        tail = tail_beyond(name, components, v, arb(cut))
        while not tail < relative * size and cut < 100:
            cut += 1.0
            tail = tail_beyond(name, components, v, arb(cut))
        inside = _truncated(name, components, v, cut, arb(relative * size))
        return inside + tail * arb(0, 1)


# Accuracy is sought relative to the value, but not below this share of its natural size.
_FLOOR = 2.0**-60
_NATURAL_SIZE: dict[str, Callable[[float], float]] = {
    "J": lambda v: 0.0,
    "mmse": lambda v: _FLOOR * v,
    "H": lambda v: 1.0,
    "hess2": lambda v: 0.0,
    "cov2": lambda v: _FLOOR * v**2,
    "J'": lambda v: 0.0,
    "mmse'": lambda v: _FLOOR,
    "H'": lambda v: 0.0,
}


def _truncated(name: str, components: Components, v: arb, cut: float, tolerance: arb) -> arb:
    """The integral over the hull of all [m_i - cut sqrt(c_i), m_i + cut sqrt(c_i)]."""
    derivative = name.endswith("'")
    saved, ctx.cap = ctx.cap, 2
    try:
        mixture = BallMixture(components, acb_series([acb(v), 1]) if derivative else acb(v))
        integrand = _INTEGRANDS[name.rstrip("'")]

        def anywhere(x: acb, analytic: bool) -> acb:
            point = mixture.at(x)
            value = None if point is None else integrand(point)
            if value is None:
                return NOT_FINITE
            return value[1] if derivative else value

        narrow = ctx.prec - GUARD_BITS

        def fisher(x: acb, analytic: bool) -> acb:
            # most balls are nodes of a rule, points but for rounding
            return mixture.fisher(x) if x.rel_accuracy_bits() > narrow else anywhere(x, analytic)

        f = fisher if name == "J" else anywhere
        points = _breaks(components, v, cut)
        tolerance = tolerance / len(points)
        pieces = (acb.integral(f, a, b, rel_tol=arb(2) ** -ctx.prec, abs_tol=tolerance) for a, b in pairwise(points))
        return sum((piece.real for piece in pieces), arb(0))
    finally:
        ctx.cap = saved


def _breaks(components: Components, v: arb, cut: float) -> list[arb]:
    """End points that contain the hull, and each component's centre and edge; exact float64 numbers."""
    _, means, variances = components.balls()
    points: set[float] = set()
    for m, s2 in zip(means, variances, strict=True):
        width = (cut * (s2 + v).sqrt()).upper()
        low, high = float((m - width).lower().mid()), float((m + width).upper().mid())
        points |= {np.nextafter(low, -np.inf), float(m.mid()), np.nextafter(high, np.inf)}
    return [arb(p) for p in sorted(points)]


def tail_beyond(name: str, components: Components, v: arb, cut: arb) -> arb:
    """Upper bound, an exact number, on the integral of |integrand| where every |x - m_i| > cut sqrt(c_i)."""
    weights, means, variances = components.balls()
    c = [s2 + v for s2 in variances]
    low, high = _least(c), _largest(c)
    logs = abs(_largest(weights).log())
    logs = logs + abs((2 * arb.pi() * low).log()) / 2 + abs((2 * arb.pi() * high).log()) / 2
    scales = Scales(spread=_largest(means) - _least(means), root=high.sqrt(), kappa=low, v=v, logs=logs)
    density = (-cut * cut / 2).exp() / (2 * arb.pi()).sqrt()
    mass = (cut / arb(2).sqrt()).erfc()
    return tail_bound(MAJORANTS[name](scales), cut, density, mass).upper()


def _least(numbers: list[arb]) -> arb:
    out = numbers[0]
    for n in numbers[1:]:
        out = out.min(n)
    return out


def _largest(numbers: list[arb]) -> arb:
    out = numbers[0]
    for n in numbers[1:]:
        out = out.max(n)
    return out


def at(name: str, components: Components, x: arb, v: arb) -> arb:
    """score, denoiser, cov or dscore at the point ``x`` and the level ``v`` > 0: a finite sum.

    Raises:
        ValueError: ``v`` is not certainly positive.
    """
    _require_positive(v)
    with ctx.extraprec(GUARD_BITS):
        point = BallMixture(components, acb(v)).at(acb(x))
        return arb.nan() if point is None else getattr(point, name).real


POINTWISE = ("score", "denoiser", "cov", "dscore")

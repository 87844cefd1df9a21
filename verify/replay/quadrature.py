"""Integrals with a proved error: Gauss-Legendre on panels, the remainder bounded on an ellipse.

Let f be analytic and |f| <= M inside the Bernstein ellipse of the parameter r (foci -1 and 1, semi-axes
(r + 1/r)/2 and (r - 1/r)/2). Its Chebyshev coefficients are at most 2 M r^-k. The n-point rule is exact below degree
2n, odd Chebyshev polynomials contribute 0 to both sides, and an even T_k of degree >= 2n >= 4 is missed by at most
2 + 2/(k^2 - 1) <= 32/15. Summing over k = 2n, 2n + 2, ...,

    |integral - rule| <= (64/15) M r^-2n / (1 - r^-2).

M is had by complex interval arithmetic on rectangles that cover the ellipse, which also proves that f is analytic
there: every operation that is not (a division by what may be 0, a logarithm at the branch cut) raises instead, and
then the panel is halved.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from mpmath import libmp
from mpmath.ctx_mp import MPContext

from verify.replay.clock import check_time
from verify.replay.errors import TooWide
from verify.replay.intervals import (
    absolute,
    between,
    bounds,
    box,
    over,
    plus_minus,
    precision,
    real,
    square,
    upper,
    working_bits,
)

ELLIPSE = 4  # the parameter r: semi-axes 17/8 and 15/8
COLUMNS, ROWS = 6, 2
DEEPEST = 60  # halvings of a panel
MOST_PANELS = 20_000

# (middle, half width) of a panel -> the integrand in t, x = middle + half width * t
Local = Callable[[Fraction, Fraction], Callable[[Any], Any]]
Crude = Callable[[Fraction, Fraction], Any]


def integrate(local: Local, points: list[Fraction], tolerance: Fraction, nodes: int, crude: Crude | None = None) -> Any:
    """The integral over [points[0], points[-1]] as an interval, to about ``tolerance`` unless precision is too low.

    Args:
        local: makes the integrand of a panel, a function of t in [-1, 1] and around it; real on real arguments.
        points: increasing; panels never straddle one of them.
        tolerance: largest error of one panel.
        nodes: of the rule on each panel, at least 2.
        crude: bounds the integral of |f| over a panel; where that is below ``tolerance`` no more is done.

    Raises:
        TooWide: the panels became too small or too many.
        CannotCheck: the time is up.
    """
    allowed = real(tolerance)
    rule = gauss_legendre(nodes, working_bits())
    panels = [(a, b, 0) for a, b in pairwise(points) if a < b]
    total, seen = real(0), 0
    while panels:
        check_time()
        a, b, depth = panels.pop()
        if crude is not None:
            little = crude(a, b)
            if bounds(little)[1] <= tolerance:
                total += plus_minus(little)
                continue
        middle, half = (a + b) / 2, (b - a) / 2
        error = None
        try:
            f = local(middle, half)
            error = remainder(f, nodes) * real(half)
        except TooWide:
            pass
        if error is None or not bounds(error)[1] <= bounds(allowed)[0]:
            seen += 1
            if depth == DEEPEST or seen > MOST_PANELS:
                raise TooWide("an integral needs too many panels")
            panels += [(a, middle, depth + 1), (middle, b, depth + 1)]
            continue
        inside = real(0)
        for node, weight in rule:
            inside += weight * f(node)
        total += inside * real(half) + plus_minus(error)
    return total


def remainder(f: Callable[[Any], Any], nodes: int) -> Any:
    """Bound on the error of the ``nodes``-point rule for ``f`` on [-1, 1].

    Raises:
        TooWide: f is not seen to be analytic on the ellipse.
    """
    largest = real(0)
    for rectangle in _cover(working_bits()):
        size = upper(absolute(f(rectangle)))
        if bounds(size)[1] > bounds(largest)[1]:
            largest = size
    shrink = Fraction(1, ELLIPSE ** (2 * nodes)) / (1 - Fraction(1, ELLIPSE**2))
    return largest * real(Fraction(64, 15) * shrink)


@cache
def _cover(bits: int) -> tuple[Any, ...]:
    """Rectangles over the upper half of the ellipse; the lower half is its mirror image."""
    wide, high = Fraction(ELLIPSE**2 + 1, 2 * ELLIPSE), Fraction(ELLIPSE**2 - 1, 2 * ELLIPSE)
    with precision(bits):
        columns = [
            between(wide * (2 * i - COLUMNS) / COLUMNS, wide * (2 * i + 2 - COLUMNS) / COLUMNS) for i in range(COLUMNS)
        ]
        rows = [between(high * j / ROWS, high * (j + 1) / ROWS) for j in range(ROWS)]
    return tuple(box(re, im) for im in rows for re in columns)


@cache
def gauss_legendre(nodes: int, bits: int) -> tuple[tuple[Any, Any], ...]:
    """Nodes and weights of the rule on [-1, 1] as intervals.

    Newton's method finds each root of the Legendre polynomial; a change of sign between two numbers around it proves
    it. As many disjoint proofs as the degree account for every root. The weights are 2/((1 - x^2) P'(x)^2).
    """
    spare = 20 + 2 * nodes  # interval recurrences lose about 1.3 bits a degree
    rough = MPContext()
    rough.prec = bits + 2 * spare
    rule: list[tuple[Any, Any]] = []
    last: Fraction | None = None
    with precision(bits + 2 * spare):
        radius = Fraction(1, 2 ** (bits + spare))
        for i in range(nodes):
            x = rough.cos(rough.pi * (4 * (nodes - i) - 1) / (4 * nodes + 2))
            for _ in range(8 + rough.prec.bit_length()):  # digits double
                p, dp = _legendre(nodes, x, lambda a, b: a / b)
                x = x - p / dp
            centre = Fraction(*(int(part) for part in libmp.to_rational(x._mpf_)))
            low, high = centre - radius, centre + radius
            ends = [bounds(_legendre(nodes, real(e), over)[0]) for e in (low, high)]
            separate = last is None or last < low
            if not separate or not (ends[0][1] < 0 < ends[1][0] or ends[1][1] < 0 < ends[0][0]):
                raise TooWide("a node of the quadrature is not proved")
            last = high
            node = between(low, high)
            slope = _legendre(nodes, node, over)[1]
            rule.append((node, over(real(2), (1 - square(node)) * square(slope))))
    return tuple(rule)


def _legendre(n: int, x: Any, divide: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """P_n(x) and P_n'(x) by the three-term recurrence; P_n' = n (x P_n - P_{n-1})/(x^2 - 1)."""
    before, now = x * 0 + 1, x
    for k in range(1, n):
        before, now = now, divide((2 * k + 1) * (x * now) - k * before, x * 0 + (k + 1))
    return now, divide(n * (x * now - before), x * x - 1)

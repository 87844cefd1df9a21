"""A grid family's closed form as a function of s = k/N, in symbols that keep its derivatives short."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Dummy, Expr, Function, Symbol, atan, cosh, exp, log, sinh

from theory.grids import FORMULAS
from theory.grids.formulas import c, rho, sigma_max, sigma_min
from theory.symbols import N, k

s = Symbol("s", positive=True)  # k/N
variance = Function("v", positive=True)  # v(s)

_LOG = Dummy("log_ratio", positive=True)  # ln(sigma_max/sigma_min)
_HIGH, _LOW = Dummy("high", positive=True), Dummy("low", positive=True)  # sigma^(1/rho) at the two ends
_FIRST, _LAST = Dummy("first", positive=True), Dummy("last", positive=True)  # angles at the two ends
_SHORT = {
    (sigma_min / sigma_max) ** s: exp(-_LOG * s),
    (sigma_max / sigma_min) ** ((1 - s) ** rho): exp(_LOG * (1 - s) ** rho),
    sigma_max ** (1 / rho): _HIGH,
    sigma_min ** (1 / rho): _LOW,
    atan(sigma_max / c): _FIRST,
    atan(sigma_min / c): _LAST,
}
_LONG = {
    _LOG: log(sigma_max / sigma_min),
    _HIGH: sigma_max ** (1 / rho),
    _LOW: sigma_min ** (1 / rho),
    _FIRST: atan(sigma_max / c),
    _LAST: atan(sigma_min / c),
}


class FamilyInTime:
    """sigma(s) of a family.

    Args:
        family: a key of ``theory.grids.FORMULAS``.

    Raises:
        KeyError: there is no such family.
    """

    def __init__(self, family: str):
        self.sigma: Expr = FORMULAS[family].subs(k, s * N).xreplace(_SHORT)

    def put_in(self, e: Expr) -> Expr:
        """The expression with v(s) written out, derivatives taken."""
        written = e.replace(variance, lambda time: self.sigma.subs(s, time) ** 2).doit(integrals=False)
        return sympy.factor(written) if written.is_rational_function(s) else written

    def plain(self, e: Expr) -> Expr:
        """The expression in the family's own parameters."""
        return _hyperbolic(e).xreplace(_LONG)

    @property
    def is_smooth(self) -> bool:
        """Whether each base of a power and each angle is linear in s and legal at both ends of [0, 1].

        Then it is legal between them, and sigma(s) has all derivatives there.
        """
        powers = [p for p in self.sigma.atoms(sympy.Pow) if p.base.has(s)]
        bases = [p.base for p in powers if not (p.exp.is_Integer and p.exp.is_nonnegative)]
        angles = [g.args[0] for g in self.sigma.atoms(sympy.tan)]
        if not all(_is_linear(e) for e in (*bases, *angles)):
            return False
        ends = [b.subs(s, end) for b in bases for end in (0, 1)]
        acute = all(a.subs(s, 0) == _FIRST and a.subs(s, 1) == _LAST for a in angles)
        return acute and all(e.is_positive for e in ends)


def _is_linear(e: Expr) -> bool:
    return bool(e.is_polynomial(s)) and sympy.degree(e, s) <= 1


def _hyperbolic(e: Expr) -> Expr:
    """(high - low)^2/(high low) as 4 sinh(ln(high/low)/2)^2, where nothing but the ratio of the two is left."""
    if not e.has(_HIGH) or not e.is_rational_function(_HIGH, _LOW):
        return e
    q, ch, sh = sympy.symbols("q ch sh", positive=True)
    turned: Any = sympy.cancel(e.xreplace({_HIGH: q * (ch + sh), _LOW: q * (ch - sh)}))
    circle = ch**2 - sh**2 - 1
    above, below = (sympy.reduced(part, [circle], ch, sh)[1] for part in sympy.fraction(turned))
    short = sympy.cancel(above / below)
    if short.has(q):
        return e
    half = _LOG / (2 * rho)
    return short.xreplace({ch: cosh(half), sh: sinh(half)})

"""Functions of one variable that are >= 0 on a ray: by the value at an end, and the sign of the derivative."""

from __future__ import annotations

import sympy
from sympy import Dummy, Expr, Mul, Symbol, oo

from theory.derivations.engine.normal import is_regular

_DERIVATIVES = 6


def nonnegative_on_ray(f: Expr, x: Symbol, low: Expr, depth: int = _DERIVATIVES) -> str | None:
    """Why f(x) >= 0 for all x >= low, in words; None where no reason is found.

    f >= 0 follows from f(low) >= 0 and f' >= 0, or from f(oo) >= 0 and f' <= 0, and the sign of f' in the same way.
    All other symbols of f stand for themselves, with their assumptions. A function that may have a pole or a kink on
    the ray is refused.
    """
    if not smooth_on_ray(f, x, low):
        return None
    low = sympy.sympify(low)
    return _reason(f, x, low, depth)


def smooth_on_ray(f: Expr, x: Symbol, low: Expr) -> bool:
    """Whether f is shown to have no pole, jump or kink for x >= low."""
    step = Dummy("step", nonnegative=True)
    return is_regular(sympy.sympify(f).xreplace({x: sympy.sympify(low) + step}), step)


def _reason(f: Expr, x: Symbol, low: Expr, depth: int) -> str | None:
    if _negative_somewhere(f, x, low):
        return None
    step = Dummy("step", nonnegative=True)
    shifted = sympy.expand(f.xreplace({x: low + step}))
    if shifted.is_nonnegative or sympy.factor(shifted).is_nonnegative:
        return "all terms are nonnegative"
    if depth == 0:
        return None
    factors = Mul.make_args(sympy.factor(f))
    if len(factors) > 1:
        reasons = [_reason(g, x, low, depth - 1) for g in factors]
        pairs = list(zip(factors, reasons, strict=True))
        flipped = [None if why else _reason(-g, x, low, depth - 1) for g, why in pairs]
        known = all(a or b for a, b in zip(reasons, flipped, strict=True))
        if known and sum(b is not None for b in flipped) % 2 == 0:
            return "factor by factor"
    slope = sympy.expand(sympy.diff(f, x))
    if _value(f, x, low) and (why := _reason(slope, x, low, depth - 1)):
        return f"value at {x} = {low} is >= 0 and the derivative is >= 0 ({why})"
    why = _reason(-slope, x, low, depth - 1)
    if why and (at_end := sympy.limit(f, x, oo)).is_nonnegative and at_end.is_finite:
        return f"limit at {x} = oo is >= 0 and the derivative is <= 0 ({why})"
    return None


def _negative_somewhere(f: Expr, x: Symbol, low: Expr) -> bool:
    """Whether a number shows that f is not >= 0; a short way to a refusal, never to an acceptance."""
    others = sorted(f.free_symbols - {x}, key=str)
    point = {y: sympy.Rational(13 + 4 * i, 12) for i, y in enumerate(others) if not y.is_integer}
    point |= {y: sympy.Integer(2 + i) for i, y in enumerate(others) if y.is_integer}
    for away in (0, sympy.Rational(1, 3), 2, 9):
        value = f.xreplace({x: low + away}).xreplace(point).evalf(30)
        if value.is_number and value.is_real and value.is_finite and value < -sympy.Float("1e-15"):
            return True
    return False


def _value(f: Expr, x: Symbol, low: Expr) -> bool:
    value = sympy.simplify(f.subs(x, low))
    return bool(value.is_nonnegative and value.is_finite)

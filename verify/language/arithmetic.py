"""Sums, products and powers in sympy's canonical form, built without asking about signs (see ``kept``)."""

from __future__ import annotations

from collections import defaultdict
from functools import cmp_to_key
from typing import Any

import sympy
from sympy import Abs, Add, Basic, Indexed, Integer, Mul, Rational, Symbol
from sympy.core.function import AppliedUndef

from theory.compiler.ops import FUNCTIONS
from verify.language import kept
from verify.language.bounded import checked_argument, checked_power, is_constant

_ELEMENTARY = {name: getattr(sympy, name) for name in FUNCTIONS}
_PLAIN = (Symbol, Indexed, AppliedUndef, sympy.log)  # of which sympy knows no power


def product(left: Any, right: Any) -> Any:
    """``left*right``: numbers multiplied, whole powers of equal factors combined, a number spread over a sum."""
    number: Any = Integer(1)
    exponents: dict[Any, int] = defaultdict(int)
    for factor in (*Mul.make_args(left), *Mul.make_args(right)):
        if isinstance(factor, Rational):
            number *= factor
        elif isinstance(factor, sympy.Pow) and isinstance(factor.exp, Integer):
            exponents[factor.base] += int(factor.exp)
        else:
            exponents[factor] += 1
    factors = [_whole_power(base, Integer(e)) for base, e in exponents.items() if e]
    if number == 0 or not factors:
        return number
    if number == 1 and len(factors) == 1:
        return factors[0]
    if len(factors) == 1 and isinstance(factors[0], Add):
        return Add(*(product(number, term) for term in factors[0].args))
    factors.sort(key=cmp_to_key(Basic.compare))
    return Mul(*([] if number == 1 else [number]), *factors, evaluate=False)


def power(base: Any, exponent: Any) -> Any:
    """``base**exponent``.

    Raises:
        BadInput: see ``checked_power``.
    """
    checked_power(base, exponent)
    if isinstance(exponent, Integer):
        if isinstance(base, Mul) and not is_constant(base):
            out: Any = Integer(1)
            for factor in base.args:
                out = product(out, power(factor, exponent))
            return out
        if isinstance(base, sympy.Pow) and isinstance(base.exp, Integer):
            return power(base.base, base.exp * exponent)
        return _whole_power(base, exponent)
    if base is sympy.E:
        return _exponential(exponent)
    if is_constant(base) and is_constant(exponent):
        return sympy.Pow(base, exponent, evaluate=False)
    if isinstance(exponent, Rational) and exponent < 0:  # a divisor, which the compiler takes apart
        return sympy.Pow(kept.Pow(base, -exponent), -1, evaluate=False)
    return kept.Pow(base, exponent)


def function(name: str, argument: Any) -> Any:
    """``sqrt``, ``Abs`` or an elementary function of ``argument``, unevaluated.

    Raises:
        BadInput: see ``checked_argument``.
    """
    checked_argument(name, argument)
    if name == "sqrt":
        return power(argument, Rational(1, 2))
    if name in ("Abs", "abs"):
        return Abs(argument, evaluate=False)
    return _exponential(argument) if name == "exp" else _ELEMENTARY[name](argument, evaluate=False)


def _exponential(argument: Any) -> Any:
    return sympy.exp(argument, evaluate=False) if is_constant(argument) else kept.exp(argument)


def _whole_power(base: Any, exponent: Integer) -> Any:
    if exponent == 1:
        return base
    if exponent == 0:
        return Integer(1)
    if isinstance(base, (Rational, *_PLAIN)):
        return sympy.Pow(base, exponent)
    return (
        sympy.Pow(base, exponent, evaluate=False) if exponent == -1 or is_constant(base) else kept.Pow(base, exponent)
    )

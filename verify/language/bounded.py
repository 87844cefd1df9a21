"""Size and range of what typed text builds, checked at every node before sympy sees the next one.

Without these checks ``9**9**9`` or ``exp(exp(exp(100)))`` would stop the process: sympy computes integer
powers in full, and evaluates constants whenever it asks for a sign.
"""

from __future__ import annotations

import math
from typing import Any

import sympy
from sympy import Integral, Pow, Product, Rational, Sum, preorder_traversal
from sympy.core.function import AppliedUndef

from verify.language import kept
from verify.language.errors import BadInput

MAX_POWER = 64
MAX_BITS = 900  # of an exact number; below the largest float, 2^1024
LARGEST = 1e300
SMALL, SMALL_POWER = 10, 8
CONSTANT_PARTS, CONSTANT_DEPTH = 30, 4  # sympy's time to evaluate a constant doubles with each level


def is_constant(expression: Any) -> bool:
    """A closed-form number: no quantity, no free argument, nothing to sum or integrate."""
    # In this order: sympy's is_number rebuilds the body of a Sum, which may take seconds.
    return not expression.has(Sum, Product, Integral, AppliedUndef) and bool(expression.is_number)


def depends_on_something(expression: Any) -> bool:
    """Whether a quantity, a free argument or an index of a sum around it is free in the expression."""
    return bool(expression.free_symbols) or expression.has(AppliedUndef)


def is_small(expression: Any) -> bool:
    """Whether sympy may be asked for a sign: it takes exponential time over nested powers, isolates the roots
    of polynomials, and integrates numerically."""
    if expression.has(*kept.CLASSES) or sum(1 for _ in preorder_traversal(expression)) > SMALL:
        return False
    return all(abs(p.exp) <= SMALL_POWER for p in expression.atoms(Pow) if isinstance(p.exp, Rational))


def checked(expression: Any) -> Any:
    """The expression itself.

    Raises:
        BadInput: it is or contains something that is not a real number of moderate size.
    """
    if expression.has(sympy.nan, sympy.zoo, sympy.I):  # oo is legal as the end of an Integral
        raise BadInput("the value is not a finite real number; is something divided by zero?")
    if _bits(expression) > MAX_BITS:
        raise BadInput("an exact number has more than 270 digits; rescale the relation")
    if any(abs(p.exp) > MAX_POWER for p in expression.atoms(Pow) if isinstance(p.exp, Rational)):
        raise BadInput(f"an exponent exceeds {MAX_POWER}; write smaller powers")
    if is_constant(expression) and not isinstance(expression, Rational):
        if _depth(expression) > CONSTANT_DEPTH or sum(1 for _ in preorder_traversal(expression)) > CONSTANT_PARTS:
            raise BadInput("a number is built from too many parts; write its value")
        _require_real(lambda: float(expression))
    return expression


def checked_power(base: Any, exponent: Any) -> None:
    """Before ``base**exponent`` is built.

    Raises:
        BadInput: the result would be too large, infinite or complex.
    """
    if isinstance(exponent, Rational):
        if abs(exponent) > MAX_POWER:
            raise BadInput(f"the exponent {_short(exponent)} exceeds {MAX_POWER}; write a smaller power")
        if _bits(base) * abs(exponent) > MAX_BITS:
            raise BadInput("the power has more than 270 digits; write a smaller one")
    if base == 0 and is_constant(exponent) and exponent.is_negative:
        raise BadInput("division by zero; change the divisor")
    if not exponent.is_Integer:
        _require_not_negative(base)
    if is_constant(base) and not is_constant(exponent) and not float(base) > 0:
        raise BadInput("a base that is not positive has whole numbers as exponents only; change the base")
    if is_constant(base) and is_constant(exponent):
        _require_real(lambda: float(base) ** float(exponent))


def checked_argument(function: str, argument: Any) -> None:
    """Before ``function(argument)`` is built.

    Raises:
        BadInput: a root or logarithm that is never real, or a constant value above 1e300.
    """
    if function in ("sqrt", "log"):
        _require_not_negative(argument)
    if is_constant(argument) and hasattr(math, function):
        _require_real(lambda: getattr(math, function)(float(argument)))


def _require_not_negative(argument: Any) -> None:
    if is_small(argument) and not is_constant(argument) and argument.is_nonpositive:
        raise BadInput("a root or logarithm of something that is never positive is not real; change its sign")


def _require_real(compute: Any) -> None:
    try:
        value = compute()
    except (ArithmeticError, TypeError, ValueError):  # also of sympy, where it cannot tell the sign of rounding
        value = math.nan
    if isinstance(value, complex):
        raise BadInput("the value is not a real number; change the argument")
    _require_range(value)


def _require_range(value: float) -> None:
    if not abs(value) <= LARGEST:
        raise BadInput(f"the value is not a real number below {LARGEST:g}; change the argument")


def _depth(expression: Any) -> int:
    """How many powers and functions are nested."""
    inner = max(map(_depth, expression.args), default=0)
    return inner + (not expression.is_Add and not expression.is_Mul and not expression.is_Atom)


def _bits(expression: Any) -> int:
    numbers = expression.atoms(Rational)
    return max((max(int(n.p).bit_length(), int(n.q).bit_length()) for n in numbers), default=0)


def _short(number: Any) -> str:
    text = str(number)
    return text if len(text) <= 20 else text[:17] + "..."

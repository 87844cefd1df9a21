"""Numbers as typed: exact ones for relations, ``int`` and ``float`` for arguments of grids and targets."""

from __future__ import annotations

import ast
import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from sympy import Rational

from verify.language.errors import BadInput, quoted
from verify.language.syntax import Source

LARGEST = 10**12
SMALLEST = Decimal("1e-30")
MAX_DIGITS = 40


def is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def exact(source: Source, node: ast.expr) -> Rational:
    """The number as typed, exactly: ``.1`` is 1/10.

    Raises:
        BadInput: more than 40 digits, larger than 10^12 or, unless 0, smaller than 1e-30.
    """
    text = source.segment(node).replace("_", "")
    assert isinstance(node, ast.Constant)
    if isinstance(node.value, int):
        if node.value > LARGEST:
            raise _size_error(source, node, "larger than 10**12")
        return Rational(node.value)
    if len(text) > MAX_DIGITS:
        raise _size_error(source, node, f"longer than {MAX_DIGITS} characters")
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent of more than about 18 digits
        raise _size_error(source, node, "out of range") from None
    if number > LARGEST:
        raise _size_error(source, node, "larger than 10**12")
    if 0 < number < SMALLEST:
        raise _size_error(source, node, f"smaller than {SMALLEST}")
    return Rational(Fraction(number)) if number else Rational(0)


def _size_error(source: Source, node: ast.expr, why: str) -> BadInput:
    return source.error(node, f"the number {quoted(source.segment(node), 30)} is {why}; rescale the relation")


def plain(source: Source, node: ast.expr) -> int | float:
    """A finite number, with an optional sign, as Python reads it; integers above 10^12 become floats.

    Raises:
        BadInput: something else than a number, or one that overflows.
    """
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return -plain(source, node.operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=ast.Constant()):
            return plain(source, node.operand)
        case ast.Constant(value=int() | float() as number) if is_number(node):
            pass
        case _:
            raise source.error(node, f"{quoted(source.segment(node))} is not a number; write one")
    try:
        number = number if isinstance(number, int) and number <= LARGEST else float(number)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise source.error(node, f"the number {quoted(source.segment(node), 30)} is too large")
    return number

"""Index expressions such as ``k + 1`` or ``n*N*d - 1``, as functions of whole numbers that need no sympy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from operator import add
from typing import Any

import sympy

from theory.compiler.frame import CompileError

Values = Mapping[Any, Any]  # of the symbols: ints, or arrays of ints that broadcast


class Index:
    """An index expression, ready to be computed.

    Attributes:
        expression: as it was written.
        symbols: those that need a value.
        constant: its value where there are none.
    """

    def __init__(self, expression: Any):
        self.expression = expression
        self.symbols = tuple(expression.free_symbols)
        self._value = _polynomial(expression) or self._by_sympy
        self.constant = int(expression) if expression.is_Integer else None

    def at(self, values: Values) -> Any:
        """The index, an int or an array of ints.

        Args:
            values: of all ``symbols``.

        Raises:
            CompileError: it is not an integer there.
        """
        return self._value(values)

    def _by_sympy(self, values: Values) -> Any:
        needed = {symbol: values[symbol] for symbol in self.symbols}
        if any(not isinstance(value, int) for value in needed.values()):
            return sympy.lambdify(list(needed), self.expression, "numpy")(*needed.values())
        number = self.expression.subs(needed)
        if not number.is_Integer:
            raise CompileError(f"the index {self.expression} is {number}, not an integer")
        return int(number)


def _polynomial(e: Any) -> Callable[[Values], Any] | None:
    """Sums and products of symbols and integers; None for anything else."""
    if e.is_Integer:
        number = int(e)
        return lambda values: number
    if e.is_Symbol:
        return lambda values: values[e]
    if not (e.is_Add or e.is_Mul):
        return None
    parts = [part for a in e.args if (part := _polynomial(a)) is not None]
    if len(parts) < len(e.args):
        return None
    if e.is_Add:
        return lambda values: reduce(add, (part(values) for part in parts))
    return lambda values: math.prod(part(values) for part in parts)

"""Expressions that stay as typed: sympy's own ask for signs, combine powers, and rebuild what is summed over.

For hostile texts these questions take exponential or unbounded time: an integral without a free symbol counts
as a number, which sympy computes whenever it sorts or prints terms; the free symbols of a sum are found by
rebuilding its body; the power of a sum of two terms asks whether one is infinite. The classes here answer no
question, and are otherwise sympy's: they have its names, its printing, and are equal to what it would build.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Basic, Symbol

_PARENTS = (sympy.Sum, sympy.Product, sympy.Integral, sympy.Pow, sympy.exp)
_QUESTIONS = {name for parent in _PARENTS for name in dir(parent) if name.startswith("_eval_is_")}


def _unknown(self: Any) -> None:
    return None


# A base class, because sympy looks for the answers when it makes a class.
_Silent: Any = type("_Silent", (), dict.fromkeys(_QUESTIONS - {"_eval_is_commutative"}, _unknown))


class _Kept(_Silent):
    def __eq__(self, other: Any) -> Any:
        if not isinstance(other, Basic):
            return super().__eq__(other)
        return self is other or (type(self).__name__ == type(other).__name__ and self.args == other.args)

    __hash__ = Basic.__hash__  # of the class's name and the arguments: that of sympy's own class


class _Binder(_Kept):
    is_number = False

    @property
    def free_symbols(self) -> set[Symbol]:
        """As sympy's, without rebuilding the body."""
        symbols = set(self.function.free_symbols)
        for variable, *ends in self.limits:  # the innermost first
            symbols.discard(variable)
            symbols.update(*(end.free_symbols for end in ends))
        return symbols


class _Exponential(_Kept):
    """No part of a product or power combines with it."""

    def as_base_exp(self) -> tuple[Any, Any]:
        return self, sympy.S.One

    def _eval_power(self, exponent: Any) -> None:
        return None

    def _eval_evalf(self, prec: int) -> None:
        return None


class Sum(_Binder, sympy.Sum):
    pass


class Product(_Binder, sympy.Product):
    pass


class Integral(_Binder, sympy.Integral):
    pass


class Pow(_Exponential, sympy.Pow):
    def __new__(cls, base: Any, exponent: Any, evaluate: bool = False) -> Any:
        return sympy.Pow.__new__(cls, base, exponent, evaluate=False)


class exp(_Exponential, sympy.exp):
    def __new__(cls, argument: Any, evaluate: bool = False) -> Any:
        return sympy.exp.__new__(cls, argument, evaluate=False)


CLASSES = (Sum, Product, Integral, Pow, exp)

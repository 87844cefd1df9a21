"""Bound variables: names that stand for nothing else in an expression, and ranges that they may run over."""

from __future__ import annotations

from collections.abc import Set
from functools import cache
from typing import Any

import sympy
from sympy import Dummy, Expr, Indexed, IndexedBase, Integral, Product, Sum, Symbol, oo

from theory.symbols import k

TOTALS = (Sum, Product, Integral)
_LEVEL = Symbol("w", positive=True)


def separated(expression: Any, avoid: Set[Any] = frozenset()) -> Expr:
    """The same expression, where every bound variable has a name that is free nowhere in it, nor in ``avoid``.

    Names depend on the depth of a sum alone, so that equal sums stay equal: an index of 0, 1, ... is ``k`` where that
    name is to be had, a positive variable of integration ``w``.
    """
    e = sympy.sympify(expression)
    if not e.has(*TOTALS):
        return e
    return _canonical(_unique(e), frozenset(e.free_symbols | avoid))[0]


def bound_variables(expression: Any) -> set[Any]:
    """Every variable of a sum, a product or an integral."""
    return {limits[0] for total in sympy.sympify(expression).atoms(*TOTALS) for limits in total.limits}


def legal(expression: Any) -> bool:
    """Whether every range fits its variable: its ends have the variable's sign, and no sum is shorter than nothing.

    Sums of several variables and indefinite integrals are not legal, nor a variable named as an indexed quantity is.
    """
    return all(_is_range(total) for total in sympy.sympify(expression).atoms(*TOTALS))


def _is_range(total: Any) -> bool:
    if len(total.limits) != 1 or len(total.limits[0]) != 3:
        return False
    x, low, high = total.limits[0]
    if any(x == base.label for base in total.function.atoms(IndexedBase)):
        return False
    if isinstance(total, Integral):
        if _is_plain(x, real=True):
            return bool(low.is_extended_real and high.is_extended_real)
        plain = _is_plain(x, positive=True) or _is_plain(x, nonnegative=True)
        return bool(plain and low.is_nonnegative and (high.is_nonnegative or high == oo))
    fits = (
        _is_plain(x, integer=True)
        or (_is_plain(x, integer=True, nonnegative=True) and low.is_nonnegative)
        or (_is_plain(x, integer=True, positive=True) and low.is_positive)
    )
    return bool(fits and low.is_integer and high.is_integer and (high - low + 1).is_nonnegative)


def _is_plain(x: Any, **assumptions: bool) -> bool:
    return bool(x.assumptions0 == Symbol("x", **assumptions).assumptions0)


def _unique(e: Any) -> Any:
    """Every bound variable becomes a new one, from the outside inwards."""
    if isinstance(e, Indexed) or not e.args:
        return e
    if isinstance(e, TOTALS) and len(e.limits) == 1 and len(e.limits[0]) == 3:
        x, low, high = e.limits[0]
        new = Dummy(x.name, **x.assumptions0)
        return e.func(_unique(e.function.xreplace({x: new})), (new, _unique(low), _unique(high)))
    if isinstance(e, TOTALS):
        return e
    return e.func(*[_unique(a) for a in e.args])


def _canonical(e: Any, blocked: frozenset[Any]) -> tuple[Any, tuple[int, int]]:
    """The expression with names by depth, and how many sums, and how many integrals, lie inside each other."""
    if isinstance(e, Indexed) or not e.args or not e.has(*TOTALS):
        return e, (0, 0)
    if isinstance(e, TOTALS) and len(e.limits) == 1 and len(e.limits[0]) == 3:
        x, low, high = e.limits[0]
        (f, inner), (low, first), (high, last) = (_canonical(a, blocked) for a in (e.function, low, high))
        sums, levels = (max(depths) for depths in zip(inner, first, last, strict=True))
        if isinstance(e, Integral):
            name, depth = _name(True, levels, low, high, blocked), (sums, levels + 1)
        else:
            name, depth = _name(False, sums, low, high, blocked), (sums + 1, levels)
        return e.func(f.xreplace({x: name}), (name, low, high)), depth
    if isinstance(e, TOTALS):
        return e, (1, 1)
    parts = [_canonical(a, blocked) for a in e.args]
    sums, levels = (max(depths) for depths in zip(*[d for _, d in parts], strict=True))
    return e.func(*[a for a, _ in parts]), (sums, levels)


def _name(level: bool, depth: int, low: Any, high: Any, blocked: frozenset[Any]) -> Any:
    plain = bool(low.is_nonnegative and (not level or high.is_nonnegative or high == oo))
    usual = _LEVEL if level else k
    if depth == 0 and plain and usual not in blocked:
        return usual
    other = 0
    while (name := _dummy(level, depth, plain, other)) in blocked:
        other += 1
    return name


@cache
def _dummy(level: bool, depth: int, plain: bool, other: int) -> Dummy:
    name = f"{'w' if level else 'k'}{depth}_{other}"
    if level:
        return Dummy(name, positive=True) if plain else Dummy(name, real=True)
    return Dummy(name, integer=True, nonnegative=True) if plain else Dummy(name, integer=True)

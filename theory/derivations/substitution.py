"""Putting a grid into a bound: v[k] becomes the grid's formula, or its numbers.

>>> from theory.claims import find
>>> from theory.grids import exponential
>>> bound = substitute_grid(find("wht24.lemma10").relation.rhs, exponential(3, 1, 2))
>>> bound
m2/8
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Indexed, Integral, Product, Sum

from theory.grids import FORMULAS, Grid
from theory.symbols import N, k
from theory.vocabulary import gamma, sigma, v

_POWER = {v.label.name: 2, sigma.label.name: 1, gamma.label.name: -2}


def substitute_family(expression: Any, family: str) -> Any:
    """The expression with v[k], sigma[k], gamma[k] written in the family's own symbols.

    Args:
        expression: over the vocabulary.
        family: a key of ``theory.grids.FORMULAS``.

    Raises:
        KeyError: there is no such family.
    """
    return _replace(expression, FORMULAS[family])


def substitute_grid(expression: Any, grid: Grid) -> Any:
    """The expression on one grid: sums written out, v[k] as numbers of 15 digits (exact where they are).

    What does not depend on the grid alone (d, m2, J at a noise level) stays symbolic.
    """
    expression = sympy.sympify(expression).subs(N, grid.N)
    # innermost sums first, so that limits that depend on an outer index are numbers when they are needed
    for _ in range(8):
        sums = [s for s in expression.atoms(Sum, Product) if not s.function.atoms(Sum, Product)]
        if not sums:
            break
        expression = expression.xreplace({s: _write_out(s) for s in sums})
    numbers = {
        entry: _number(grid, entry)
        for entry in expression.atoms(Indexed)
        if entry.base.label.name in _POWER and entry.indices[0].is_Integer
    }
    return expression.xreplace(numbers)


def _replace(expression: Any, formula: Any) -> Any:
    entries = {
        e: formula.subs(k, e.indices[0]) ** _POWER[e.base.label.name]
        for e in expression.atoms(Indexed)
        if e.base.label.name in _POWER
    }
    return expression.xreplace(entries)


def _write_out(total: Any) -> Any:
    terms = total.doit(deep=False) if not total.has(Integral) else total
    if isinstance(terms, (Sum, Product)):
        index, low, high = total.limits[0]
        parts = [total.function.subs(index, i) for i in range(int(low), int(high) + 1)]
        return sympy.Add(*parts) if isinstance(total, Sum) else sympy.Mul(*parts)
    return terms


def _number(grid: Grid, entry: Indexed) -> Any:
    variance = float(grid.v[int(entry.indices[0])])
    exact = sympy.Integer(int(variance)) if variance.is_integer() else sympy.Float(variance, 15)
    return exact ** sympy.Rational(_POWER[entry.base.label.name], 2)

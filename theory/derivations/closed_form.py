"""A bound on the grids of one family, in closed form where a sum has one; and the numbers of a limit on one grid."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy
from sympy import Add, Dummy, Expr, Integral, Sum, exp, log

from theory.derivations.engine.normal import grouped
from theory.derivations.family import s, variance
from theory.derivations.limits import ManySteps, has_curves
from theory.derivations.substitution import substitute_family
from theory.grids import Grid
from theory.grids.formulas import sigma_max, sigma_min

_PANELS = 32  # of an integral over [0, 1], which may have kinks
_LOG = Dummy("ln_R", positive=True)


def closed_form(expression: Any, family: str) -> Expr:
    """The expression on a family's grids; a sum whose summand does not depend on k is N times it.

    Args:
        expression: over the vocabulary.
        family: a key of ``theory.grids.FORMULAS``.

    Raises:
        KeyError: there is no such family.
    """
    written = substitute_family(expression, family)
    short = written.replace(
        lambda e: e.is_Pow and e.base == sigma_min / sigma_max, lambda e: exp(-_LOG * sympy.expand(e.exp))
    )
    outside, sums = grouped(short)
    total = outside
    for limits, summand in sums.items():
        index, low, high = limits
        term = sympy.powsimp(sympy.expand(sympy.expand_log(summand)))
        total += (high - low + 1) * term if not term.has(index) else Sum(summand, limits)
    return _long(total) if len(total.atoms(Sum)) < len(short.atoms(Sum)) else written


def _long(e: Expr) -> Expr:
    return sympy.powsimp(e.xreplace({_LOG: log(sigma_max / sigma_min)}))


def numbers(limit: ManySteps, grid: Grid) -> Expr:
    """The value of a limit with a grid's parameters put in; integrals over s as numbers, to the digits that are known.

    What does not depend on the grid (d, m2, J at a noise level) stays symbolic.
    """
    given = {x: sympy.Float(grid.parameters[x.name], 17) for x in _parameters(limit) if x.name in grid.parameters}
    formula = limit.where.rhs.xreplace(given)
    value = limit.value.xreplace(given)
    areas = {a: _area(a, formula) for a in value.atoms(Integral) if not has_curves(a.function)}
    return sympy.expand(value.xreplace(areas)).evalf(15)


def _parameters(limit: ManySteps) -> set[Any]:
    return limit.value.free_symbols | limit.where.free_symbols


def _area(area: Integral, formula: Expr) -> Expr:
    written = area.function.replace(variance, lambda time: formula.subs(s, time)).doit(integrals=False)
    total = sympy.S.Zero
    for term in Add.make_args(sympy.expand(written, deep=False)):
        factor, inner = term.as_independent(s, as_Add=False)
        known = inner.free_symbols <= {s}
        total += factor * (_number(inner) if known else Integral(inner, (s, 0, 1)))
    return total


def _number(f: Expr) -> Expr:
    """The integral over [0, 1] in mpmath, to the digits that its error estimate leaves (15 at most)."""
    integrand = sympy.lambdify(s, f, "mpmath", cse=True)
    with mpmath.workdps(20):
        value, error = mpmath.quad(integrand, mpmath.linspace(0, 1, _PANELS + 1), error=True)
        digits = 15 if error == 0 else int(-mpmath.log10(error / max(abs(value), error)))
    return sympy.Float(value, max(1, min(15, digits)))

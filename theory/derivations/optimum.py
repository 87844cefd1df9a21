"""The value of a parameter that makes a bound smallest, with a proof that it does.

The derivative's factors are looked at one by one. One of them may change its sign, once, from - to +: there is the
minimum. If none does, the bound falls or rises all along, and has an infimum at an end that it does not reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Dummy, Expr, Indexed, Mul, Symbol, exp, log, oo

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.one_variable import nonnegative_on_ray
from theory.derivations.engine.signs import pointwise
from theory.grids.formulas import sigma_max, sigma_min
from theory.symbols import N
from theory.vocabulary import sigma, v

_LOG = Dummy("ln_R", positive=True)  # R the ratio of the two ends


class NoOptimum(ValueError):
    """No optimum could be proved; the message says why."""


@dataclass(frozen=True)
class Optimum:
    """The least value of a bound over a positive parameter.

    Attributes:
        at: the parameter; 0 or oo where the value is an infimum that is not reached.
        value: of the bound there.
        reached: whether it is a minimum.
        how: why, in words.
    """

    at: Expr
    value: Expr
    reached: bool
    how: str


def minimise(expression: Any, parameter: Symbol) -> Optimum:
    """The least value of an expression over all positive values of a parameter.

    Args:
        expression: over the vocabulary and a grid family's parameters; sigma_max > sigma_min and the order of the grid
            are known.
        parameter: a positive symbol.

    Raises:
        NoOptimum: the expression does not depend on the parameter, or no sign of the derivative can be shown.
    """
    e = sympy.sympify(expression)
    ratio = sigma[0] / sigma[N] if e.has(sigma[0], v[0]) else sigma_max / sigma_min
    f = _by_ratio(e)
    if not f.has(parameter):
        raise NoOptimum(f"the expression does not depend on {parameter}")
    if f.has(sympy.Sum, sympy.Integral):
        raise NoOptimum(f"there is no closed form to minimise over {parameter}; take a limit of many steps, or a grid")
    found = _turning(f, parameter) or _monotone(f, parameter)
    if found is None:
        raise NoOptimum(f"no sign of the derivative in {parameter} can be shown")
    at, value, reached, how = found
    long = {_LOG: log(ratio)}
    return Optimum(
        at.xreplace(long), sympy.simplify(value.xreplace(long)), reached, how.replace("_ln_R", f"ln({ratio})")
    )


def _by_ratio(e: Expr) -> Expr:
    """The larger of two ends as the smaller one times an exponential."""
    swaps = {sigma_max: sigma_min * exp(_LOG)}
    if {sigma[0], sigma[N]} <= e.atoms(Indexed):
        swaps[sigma[0]] = sigma[N] * exp(_LOG)
    if {v[0], v[N]} <= e.atoms(Indexed):
        swaps[v[0]] = v[N] * exp(2 * _LOG)
    return sympy.powdenest(sympy.expand_log(e.xreplace(swaps)), force=False)


def _turning(f: Expr, p: Symbol) -> tuple[Expr, Expr, bool, str] | None:
    """A derivative with one factor a p - b, a and b > 0, all others > 0: a minimum at b/a."""
    slope = sympy.factor(sympy.together(sympy.diff(f, p)))
    zeros: list[Expr] = []
    sign = 1
    for factor in Mul.make_args(slope):
        a, b = factor.coeff(p, 1), factor.coeff(p, 0)
        if factor.is_positive:
            continue
        if (-factor).is_positive:
            sign = -sign
        elif sympy.expand(factor - a * p - b) == 0 and not a.has(p) and a.is_nonzero and (-b / a).is_positive:
            zeros.append(-b / a)
            sign = sign if a.is_positive else -sign
        else:
            return None
    if len(zeros) != 1 or sign < 0:
        return None
    at = zeros[0]
    return at, f.subs(p, at), True, f"the derivative {slope} is negative below {p} = {at} and positive above it"


def _monotone(f: Expr, p: Symbol) -> tuple[Expr, Expr, bool, str] | None:
    y = Symbol("y", positive=True)
    upside = f.subs(p, 1 / y)
    for g, x, ends in ((upside, y, (oo, sympy.S.Zero)), (f, p, (sympy.S.Zero, oo))):
        above, below = sympy.fraction(sympy.together(sympy.diff(g, x)))
        if not pointwise(below, Domain()):
            continue
        for sign, end in ((1, ends[0]), (-1, ends[1])):
            why = nonnegative_on_ray(sign * above, x, sympy.S.Zero)
            if why is not None:
                word = "falls" if end is oo else "rises"
                value = sympy.limit(f, p, end)
                return end, value, False, f"it {word} for all {p} > 0 ({why}); the infimum is not reached"
    return None

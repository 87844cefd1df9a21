"""What a quantity of a grid family tends to as the number of steps grows, in closed form where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Eq, Expr, Function, Indexed, Integral, Max, Min, Symbol, oo
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.integrals.rationaltools import ratint

from theory.derivations.engine.normal import grouped, is_zero
from theory.derivations.family import FamilyInTime, s, variance
from theory.symbols import N
from theory.vocabulary import gamma, sigma, v

_h = Symbol("h", positive=True)  # 1/N
_GRID = {v.label.name: sympy.S.One, sigma.label.name: sympy.S.Half, gamma.label.name: -sympy.S.One}
_ORDERS = 4


class NoLimit(ValueError):
    """The limit cannot be had; the message says why."""


@dataclass(frozen=True)
class ManySteps:
    """``N**power`` times the quantity tends to ``value``.

    Attributes:
        power: of N.
        value: closed form; where there is none, with an integral over s = k/N of an expression in v(s).
        where: the relation v(s) = the family's formula.
        smooth: whether the family's formula was shown to be smooth on [0, 1], and the summands to have no poles there,
            which the limit needs.
        how: in words.
    """

    power: int
    value: Expr
    where: Relational
    smooth: bool
    how: str


def limit_of_many_steps(expression: Any, family: str) -> ManySteps:
    """The leading term of an expression over the vocabulary on the grids of a family, as N grows.

    With v(s), s = k/N, the family's formula, every summand is a function of s and h = 1/N. It is expanded in h; a sum
    whose summand begins with c(s) h^q is h^{q-1} times the integral of c, and more terms do not matter.

    Args:
        expression: over the vocabulary; sums over grid points, and terms outside of them.
        family: a key of ``theory.grids.FORMULAS``.

    Raises:
        KeyError: there is no such family.
        NoLimit: the formula is made of pieces, the leading terms cancel, a sum has an end that is no grid end, or its
            leading term has a pole at an end.
    """
    formula = FamilyInTime(family)
    if formula.sigma.has(sympy.Piecewise, Max, Min):
        raise NoLimit(f"the formula of {family} grids is made of pieces; give another family")
    outside, sums = grouped(sympy.sympify(expression))
    smooth = formula.is_smooth and all(_is_smooth(_in_time(term, limits[0])) for limits, term in sums.items())
    parts: list[tuple[int, Expr, bool]] = []
    for limits, term in sums.items():
        _check_range(limits)
        power, lead = _leading(_in_time(term, limits[0]))
        parts.append((power - 1, lead, True))
    if outside != 0:
        parts.append((*_leading(_in_time(outside, None)), False))
    if not parts:
        return ManySteps(0, sympy.S.Zero, Eq(variance(s), formula.plain(formula.sigma) ** 2), True, "no term")
    order = min(power for power, _, _ in parts)
    density = Add(*[lead for power, lead, summed in parts if power == order and summed])
    ends = Add(*[lead for power, lead, summed in parts if power == order and not summed])
    if formula.is_smooth:
        _check_ends(density, formula)
    closed, open_ = formula.put_in(ends), sympy.S.Zero
    plain = formula.plain(closed)
    for term in Add.make_args(sympy.expand(density)):
        area = None if has_curves(term) else _closed_integral(formula.put_in(term))
        if area is None:
            open_ += term
        else:
            closed, plain = closed + area, plain + formula.plain(area)
    if is_zero(closed) and open_ == 0:
        raise NoLimit("the leading terms cancel; the next order is not computed")
    value = plain + (Integral(open_, (s, 0, 1)) if open_ != 0 else 0)
    words = f"the summand begins with ({density}) / N^{order + 1}" if density != 0 else "no sum is left"
    where = Eq(variance(s), formula.plain(formula.sigma) ** 2)
    return ManySteps(order, value, where, smooth, words)


def has_curves(e: Expr) -> bool:
    """Whether a function other than v(s) occurs, such as J or the score error as a function of s."""
    return any(f.func is not variance for f in e.atoms(AppliedUndef)) or e.has(sympy.Subs)


def _check_range(limits: tuple[Any, ...]) -> None:
    _, low, high = limits
    if not low.is_Integer or not (high - N).is_Integer:
        raise NoLimit(f"a sum from {low} to {high} does not run over the grid")


def _is_smooth(e: Expr) -> bool:
    """Whether a summand has no pole: what it divides by, or takes logarithms or roots of, is positive."""
    bases = [p.base for p in e.atoms(sympy.Pow) if not (p.exp.is_Integer and p.exp.is_nonnegative)]
    bases += [g.args[0] for g in e.atoms(sympy.log)]
    return all(b.is_positive for b in bases if b.has(s, _h))


def _check_ends(density: Expr, formula: FamilyInTime) -> None:
    if has_curves(density):
        return
    for end in (0, 1):
        value = formula.put_in(density).subs(s, end)
        if value.has(sympy.nan, sympy.zoo, oo, -oo):
            raise NoLimit(f"the leading term {density} has a pole at s = {end}: the sum may have no limit")


def _in_time(e: Expr, index: Symbol | None) -> Expr:
    """The expression in s and h: v[k + m] at s + m h, v[m] at m h, v[N + m] at 1 + m h."""

    def at(position: Any) -> Any:
        return sympy.expand((position.subs(index, s / _h) if index is not None else position).subs(N, 1 / _h) * _h)

    swaps = {}
    for entry in e.atoms(Indexed):
        name = entry.base.label.name
        time = at(entry.indices[0])
        swaps[entry] = variance(time) ** _GRID[name] if name in _GRID else Function(name, real=True)(time)
    e = e.xreplace(swaps)
    return (e if index is None else e.subs(index, s / _h)).subs(N, 1 / _h)


def _leading(e: Expr) -> tuple[int, Expr]:
    """The first power of h in the expansion, and its coefficient."""
    e, lowest = _without_max(e)
    shift = 0
    for term in Add.make_args(sympy.expand(e)):
        shift = max(shift, -int(term.as_coeff_exponent(_h)[1])) if term.as_coeff_exponent(_h)[1].is_Integer else shift
    e = sympy.expand(e * _h**shift)
    for order in range(_ORDERS + shift):
        coefficient = sympy.expand(_at_zero(e) / sympy.factorial(order))
        if coefficient.has(sympy.nan, sympy.zoo, oo, sympy.Heaviside, sympy.DiracDelta):
            raise NoLimit(f"{coefficient} has no expansion in 1/N")
        if not is_zero(coefficient):
            if lowest is not None and order - shift > lowest:
                break
            return order - shift, coefficient
        e = sympy.diff(e, _h)
    raise NoLimit("the leading terms cancel; the next order is not computed")


def _at_zero(e: Expr) -> Expr:
    flat = e.subs(_h, 0)
    areas = {a: sympy.S.Zero for a in flat.atoms(Integral) if is_zero(a.limits[0][1] - a.limits[0][2])}
    return flat.xreplace(areas).doit(integrals=False, deep=True)


def _without_max(e: Expr) -> tuple[Expr, int | None]:
    """Max(0, a) by its leading term; and the lowest order of a term that holds one."""
    found = [m for m in e.atoms(Max) if m.has(_h)]
    if not found:
        return e, None
    swaps, lowest = {}, None
    for m in found:
        if len(m.args) != 2 or 0 not in m.args:
            raise NoLimit(f"{m} has no expansion in 1/N")
        power, lead = _leading(next(a for a in m.args if a != 0))
        swaps[m] = _h**power * Max(0, lead)
        orders = []
        for term in Add.make_args(sympy.expand(e)):
            if term.has(m):
                orders.append(_leading(term.xreplace(swaps))[0])
        lowest = min([*orders, *([] if lowest is None else [lowest])])
    return e.xreplace(swaps), lowest


def _closed_integral(f: Expr) -> Expr | None:
    """The integral over [0, 1]; None where no antiderivative is found that differentiates back."""
    if not f.has(s):
        return f
    whole = ratint(f, s) if f.is_rational_function(s) else _of_power(f)
    if whole is None or whole.has(Integral, sympy.Piecewise) or not is_zero(sympy.diff(whole, s) - f):
        return None
    value = sympy.cancel(sympy.together(whole.subs(s, 1) - whole.subs(s, 0)))
    return None if value.has(sympy.nan, sympy.zoo, oo) else value


def _of_power(f: Expr) -> Expr | None:
    """An antiderivative of a power of a linear function, or of an exponential of one, times a constant."""
    constant, inner = sympy.powsimp(f).as_independent(s, as_Add=False)
    base, power = inner.as_base_exp()
    linear = power if base is sympy.E else base
    if not linear.is_polynomial(s) or sympy.degree(linear, s) != 1:
        return None
    slope = sympy.diff(linear, s)
    if base is sympy.E:
        return constant * inner / slope
    return None if power.has(s) or (power + 1).is_zero else constant * base ** (power + 1) / (slope * (power + 1))

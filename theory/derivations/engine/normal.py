"""Normal forms of expressions with sums and integrals; two expressions with the same one are equal.

* Sums are split into monomials, each shifted so that its smallest index is that of the sum, and brought to the range
  0 ... N-1 with the terms at the ends written out. Telescoping and Abel summation are then plain algebra.
* Integrals of elementary terms are evaluated; the antiderivative is differentiated again. An integral of anything else,
  such as J, is the difference of a nameless antiderivative at its two ends, so that intervals may be joined.

Bound variables get names that are free nowhere, so that none is captured. A range that does not fit its variable, or
may be shorter than nothing, is not legal; nothing is shown to be 0 that holds one.

Levels outside the grid, such as v[-1], may appear on the way. An identity that holds for every value of them holds.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy
from sympy import Add, Derivative, Dummy, Expr, Function, Indexed, Integral, Max, Min, Mul, Pow, Sum, Symbol, expand
from sympy.core.function import Application, AppliedUndef, UndefinedFunction

from theory.derivations.engine.bound import TOTALS, legal, separated

_WRITTEN_OUT = 60  # terms of a sum between two numbers
_LARGE = 400  # operations of an expression that ``simplify`` is not tried on
_SMOOTH = (
    sympy.exp,
    sympy.log,
    sympy.sinh,
    sympy.cosh,
    sympy.tanh,
    sympy.asinh,
    sympy.atan,
    sympy.sin,
    sympy.cos,
)


def is_zero(expression: Any) -> bool:
    """Whether the expression is proved to be 0 for all values of its symbols; False says nothing."""
    e = sympy.sympify(expression)
    if not legal(e):
        return False
    rest = normal(e)
    if rest == 0:
        return True
    outside, sums = grouped(rest)
    return _vanishes(outside) and all(_vanishes(term) for term in sums.values())


def normal(expression: Any) -> Expr:
    """The normal form: an expanded expression that equals the given one."""
    return expand(separated(_visit(separated(expression))))


def grouped(expression: Any, kind: Any = Sum) -> tuple[Expr, dict[tuple[Any, ...], Expr]]:
    """What stands outside of sums (or integrals), and one summand (integrand) for each range.

    Only terms that are linear in one sum are taken apart; coefficients go inside. The variables are free nowhere else.
    """
    e = expand(separated(expression))
    taken = e.free_symbols
    outside: Expr = sympy.S.Zero
    inside: dict[tuple[Any, ...], Expr] = {}
    for term in Add.make_args(e):
        totals = [f for f in Mul.make_args(term) if isinstance(f, kind) and len(f.limits) == 1]
        if len(totals) != 1:
            outside += term
            continue
        total = totals[0]
        function, coefficient, limits = total.function, term / total, total.limits[0]
        if coefficient.has(*TOTALS):
            total = separated(kind(function * coefficient, tuple(limits)), taken)
            function, coefficient, limits = total.function, sympy.S.One, total.limits[0]
        range_ = tuple(limits)
        inside[range_] = inside.get(range_, sympy.S.Zero) + function * coefficient
    return outside, inside


def _vanishes(e: Expr) -> bool:
    if e == 0:
        return True
    e = e.xreplace({m: sympy.Dummy(real=True) for m in e.atoms(Max, Min)})
    if _is_somewhere_else(e):
        return False
    if expand(e) == 0 or sympy.cancel(sympy.together(e)) == 0:
        return True
    return bool(e.count_ops() < _LARGE and sympy.simplify(e) == 0)


def _is_somewhere_else(e: Expr) -> bool:
    """Whether the expression is not 0 at one point; a short way to a refusal, never to an acceptance."""
    if e.has(Sum, Integral, Derivative):
        return False
    parts = sorted(e.atoms(Indexed, AppliedUndef), key=lambda x: (-x.count_ops(), str(x)))
    point = {x: sympy.Rational(17 + 6 * i, 16) for i, x in enumerate(parts)}
    e = e.xreplace(point)
    symbols = sorted(e.free_symbols, key=str)
    e = e.xreplace(
        {x: sympy.Integer(5 + 2 * i) if x.is_integer else sympy.Rational(19 + 4 * i, 12) for i, x in enumerate(symbols)}
    )
    value = e.evalf(30)
    return bool(value.is_number and value.is_finite and abs(value) > 1e-9)


def _visit(e: Any) -> Any:
    if isinstance(e, Indexed) or not e.args:
        return e
    if isinstance(e, Sum) and len(e.limits) == 1:
        variable, low, high = e.limits[0]
        return _total(expand(_visit(e.function)), variable, _visit(low), _visit(high))
    if isinstance(e, Integral) and len(e.limits) == 1 and len(e.limits[0]) == 3:
        variable, low, high = e.limits[0]
        return _area(expand(_visit(e.function)), variable, _visit(low), _visit(high))
    if isinstance(e, (Sum, Integral, Derivative)):
        return e
    args = [_visit(a) for a in e.args]
    if isinstance(e, (Max, Min)):
        args = [expand(a) for a in args]
    return e.func(*args)


def _total(f: Expr, index: Symbol, low: Any, high: Any) -> Expr:
    if low.is_Integer and high.is_Integer and high - low < _WRITTEN_OUT:
        return Add(*[f.subs(index, i) for i in range(int(low), int(high) + 1)])
    out = sympy.S.Zero
    for term in Add.make_args(f):
        constant, inner = term.as_independent(index, as_Add=False)
        out += constant * _monomial(inner, index, low, high)
    return out


def _monomial(f: Expr, index: Symbol, low: Any, high: Any) -> Expr:
    steps = _whole_range(low, high)
    if f == 1 and steps is not None:
        return high - low + 1
    shift = _smallest_offset(f, index)
    f, low, high = f.subs(index, index - shift), low + shift, high + shift
    if steps is None:
        return Sum(f, (index, low, high))
    first, last = int(low), int(high - steps)
    ends = [-f.subs(index, j) for j in range(first)] + [f.subs(index, j) for j in range(first, 0)]
    ends += [f.subs(index, steps + j) for j in range(last + 1)]
    ends += [-f.subs(index, steps + j) for j in range(last + 1, 0)]
    if any(end.has(sympy.nan, sympy.zoo, sympy.oo) for end in ends):
        return Sum(f, (index, low, high))
    return Sum(f, (index, 0, steps - 1)) + Add(*[expand(end) for end in ends])


def _whole_range(low: Any, high: Any) -> Symbol | None:
    """The number N of a range from an integer to N + integer that is never shorter than nothing."""
    last, steps = high.as_coeff_Add()
    whole = isinstance(steps, Symbol) and steps.is_integer and steps.is_positive
    return steps if whole and low.is_Integer and last.is_Integer and last - low >= -2 else None


def _smallest_offset(f: Expr, index: Symbol) -> Any:
    entries = [e for e in f.atoms(Indexed) if e.has(index)]
    offsets = [e.indices[0] - index for e in entries]
    bare = f.xreplace({e: sympy.Dummy() for e in entries}).has(index)
    if bare or not offsets or not all(o.is_Integer for o in offsets):
        return sympy.S.Zero
    return min(offsets)


def _area(f: Expr, x: Symbol, low: Any, high: Any) -> Expr:
    if low == high:
        return sympy.S.Zero
    parts = []
    opaque = 0
    for term in Add.make_args(f):
        constant, inner = term.as_independent(x, as_Add=False)
        ends = _ends(inner, x, low, high)
        if ends is None:
            opaque += 1
            nameless, given = _area_function(inner, x)
            ends = nameless(high, *given) - nameless(low, *given)
        parts.append(constant * ends)
    if high.is_infinite and (opaque > 1 or any(p.has(sympy.nan, sympy.zoo) or p.is_infinite for p in parts)):
        return Integral(f, (x, low, high))
    return expand(Add(*parts))


def _area_function(f: Expr, x: Symbol) -> tuple[UndefinedFunction, list[Any]]:
    """A nameless antiderivative of f in x, and the other symbols that it is a function of."""
    labels = {part.base.label for part in f.atoms(Indexed)}
    order = [part for part in sympy.preorder_traversal(f) if isinstance(part, Symbol) and part in f.free_symbols]
    given = [part for part in dict.fromkeys(order) if part != x and part not in labels]
    slots = {part: _slot(i, frozenset(part.assumptions0.items())) for i, part in enumerate((x, *given))}
    return _nameless(f.xreplace(slots)), given


@cache
def _slot(place: int, assumptions: frozenset[tuple[str, bool]]) -> Dummy:
    return Dummy(f"slot{place}", **dict(assumptions))


@cache
def _nameless(f: Expr) -> UndefinedFunction:
    return Function(f"area[{_nameless.cache_info().currsize}]", real=True)


def _ends(f: Expr, x: Symbol, low: Any, high: Any) -> Expr | None:
    """The integral by an antiderivative; None where there is none that differentiates back."""
    if isinstance(f, Derivative) and f.variables == (x,) and isinstance(f.expr, AppliedUndef) and high.is_finite:
        return f.expr.xreplace({x: high}) - f.expr.xreplace({x: low})
    strange = any(part.has(x) for part in f.atoms(AppliedUndef, Indexed, Integral, Sum, Max, Min, Derivative))
    if strange or not x.is_positive or not is_regular(f, x):
        return None
    whole = sympy.integrate(f, x)
    if whole.has(Integral, sympy.Piecewise) or not is_regular(whole, x) or not _vanishes(sympy.diff(whole, x) - f):
        return None
    at_high = sympy.limit(whole, x, high) if high.is_infinite else whole.subs(x, high)
    area = at_high - whole.subs(x, low)
    return None if area.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo) else area


def is_regular(f: Expr, x: Symbol) -> bool:
    """No pole, jump or kink for positive x; for x = 0, too, if x is a nonnegative symbol.

    Shown are that every denominator and base of a power that x occurs in is positive, and that functions are smooth.
    """
    y = x if x.is_nonnegative else Dummy(positive=True)
    return is_smooth(f.xreplace({x: y}), y)


def is_smooth(f: Expr, x: Symbol) -> bool:
    """The same for every x of its assumptions."""
    if any(g.has(x) and not isinstance(g, _SMOOTH) for g in f.atoms(Application)):
        return False
    bases = [p.base for p in f.atoms(Pow) if p.has(x) and not (p.exp.is_Integer and p.exp.is_nonnegative)]
    bases += [g.args[0] for g in f.atoms(sympy.log) if g.has(x)]
    return not any(t.has(x) for t in f.atoms(*TOTALS, Derivative)) and all(b.is_positive for b in bases)

"""What a name for a formula in k must be: a new word, with one formula, that the domain says nothing false about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import sympy
from sympy import Expr, Indexed, IndexedBase, Integral, Product, Sum

from theory.derivations.engine.bound import bound_variables
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.signs import is_nonnegative
from theory.derivations.kinds import decomposition, scores
from theory.symbols import N, k
from theory.vocabulary import VOCABULARY, level

_BASES = [x for module in (decomposition, scores) for x in vars(module).values() if isinstance(x, IndexedBase)]
_TAKEN = {*VOCABULARY, *(base.label.name for base in _BASES)}
_EVERY = {k: (sympy.S.Zero, N - 1)}
_LEVEL = {level: (sympy.S.Zero, N - 1)}  # as the vocabulary says


def unfit(name: IndexedBase, formula: Expr, domain: Domain, at: tuple[Any, ...] = (), earlier: bool = False) -> str:
    """Why a name may not stand for a formula at k = 0 ... N (``earlier``: from -1 on); empty where it may."""
    label = name.label.name
    if label in _TAKEN:
        return f"{label} has a meaning already; take a new name"
    if any(x.label.name not in VOCABULARY for x in formula.atoms(IndexedBase)):
        return f"{formula}, the formula of {label}, holds another name"
    if any(index != level for index in at):
        return f"{at}: a formula may be used at the grid points and at {level} alone"
    positive, real = (name.assumptions0 == IndexedBase("x", **{a: True}).assumptions0 for a in ("positive", "real"))
    if not positive and not real and name.assumptions0 != IndexedBase("x").assumptions0:
        return f"{label} may be assumed positive or real, and nothing else"
    if label in domain.increasing or (positive and label not in domain.decreasing):
        return f"{label} is positive by its assumptions alone; name it in the domain, as decreasing"
    if real and not formula.is_real:
        return f"{formula} is not known to be real, as {label} is"
    return _disorder(name, formula, domain, at, earlier) if label in domain.decreasing else ""


def outside(e: Any, names: Iterable[IndexedBase], every: bool = False) -> str:
    """An entry of a name that is not shown to be one of 0 ... N; empty where there is none.

    Args:
        e: an expression.
        names: the names.
        every: whether a free k runs over 0 ... N-1, and -1 is one of the grid points.
    """
    found = _entries(sympy.sympify(e), {**_LEVEL, **(_EVERY if every else {})})
    return next((str(x) for x, low, high in found if x.base in names and not _within(low, high, every)), "")


def captured(formulas: Mapping[Any, Any], *sides: Any) -> bool:
    """Whether a formula holds the variable of a sum or an integral, other than k."""
    bound = set().union(*[bound_variables(side) for side in sides]) - {k}
    return any(bound & formula.free_symbols for formula in formulas.values())


def clash(start: Any, last: Any, reasons: Iterable[Any]) -> str:
    """Why the names of a chain do not fit together; empty where they do.

    Args:
        start, last: the first and the last expression, where no name may stand.
        reasons: the justifications of the steps.
    """
    formulas: dict[str, Any] = {}
    for by, over in _reasons(tuple(reasons), None):
        mine = getattr(by, "formulas", {})
        for name, formula in mine.items():
            label = name.label.name
            if formulas.setdefault(label, (name, formula)) != (name, formula):
                return f"{label} is {formulas[label][1]} in one step and {formula} in another"
            if any(name in side.atoms(IndexedBase) for side in (start, last)):
                return f"{label} is a name of this chain alone, and stands in its first or last expression"
        if getattr(by, "every", False) and not _runs_inside(over):
            return f"a sign of {', '.join(map(str, mine))} for 0 <= k < N is used for other k"
    return ""


def _disorder(name: IndexedBase, formula: Expr, domain: Domain, at: tuple[Any, ...], earlier: bool) -> str:
    """Why the formula does not fall, or its entries do not lie as the domain says."""
    # the formula is falling, so that it is positive if its last value is
    drop = sympy.simplify(formula - formula.subs(k, k + 1))
    first, last = (sympy.simplify(formula.subs(k, i)) for i in (0, N))
    if not is_nonnegative(drop, domain) or (earlier and not is_nonnegative(drop.subs(k, k - 1), domain)):
        return f"{formula} is not known to fall with k"
    if not last.is_positive:
        return f"{last}, the last value of {name}, is not known to be positive"
    for low, high in domain.order:
        if not any(isinstance(x, Indexed) and x.base == name for x in (low, high)):
            continue
        below = high in (first, name[0]) and any(low == name[j] for j in at)
        above = low in (last, name[N]) and any(high == name[j] for j in at)
        if not below and not above:
            return f"{low} <= {high} is not known of {name}"
    return ""


def _entries(e: Any, ranges: Mapping[Any, tuple[Any, Any]]) -> Iterator[tuple[Any, Any, Any]]:
    """Every entry with its smallest and its largest index; None where these are not known."""
    if isinstance(e, Indexed):
        index = e.indices[0]
        moving = [x for x in index.free_symbols if x in ranges]
        if not moving:
            yield e, index, index
            return
        low, high = (index - moving[0] + end for end in ranges[moving[0]])
        known = len(moving) == 1 and not (index - moving[0]).has(moving[0])
        yield (e, low, high) if known else (e, None, None)
        return
    if isinstance(e, (Sum, Product, Integral)) and len(e.limits) == 1 and len(e.limits[0]) == 3:
        x, low, high = e.limits[0]
        for end in (low, high):
            yield from _entries(end, ranges)
        ranges = {**ranges, x: (low, high)} if not isinstance(e, Integral) else ranges
        yield from _entries(e.function, ranges)
        return
    for part in e.args:
        yield from _entries(part, ranges)


def _within(low: Any, high: Any, earlier: bool) -> bool:
    return low is not None and bool((low + int(earlier)).is_nonnegative and (N - high).is_nonnegative)


def _runs_inside(over: Any) -> bool:
    if over is None or over[0] != k:
        return False
    low, high = (sympy.sympify(end) for end in over[1:])
    return bool(low.is_nonnegative and (N - 1 - high).is_nonnegative)


def _reasons(part: Any, over: Any) -> Iterator[tuple[Any, Any]]:
    """A justification and all inside it, each with the range that it is used for."""
    if isinstance(part, (tuple, list)):
        for one in part:
            yield from _reasons(one, over)
    elif is_dataclass(part) and not isinstance(part, type):
        over = getattr(part, "over", None) or over
        yield part, over
        for entry in fields(part):
            yield from _reasons(getattr(part, entry.name), over)

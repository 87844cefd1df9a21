"""What the runs of a design say, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Symbol

from theory.claims import Claim
from theory.claims.design import Bound, Design
from verify.rates.contrasts import Interval
from verify.rates.rate import Drift, Rate

EXPONENTS = "abcde"


def sentence(claim: Claim, design: Design, rates: Sequence[Rate]) -> str:
    """By how much the printed rate is too strong, too weak, or as it should be, size by size."""
    _, side, bound = design.sides(claim.relation)
    lasting = [r for r in rates if r.drift is Drift.LASTING]
    fading = [r for r in rates if r.drift is Drift.FADING]
    vanishing = [r for r in rates if r.drift is Drift.VANISHING]
    hidden = [r for r in rates if r.drift is Drift.HIDDEN]
    quiet = [r for r in rates if r.drift is Drift.NONE]
    loose = [r for r in quiet if r.decides.excludes_zero]
    exact = [r for r in quiet if not r.decides.excludes_zero]
    parts = []
    if lasting:
        parts.append(f"{_moves(design, lasting)}: no constant {design.constant} serves all {_names(lasting)}")
    if fading:
        parts.append(f"{_moves(design, fading)}, which may go on or fade beyond the range")
    if vanishing:
        parts.append(f"{_moves(design, vanishing)}, and this fades as {_names(vanishing)} grows")
    if loose:
        parts.append(_loose(side, design, bound, loose))
    if exact:
        within = ", ".join(_between(r.decides) for r in exact)
        parts.append(f"no drift in {_names(exact)} (exponent in {within})")
    if hidden:
        within = ", ".join(_between(r.decides) for r in hidden)
        parts.append(f"a whole power of {_names(hidden)} could hide (exponent in {within})")
    return "; ".join(parts)


def _moves(design: Design, rates: Sequence[Rate]) -> str:
    """How the implied constant goes with sizes."""
    return f"the implied constant {design.constant} goes like {_powers(rates)}"


def _loose(side: Expr, design: Design, bound: Bound, rates: Sequence[Rate]) -> str:
    sign = -1 if bound is Bound.UPPER else 1
    printed = [(r.name, _printed(side, r.name, design)) for r in rates]
    known = all(power is not None for _, power in printed)
    rate = "the printed rate " + " ".join(f"{name}^{power:g}" for name, power in printed) if known else "the bound"
    return f"{rate} is loose by {_powers(rates, sign)}"


def _printed(side: Expr, name: str, design: Design) -> float | None:
    """The exponent that a size has in a side of the relation, None where it is no factor of it."""
    given = dict(design.free)
    powers = side.as_powers_dict()
    base = next((s for s in powers if isinstance(s, Symbol) and s.name == name), None)
    if any(s.name == name for factor in powers for s in factor.free_symbols if factor != base):
        return None
    exponent: Any = 0 if base is None else powers[base]
    exponent = exponent.subs({s: given[s.name] for s in exponent.free_symbols if s.name in given}) if exponent else 0
    return float(exponent) if base is None or exponent.is_number else None


def _powers(rates: Sequence[Rate], sign: int = 1) -> str:
    letters = dict(zip(EXPONENTS, rates, strict=False))
    product = " ".join(f"{r.name}^{letter}" for letter, r in letters.items())
    return f"{product}, " + ", ".join(f"{letter} in {_between(r.decides, sign)}" for letter, r in letters.items())


def _between(one: Interval, sign: int = 1) -> str:
    low, high = sorted((sign * one.low, sign * one.high))
    return f"[{low:.2f}, {high:.2f}]"


def _names(rates: Sequence[Rate]) -> str:
    return ", ".join(r.name for r in rates)

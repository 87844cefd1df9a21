"""What the runs of a design say, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Symbol

from theory.claims import Claim, Form
from theory.claims.design import Bound, Design
from verify.rates.contrasts import Interval
from verify.rates.rate import Drift, Rate

LETTERS = "abcde"  # one for each size of a design


def sentence(claim: Claim, design: Design, rates: Sequence[Rate]) -> str:
    """By how much the claim's rate is too strong, too weak, or as it should be, size by size.

    A letter stands for the exponent of one size alone, in all parts of the sentence.
    """
    _, _, bound = design.sides(claim.relation)
    lasting = [r for r in rates if r.drift is Drift.LASTING]
    fading = [r for r in rates if r.drift is Drift.FADING]
    vanishing = [r for r in rates if r.drift is Drift.VANISHING]
    hidden = [r for r in rates if r.drift is Drift.HIDDEN]
    quiet = [r for r in rates if r.drift is Drift.NONE]
    loose = [r for r in quiet if r.decides.excludes_zero]
    exact = [r for r in quiet if not r.decides.excludes_zero]
    moving = [*lasting, *fading, *vanishing]
    letters = dict(zip((r.name for r in (*moving, *loose)), LETTERS, strict=False))
    parts = []
    if lasting:
        parts.append(f"{_moves(design, lasting, letters)}: no constant {design.constant} serves all {_names(lasting)}")
    if fading:
        parts.append(f"{_moves(design, fading, letters)}, which may go on or fade beyond the range")
    if vanishing:
        parts.append(f"{_moves(design, vanishing, letters)}, and this fades as {_names(vanishing)} grows")
    if loose:
        powers = _powers(loose, letters, -1 if bound is Bound.UPPER else 1)
        parts.append(f"{_stated(claim, design, loose)} is loose by {powers}")
    if exact:
        within = ", ".join(_between(r.decides) for r in exact)
        parts.append(f"no drift in {_names(exact)} (exponent in {within})")
    if hidden:
        within = ", ".join(_between(r.decides) for r in hidden)
        parts.append(f"a whole power of {_names(hidden)} could hide (exponent in {within})")
    return "; ".join(parts)


def _moves(design: Design, rates: Sequence[Rate], letters: dict[str, str]) -> str:
    """How the implied constant goes with sizes."""
    return f"the implied constant {design.constant} goes like {_powers(rates, letters)}"


def _stated(claim: Claim, design: Design, rates: Sequence[Rate]) -> str:
    """The rate that the claim states in these sizes; called printed where the claim is as printed."""
    _, side, _ = design.sides(claim.relation)
    powers = [(r.name, _exponent(side, r.name, design)) for r in rates]
    if any(power is None for _, power in powers):
        return "the bound"
    whose = "printed" if claim.form is Form.PRINTED else "stated"
    return f"the {whose} rate " + " ".join(f"{name}^{power:g}" for name, power in powers)


def _exponent(side: Expr, name: str, design: Design) -> float | None:
    """The exponent that a size has in a side of the relation, None where it is no factor of it."""
    given = dict(design.free)
    powers = side.as_powers_dict()
    base = next((s for s in powers if isinstance(s, Symbol) and s.name == name), None)
    if any(s.name == name for factor in powers for s in factor.free_symbols if factor != base):
        return None
    exponent: Any = 0 if base is None else powers[base]
    exponent = exponent.subs({s: given[s.name] for s in exponent.free_symbols if s.name in given}) if exponent else 0
    return float(exponent) if base is None or exponent.is_number else None


def _powers(rates: Sequence[Rate], letters: dict[str, str], sign: int = 1) -> str:
    product = " ".join(f"{r.name}^{letters[r.name]}" for r in rates)
    return f"{product}, " + ", ".join(f"{letters[r.name]} in {_between(r.decides, sign)}" for r in rates)


def _between(one: Interval, sign: int = 1) -> str:
    low, high = sorted((sign * one.low, sign * one.high))
    return f"[{low:.2f}, {high:.2f}]"


def _names(rates: Sequence[Rate]) -> str:
    return ", ".join(r.name for r in rates)

"""Variants of a claim's own relation, with one change each.

* Constants: a side, a term of a sum, or a number in a product times 2 and 1/2 (a side also times 19/20).
* Signs: a side, a term or a factor's term negated; a term dropped.
* Exponents moved by one; an index moved by one; a sum or product begun one later or ended one sooner.

Not every variant is false: twice an upper bound is an upper bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sympy import Derivative, Indexed, Integral, Mul, Pow, Product, Rational, Sum
from sympy.core.function import AppliedUndef

from theory.claims import Claim, Expected, catalogue

SCALES = (Rational(2), Rational(1, 2))
TIGHTER = Rational(19, 20)
SHOWN = 60  # characters of a term in the words for a change

Change = tuple[Any, str]


@dataclass(frozen=True)
class Mutant:
    """A variant of a claim, and the change in words; ``tighter`` ones are false only where the claim is tight."""

    parent: Claim
    claim: Claim
    change: str
    tighter: bool = False


def mutable_claims() -> list[Claim]:
    """The claims of the catalogue that are expected to be true, but for rates, which have variants of their own."""
    return [c for c in catalogue().values() if c.expected is Expected.SUPPORTED and c.design is None]


def mutants(claim: Claim) -> list[Mutant]:
    """All variants of a claim that differ from it and from each other."""
    found: dict[Any, Mutant] = {}
    for place, name in enumerate(("left", "right")):
        side = claim.relation.args[place]
        for changed, words in (*_scaled(side, f"{name} side", (*SCALES, TIGHTER)), *_variants(side)):
            sides = list(claim.relation.args)
            sides[place] = changed
            relation = claim.relation.func(*sides, evaluate=False)
            if changed == side or relation in found:
                continue
            try:
                variant = replace(claim, id=f"{claim.id}~{len(found) + 1}", relation=relation)
            except ValueError:  # nothing measurable is left
                continue
            found[relation] = Mutant(claim, variant, words, words.endswith(f"side times {TIGHTER}"))
    return list(found.values())


def _variants(e: Any) -> Iterator[Change]:
    """Every expression that comes from ``e`` by one change, with the change in words."""
    if e.is_Add:
        for term in e.args:
            rest = e - term
            yield rest, f"{_short(term)} dropped"
            for changed, words in (*_scaled(term, _short(term), SCALES), *_variants(term)):
                yield rest + changed, words
    elif isinstance(e, Indexed):
        yield e.base[e.indices[0] + 1], f"{e} moved to the next index"
    elif isinstance(e, (Sum, Product, Integral)):
        for changed, words in _variants(e.function):
            yield e.func(changed, *e.limits), words
        if not isinstance(e, Integral):
            index, low, high = e.limits[0]
            yield e.func(e.function, (index, low + 1, high)), f"{_short(e)} begun one later"
            yield e.func(e.function, (index, low, high - 1)), f"{_short(e)} ended one sooner"
    elif isinstance(e, Pow) and e.exp.is_Integer:
        for step in (1, -1):
            yield e.base ** (e.exp + step), f"exponent of {_short(e.base)} from {e.exp} to {e.exp + step}"
        yield from _inside(e)
    elif isinstance(e, Mul) and e.args[0].is_number and abs(e.args[0]) != 1:
        number, rest = e.as_two_terms()
        for factor in SCALES:
            yield factor * e, f"the constant {number} of {_short(e)} times {factor}"
        for changed, words in _variants(rest):
            yield number * changed, words
    elif not isinstance(e, (AppliedUndef, Derivative)) and e.args:
        yield from _inside(e)


def _inside(e: Any) -> Iterator[Change]:
    for i, argument in enumerate(e.args):
        if argument.is_number:
            continue
        for changed, words in _variants(argument):
            yield e.func(*e.args[:i], changed, *e.args[i + 1 :]), words


def _scaled(e: Any, name: str, scales: tuple[Rational, ...]) -> Iterator[Change]:
    if e == 0:
        return
    for factor in (*scales, Rational(-1)):
        yield factor * e, f"{name} times {factor}"


def _short(e: Any) -> str:
    text = str(e)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."

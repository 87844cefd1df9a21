"""False variants of true claims, which the search must kill.

From a claim's own relation come variants with one change each: a term scaled by 2, 1/2 or 19/20, negated or dropped,
an exponent moved by one, one index moved by one, a sum begun later or ended sooner. Not every variant is false: twice
an upper bound is an upper bound. ``tests/verify/test_mutants.py`` holds that the search refutes variants of every true
claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sympy import Derivative, Indexed, Integral, Pow, Product, Rational, Sum
from sympy.core.function import AppliedUndef

from theory.claims import Claim, Expected, catalogue
from theory.compiler import CompileError
from verify.evaluate import Outcome
from verify.search import SIMPLE_FIRST, Search


@dataclass(frozen=True)
class Mutant:
    """A variant of a claim, and the change in words."""

    parent: Claim
    claim: Claim
    change: str


def mutable_claims() -> list[Claim]:
    """The claims of the catalogue that are expected to be true."""
    return [c for c in catalogue().values() if c.expected is Expected.SUPPORTED]


def mutants(claim: Claim) -> list[Mutant]:
    """All variants of a claim that differ from it and from each other."""
    found: dict[Any, Mutant] = {}
    for place, side in enumerate((claim.relation.lhs, claim.relation.rhs)):
        for changed, words in chain(_scaled(side) if side.is_Symbol and place else (), _variants(side)):
            sides = [claim.relation.lhs, claim.relation.rhs]
            sides[place] = changed
            relation = claim.relation.func(*sides, evaluate=False)
            if changed == side or relation in found:
                continue
            try:
                variant = replace(claim, id=f"{claim.id}~{len(found) + 1}", relation=relation)
            except ValueError:  # nothing measurable is left
                continue
            found[relation] = Mutant(claim, variant, words)
    return list(found.values())


def _variants(e: Any) -> Iterator[tuple[Any, str]]:
    """Every expression that comes from ``e`` by one change, with the change in words."""
    if not e.is_Atom:
        yield from _scaled(e)
    if e.is_Add:
        for term in e.args:
            rest = e - term
            yield rest, f"{_short(term)} dropped"
            for changed, words in _variants(term):
                yield rest + changed, words
    elif isinstance(e, Indexed):
        yield e.base[e.indices[0] + 1], f"{e} moved to the next index"
    elif isinstance(e, (Sum, Product, Integral)):
        for changed, words in _variants(e.function):
            yield e.func(changed, *e.limits), words
        if not isinstance(e, Integral):
            index, low, high = e.limits[0]
            yield e.func(e.function, (index, low + 1, high)), "sum begun one later"
            yield e.func(e.function, (index, low, high - 1)), "sum ended one sooner"
    elif isinstance(e, Pow) and e.exp.is_Integer:
        for step in (1, -1):
            yield e.base ** (e.exp + step), f"exponent of {_short(e.base)} from {e.exp} to {e.exp + step}"
        yield from _inside(e)
    elif not isinstance(e, (AppliedUndef, Derivative)) and e.args:
        yield from _inside(e)


def _inside(e: Any) -> Iterator[tuple[Any, str]]:
    for i, argument in enumerate(e.args):
        if argument.is_number:
            continue
        for changed, words in _variants(argument):
            yield e.func(*e.args[:i], changed, *e.args[i + 1 :]), words


def _scaled(e: Any) -> Iterator[tuple[Any, str]]:
    for factor in (Rational(2), Rational(1, 2), Rational(19, 20), Rational(-1)):
        yield factor * e, f"{_short(e)} times {factor}"


def _short(e: Any) -> str:
    text = str(e)
    return text if len(text) <= 40 else text[:37] + "..."


def kill(mutant: Mutant, examples: int = 100, seed: int = 0) -> Outcome | None:
    """A violation of the mutant, or None where the search found none.

    A variant that leaves the grid, or has no finite value, is no statement and is not killed.
    """
    search = Search(mutant.claim, examples, seed, None, None)
    with suppress(CompileError):
        search.simplest(SIMPLE_FIRST)
        if search.minimal is None:
            search.shrink()
    return search.minimal

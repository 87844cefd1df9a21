"""Algebra where some expressions are read as letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Symbol, exp

from theory.derivations.engine.bound import legal, separated
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.kinds.interval import is_positive_cosine


@dataclass(frozen=True)
class Letters:
    """Both sides are equal for every value of the letters, and so for the expressions that these stand for.

    Attributes:
        meaning: letter -> expression; the letters are real or positive symbols of no other assumption, and the
            expressions are shown to be that.
    """

    meaning: Mapping[Any, Any] = field(hash=False)

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"algebra shows equality, not {relation}")
        for letter, expression in self.meaning.items():
            real = letter == Symbol(letter.name, real=True) and expression.is_real
            positive = letter == Symbol(letter.name, positive=True) and _is_positive(expression, domain)
            if not (real or positive) or (after - before).has(letter):
                return Outcome.failed(f"{letter} must be a new real symbol, and {expression} real, positive if it is")
        # no index of a sum may occur in what the letters stand for
        avoid = frozenset().union(*[e.free_symbols for e in self.meaning.values()])
        read = {separated(expression, avoid): letter for letter, expression in self.meaning.items()}
        if not legal(after - before):
            return Outcome.failed("a range does not fit its variable, or may be shorter than nothing")
        gap = separated(after - before, avoid).xreplace(read)
        if not is_zero(gap) and not is_zero(gap.rewrite(exp)):
            return Outcome.failed("the difference of the two sides does not simplify to 0")
        said = ", ".join(f"{letter} = {expression}" for letter, expression in self.meaning.items())
        return Outcome.checked(f"the difference of the two sides simplifies to 0 for every {said}")


def _is_positive(e: Any, domain: Domain) -> bool:
    return bool(e.is_positive) or is_positive_cosine(e, domain)

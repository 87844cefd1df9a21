"""Algebra where some expressions are read as letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import exp

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.kinds.interval import is_positive_cosine


@dataclass(frozen=True)
class Letters:
    """Both sides are equal for every value of the letters, and so for the expressions that these stand for.

    Attributes:
        meaning: letter -> expression; the letters are real or positive symbols, and the expressions are shown to be that.
    """

    meaning: Mapping[Any, Any] = field(hash=False)

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"algebra shows equality, not {relation}")
        for letter, expression in self.meaning.items():
            known = expression.is_real if letter.is_positive is None else _is_positive(expression, domain)
            if not known or not letter.is_real or letter.is_integer is not None or (after - before).has(letter):
                return Outcome.failed(f"{letter} must be a new real symbol, and {expression} real, positive if it is")
        read = {expression: letter for letter, expression in self.meaning.items()}
        gap = (after - before).xreplace(read)
        if not is_zero(gap) and not is_zero(gap.rewrite(exp)):
            return Outcome.failed("the difference of the two sides does not simplify to 0")
        said = ", ".join(f"{letter} = {expression}" for letter, expression in self.meaning.items())
        return Outcome.checked(f"the difference of the two sides simplifies to 0 for every {said}")


def _is_positive(e: Any, domain: Domain) -> bool:
    return bool(e.is_positive) or is_positive_cosine(e, domain)

"""Equality by normal forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Integral, Sum

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome


@dataclass(frozen=True)
class Algebra:
    """Both sides have one normal form: sums equal term by term or after a shift, integrals evaluated."""

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"algebra shows equality, not {relation}")
        if not is_zero(after - before):
            return Outcome.failed("the difference of the two sides does not simplify to 0")
        if (after - before).has(Integral):
            return Outcome.checked("integrals evaluated, antiderivatives differentiated back; the difference is 0")
        if (after - before).has(Sum):
            return Outcome.checked("equal term by term, or after a shift of the index; the difference is 0")
        return Outcome.checked("the difference of the two sides simplifies to 0")

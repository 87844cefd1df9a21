"""A sum whose terms are bounded one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Sum

from theory.derivations.engine.certificate import Range
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Mark, Outcome
from theory.derivations.engine.signs import is_nonnegative
from theory.derivations.kinds.justification import Justification


@dataclass(frozen=True)
class TermByTerm:
    """Each term of a sum is bounded (or rewritten) by another justification.

    Attributes:
        old, new: the term before and after.
        over: range of the sum.
        by: why old and new are related.
        times: the factor before the sum, >= 0.
    """

    old: Any
    new: Any
    over: Range
    by: Justification
    times: Any = 1

    @property
    def claims(self) -> tuple[str, ...]:
        """What the step rests on."""
        return getattr(self.by, "claims", ())

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        step = self.times * (Sum(self.new, self.over) - Sum(self.old, self.over))
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"terms are related by =, <= or >=, not by {relation}")
        if not is_nonnegative(self.times, domain):
            return Outcome.failed(f"the factor {self.times} is not known to be nonnegative")
        if not is_zero(after - before - step):
            return Outcome.failed("the two sides do not differ by this sum alone")
        inner = self.by.check(sympy.sympify(self.old), sympy.sympify(self.new), relation, domain)
        return inner if inner.mark is Mark.FAILED else Outcome(inner.mark, f"term by term: {inner.how}")

"""A part of an expression is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.derivations.engine.bound import legal, separated
from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Mark, Outcome
from theory.derivations.kinds.justification import Justification


@dataclass(frozen=True)
class Part:
    """``times`` old becomes ``times`` new, and nothing else changes.

    Attributes:
        old, new: the part before and after, related as the step says.
        by: why.
        times: the factor before it, >= 0 for an inequality.
    """

    old: Any
    new: Any
    by: Justification
    times: Any = 1

    @property
    def claims(self) -> tuple[str, ...]:
        """What the step rests on."""
        return getattr(self.by, "claims", ())

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"parts are related by =, <= or >=, not by {relation}")
        if relation != "=" and not nonnegative(self.times, domain):
            return Outcome.failed(f"the factor {self.times} is not known to be nonnegative")
        # the parts are read as letters: what they are is the inner check's
        old, new, times = (sympy.sympify(e) for e in (self.old, self.new, self.times))
        avoid = old.free_symbols | new.free_symbols | times.free_symbols  # no index of a sum may be one of these
        gap, old, new, times = (separated(e, avoid) for e in (after - before, old, new, times))
        letters = [sympy.Dummy(real=True) if e.is_real else sympy.Dummy() for e in (old, new)]
        read = gap.xreplace(dict(zip((old, new), letters, strict=True))) - times * (letters[1] - letters[0])
        alone = legal(gap) and (sympy.expand_mul(read) == 0 or is_zero(read))
        if not alone and not is_zero(after - before - self.times * (self.new - self.old)):
            return Outcome.failed("the two sides do not differ by this part alone")
        inner = self.by.check(sympy.sympify(self.old), sympy.sympify(self.new), relation, domain)
        return inner if inner.mark is Mark.FAILED else Outcome(inner.mark, f"in a part: {inner.how}")

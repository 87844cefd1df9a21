"""Products of factors that are each >= 0, for their own reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Mul

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import Range, slack, spread
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Mark, Outcome
from theory.derivations.kinds.justification import Justification


@dataclass(frozen=True)
class Factors:
    """larger minus smaller side is ``times`` the sum over ``over`` of a product of factors >= 0.

    Attributes:
        parts: pairs (smaller, larger, why): the factor is larger - smaller.
        times: a weight >= 0.
        over: range of the sum; None where there is none.
    """

    parts: tuple[tuple[Any, Any, Justification], ...]
    times: Any = 1
    over: Range | None = None

    @property
    def claims(self) -> tuple[str, ...]:
        """What the step rests on."""
        return tuple(id for *_, why in self.parts for id in getattr(why, "claims", ()))

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a sign shows <= or >=, not {relation}")
        if not nonnegative(self.times, domain):
            return Outcome.failed(f"the weight {self.times} is not known to be nonnegative")
        product = Mul(*[larger - smaller for smaller, larger, _ in self.parts])
        if not is_zero(slack(before, after, relation) - spread(self.times * product, None, self.over)):
            return Outcome.failed("the two sides do not differ by this product")
        reasons = []
        mark = Mark.CHECKED
        for smaller, larger, why in self.parts:
            outcome = why.check(sympy.sympify(smaller), sympy.sympify(larger), "<=", domain)
            if outcome.mark is Mark.FAILED:
                return outcome
            mark = outcome.mark if outcome.mark is Mark.ASSUMED else mark
            reasons.append(outcome.how)
        return Outcome(mark, f"a product of factors >= 0: {'; '.join(reasons)}")

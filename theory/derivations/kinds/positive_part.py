"""The positive part of a number, times the number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Max

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome


@dataclass(frozen=True)
class PositivePart:
    """Max(0, a) a = Max(0, a)^2; the step is ``times`` the difference of these two.

    Attributes:
        of: a, a real expression.
        times: a factor.
    """

    of: Any
    times: Any

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"positive parts show an equality, not {relation}")
        if not self.of.is_real:
            return Outcome.failed(f"{self.of} is not known to be real")
        part = Max(0, self.of)
        if not is_zero(after - before - self.times * (part**2 - part * self.of)):
            return Outcome.failed(f"the step does not put {part}^2 for {part} times {self.of}")
        return Outcome.checked(f"{part} is 0 or {self.of}")

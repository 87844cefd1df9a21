"""Summation by parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Sum

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.symbols import N, k


@dataclass(frozen=True)
class AbelSummation:
    """sum_{k=0}^{N-1} (a_k b_k - c_k b_{k+1}) = a_0 b_0 + sum_{k=1}^{N-1} (a_k - c_{k-1}) b_k - c_{N-1} b_N.

    Attributes:
        of: b_k, an expression in k.
        weight: a_k.
        next_weight: c_k; a_k where it is None.
        times: the factor before the sum.
    """

    of: Any
    weight: Any
    next_weight: Any = None
    times: Any = 1

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        a, b = self.weight, self.of
        c = a if self.next_weight is None else self.next_weight
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"summation by parts is an equality, not {relation}")
        together = Sum(a * b - c * b.subs(k, k + 1), (k, 0, N - 1))
        apart = (a * b).subs(k, 0) + Sum((a - c.subs(k, k - 1)) * b, (k, 1, N - 1)) - c.subs(k, N - 1) * b.subs(k, N)
        if not is_zero(apart - together):
            return Outcome.failed(f"the two forms of the sum over {b} are not equal")
        if not _occurs(before, b) or not _occurs(after, b):
            return Outcome.failed(f"no sum over {b} is there to be summed by parts")
        if not is_zero(after - before - self.times * (apart - together)) or not is_zero(after - before):
            return Outcome.failed("the step is not this summation by parts")
        return Outcome.checked(f"summation by parts of {b}; both forms have one normal form")


def _occurs(e: Any, b: Any) -> bool:
    return any(total.function.has(b) for total in e.atoms(Sum))

"""Inequalities between logarithms of ordered levels, and chains of steps inside a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.outcome import Mark, Outcome
from theory.derivations.kinds.justification import Justification


@dataclass(frozen=True)
class Ordered:
    """The larger side minus the smaller one is >= 0 by the order of the levels; logarithms are taken together."""

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"an order shows <= or >=, not {relation}")
        if not nonnegative(slack(before, after, relation), domain):
            return Outcome.failed(f"{before} {relation} {after} is not known from the order of the levels")
        return Outcome.checked(f"{before} {relation} {after} by the order of the levels")


@dataclass(frozen=True)
class Chain:
    """Several steps in one: (relation, expression, why), from the left side to the right side.

    Attributes:
        steps: the last expression must be the step's result.
    """

    steps: tuple[tuple[str, Any, Justification], ...]

    @property
    def claims(self) -> tuple[str, ...]:
        """What the step rests on."""
        return tuple(id for *_, why in self.steps for id in getattr(why, "claims", ()))

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        reasons, here = [], sympy.sympify(before)
        mark = Mark.CHECKED
        for sign, result, why in self.steps:
            if sign not in ("=", relation):
                return Outcome.failed(f"a step {sign} stands in a chain for {relation}")
            outcome = why.check(here, sympy.sympify(result), sign, domain)
            if outcome.mark is Mark.FAILED:
                return outcome
            mark = outcome.mark if outcome.mark is Mark.ASSUMED else mark
            reasons.append(outcome.how)
            here = sympy.sympify(result)
        if here != sympy.sympify(after):
            return Outcome.failed(f"the chain ends at {here}, not at {after}")
        return Outcome(mark, "; ".join(reasons))

"""A convex function lies below its chords."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Symbol

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_regular, is_zero
from theory.derivations.engine.outcome import Mark, Outcome
from theory.derivations.engine.signs import pointwise
from theory.derivations.kinds.justification import Justification


@dataclass(frozen=True)
class Chord:
    """(high - low) f(middle) <= (high - middle) f(low) + (middle - low) f(high), f convex for x > 0.

    Attributes:
        variable: x, a positive symbol.
        function: f, in x; its second derivative is >= 0 by its factors.
        low, middle, high: positive, low <= middle <= high.
        lower, upper: why low <= middle, and why middle <= high.
        times: a factor >= 0 before both sides.
    """

    variable: Symbol
    function: Expr
    low: Any
    middle: Any
    high: Any
    lower: Justification
    upper: Justification
    times: Any = 1

    @property
    def claims(self) -> tuple[str, ...]:
        """What the step rests on."""
        return tuple(id for by in (self.lower, self.upper) for id in getattr(by, "claims", ()))

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a chord shows <= or >=, not {relation}")
        x, f = self.variable, self.function
        low, middle, high = (sympy.sympify(a) for a in (self.low, self.middle, self.high))
        if not is_regular(f, x):
            return Outcome.failed(f"{f} is not known to be smooth for {x} > 0")
        if x != Symbol(x.name, positive=True) or not all(a.is_positive for a in (low, middle, high)):
            return Outcome.failed(f"{low}, {middle}, {high} and {x} are not known to be positive")
        bend = sympy.factor(sympy.simplify(sympy.diff(f, x, 2)))
        if not pointwise(bend, domain) or not nonnegative(self.times, domain):
            return Outcome.failed(f"{bend} >= 0, or the sign of {self.times}, is not known")
        at = {a: f.subs(x, a) for a in (low, middle, high)}
        gain = (high - middle) * at[low] + (middle - low) * at[high] - (high - low) * at[middle]
        if not is_zero(slack(before, after, relation) - self.times * gain):
            return Outcome.failed(f"the step does not compare {f} at {middle} with its chord")
        outcomes = (self.lower.check(low, middle, "<=", domain), self.upper.check(middle, high, "<=", domain))
        for mark in (Mark.FAILED, Mark.ASSUMED):
            for outcome in outcomes:
                if outcome.mark is mark:
                    return outcome
        return Outcome.checked(f"{f} is convex for {x} > 0 (second derivative {bend}): below its chords")

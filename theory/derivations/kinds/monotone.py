"""Curves that rise or fall with the noise level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Derivative, Eq
from sympy.core.function import AppliedUndef

from theory.claims import catalogue
from theory.derivations.axioms import AXIOMS
from theory.derivations.engine.certificate import Range, inside, runs_upwards, slack, spread
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.engine.signs import is_nonnegative, pointwise
from theory.derivations.kinds.usable import unusable
from theory.vocabulary import VOCABULARY


@dataclass(frozen=True)
class Monotone:
    """A function of the vocabulary is monotone: a claim gives its derivative, which has a sign.

    The step must be the sum over ``over`` of the integral over ``within`` of ``times`` (f(high) - f(low)), with the
    sign that f rises or falls with. Shown are low <= high and times >= 0.

    Attributes:
        word: name of the function, e.g. ``mmse``.
        low, high: two arguments.
        times, within, over: weight and ranges.
    """

    word: str
    low: Any
    high: Any
    times: Any = 1
    within: Range | None = None
    over: Range | None = None

    @property
    def claims(self) -> tuple[str, ...]:
        """What the step rests on."""
        found = _slope(self.word)
        return () if found is None else (found[1],)

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a monotone function shows <= or >=, not {relation}")
        found = _slope(self.word)
        if found is None:
            return Outcome.failed(f"no exact claim gives the sign of the derivative of {self.word}")
        sign, source = found
        if wrong := unusable(catalogue()[source], domain):
            return Outcome.failed(f"{source} {wrong}")
        if not runs_upwards(domain, self.within):
            return Outcome.failed(f"the range {self.within} is not known to run upwards")
        here = inside(domain, self.within)
        if not here.at_most(self.low, self.high) and not pointwise(sympy.sympify(self.high - self.low), here):
            return Outcome.failed(f"{self.low} <= {self.high} is not known")
        if not is_nonnegative(self.times, here):
            return Outcome.failed(f"the weight {self.times} is not known to be nonnegative")
        f = VOCABULARY[self.word].symbol
        gain = spread(self.times * sign * (f(self.high) - f(self.low)), self.within, self.over)
        if not is_zero(slack(before, after, relation) - gain):
            return Outcome.failed(f"the step is not the weighted difference of {self.word} at the two arguments")
        return Outcome.checked(f"{self.word} {'rises' if sign > 0 else 'falls'} with the noise level, by {source}")


def _slope(word: str) -> tuple[int, str] | None:
    """The sign of the derivative and the claim that gives it."""
    for claim in catalogue().values():
        left = claim.relation.lhs
        slope = isinstance(claim.relation, Eq) and claim.id in AXIOMS
        if not slope or not isinstance(left, Derivative) or not isinstance(left.expr, AppliedUndef):
            continue
        if left.expr.func.__name__ == word and left.variables == left.expr.args:
            for sign in (1, -1):
                if pointwise(sign * claim.relation.rhs, Domain()):
                    return sign, claim.id
    return None

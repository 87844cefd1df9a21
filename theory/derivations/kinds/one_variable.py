"""Inequalities of one variable, used at an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Symbol

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import Range, slack, spread
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.one_variable import nonnegative_on_ray
from theory.derivations.engine.outcome import Outcome


@dataclass(frozen=True)
class OneVariable:
    """function >= 0 for all x >= low; the step is the sum over ``over`` of ``times`` times function at x = ``at``.

    Attributes:
        variable: x.
        function: in x; judged by its value at an end and its derivatives.
        at: what x is, shown to be >= low.
        low: the least value.
        times: a weight >= 0.
        over: range of the sum; None where there is none.
    """

    variable: Symbol
    function: Expr
    at: Any
    low: Any = 0
    times: Any = 1
    over: Range | None = None

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a sign shows <= or >=, not {relation}")
        if not nonnegative(self.at - self.low, domain) or not nonnegative(self.times, domain):
            return Outcome.failed(f"{self.at} >= {self.low}, or the weight's sign, is not known")
        why = nonnegative_on_ray(self.function, self.variable, sympy.sympify(self.low))
        if why is None:
            return Outcome.failed(f"no sign of {self.function} can be shown for {self.variable} >= {self.low}")
        gain = spread(self.times * self.function.subs(self.variable, self.at), None, self.over)
        if not is_zero(slack(before, after, relation) - gain):
            return Outcome.failed(f"the step is not {self.function} at {self.variable} = {self.at}")
        return Outcome.checked(f"{self.function} >= 0 for {self.variable} >= {self.low}: {why}")

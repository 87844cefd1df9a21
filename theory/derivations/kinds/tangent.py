"""A convex function lies above its tangents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Symbol

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import Range, slack, spread
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.one_variable import nonnegative_on_ray, smooth_on_ray
from theory.derivations.engine.outcome import Outcome


@dataclass(frozen=True)
class Tangent:
    """f(at) >= f(base) + f'(base) (at - base) for f convex on [0, oo), summed over ``over`` with a weight ``times``.

    Attributes:
        variable: x.
        function: f, in x.
        at, base: arguments, shown to be >= 0.
        times: a weight >= 0.
        over: range of the sum; None where there is none.
    """

    variable: Symbol
    function: Expr
    at: Any
    base: Any
    times: Any = 1
    over: Range | None = None

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        x, f = self.variable, self.function
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a tangent shows <= or >=, not {relation}")
        for argument, word in ((self.at, "argument"), (self.base, "argument"), (self.times, "weight")):
            if not nonnegative(argument, domain):
                return Outcome.failed(f"the {word} {argument} is not known to be nonnegative")
        bend = sympy.diff(f, x, 2)
        why = nonnegative_on_ray(bend, x, sympy.S.Zero)
        if why is None or not smooth_on_ray(f, x, sympy.S.Zero):
            return Outcome.failed(f"{f} is not known to be smooth and convex for {x} >= 0")
        line = f.subs(x, self.base) + sympy.diff(f, x).subs(x, self.base) * (self.at - self.base)
        gain = spread(self.times * (f.subs(x, self.at) - line), None, self.over)
        if not is_zero(slack(before, after, relation) - gain):
            return Outcome.failed(f"the step does not compare {f} at {self.at} with the tangent at {self.base}")
        return Outcome.checked(f"{f} is convex in {x} >= 0 (second derivative {bend}: {why}): above its tangents")

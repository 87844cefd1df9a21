"""Jensen's inequality for sums over the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Sum, Symbol

from theory.derivations.engine.certificate import slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.one_variable import nonnegative_on_ray, smooth_on_ray
from theory.derivations.engine.outcome import Outcome
from theory.derivations.engine.signs import is_nonnegative
from theory.symbols import N, k


@dataclass(frozen=True)
class Jensen:
    """sum_{k=0}^{N-1} f(x_k) >= N f(mean of x_k) for convex f; <= for concave f.

    Shown are x_k >= low, and the sign of f'' on [low, oo) by derivatives. The mean is whatever the sum of x_k
    telescopes to.

    Attributes:
        variable: x.
        function: f, an expression in x.
        of: x_k, an expression in k.
        times: a factor >= 0 before both sides.
        low: the least value of x_k.
    """

    variable: Symbol
    function: Expr
    of: Any
    times: Any = 1
    low: Any = 0

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"Jensen's inequality shows <= or >=, not {relation}")
        if k in self.function.free_symbols or not smooth_on_ray(self.function, self.variable, self.low):
            return Outcome.failed(
                f"{self.function} must be one smooth function for all {k}, for {self.variable} >= {self.low}"
            )
        if not is_nonnegative(self.of - self.low, domain) or not is_nonnegative(self.times, domain):
            return Outcome.failed(f"{self.of} >= {self.low}, or the factor's sign, is not known")
        x, f = self.variable, self.function
        mean = Sum(self.of, (k, 0, N - 1)) / N
        spread = self.times * (Sum(f.subs(x, self.of), (k, 0, N - 1)) - N * f.subs(x, mean))
        rest = slack(before, after, relation)
        bend = sympy.diff(f, x, 2)
        for sign, word in ((1, "convex"), (-1, "concave")):
            if is_zero(rest - sign * spread):
                why = nonnegative_on_ray(sign * bend, x, sympy.sympify(self.low))
                if why is None:
                    return Outcome.failed(f"{f} is not known to be {word} for {x} >= {self.low}")
                return Outcome.checked(f"{f} is {word} in {x} >= {self.low} (second derivative {bend}: {why})")
        return Outcome.failed("the step does not compare the sum with its value at the mean")

"""The least value of a function of one variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Symbol

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_regular, is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.engine.signs import pointwise


@dataclass(frozen=True)
class Minimum:
    """f(x) >= f(at) for all x > 0: the derivative is (x - at) times something >= 0.

    Attributes:
        variable: x, a positive symbol.
        function: f, in x; without poles for x > 0.
        at: the place, free of x, shown to be >= 0; where f(at) is no number the step cannot be written.
        times: a factor >= 0 before both sides.
    """

    variable: Symbol
    function: Expr
    at: Any
    times: Any = 1

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        x, f, place = self.variable, self.function, sympy.sympify(self.at)
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a minimum shows <= or >=, not {relation}")
        if (
            x != Symbol(x.name, positive=True)
            or not is_regular(f, x)
            or place.has(x)
            or f.has(sympy.Sum, sympy.Integral)
        ):
            return Outcome.failed(f"{x} must be positive, {place} free of it, and {f} without poles there")
        if not nonnegative(place, domain) or not nonnegative(self.times, domain):
            return Outcome.failed(f"{place} >= 0, or the factor's sign, is not known")
        slope = sympy.diff(f, x)
        rest = sympy.factor(sympy.cancel(sympy.together(slope / (x - place))))
        if rest.subs(x, place).has(sympy.zoo, sympy.nan) or not pointwise(rest, domain):
            return Outcome.failed(f"the derivative {slope} is not known to be ({x} - {place}) times something >= 0")
        gain = self.times * (f - f.subs(x, place))
        if not is_zero(slack(before, after, relation) - gain):
            return Outcome.failed(f"the step does not compare {f} with its value at {x} = {place}")
        return Outcome.checked(f"d/d{x} of {f} is ({x} - {place}) times {rest} >= 0: a minimum at {x} = {place}")

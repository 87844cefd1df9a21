"""The inequality of Cauchy and Schwarz, for sums and integrals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Integral, Sum

from theory.derivations.engine.certificate import Range, slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.engine.signs import is_nonnegative, is_ordered
from theory.symbols import k


@dataclass(frozen=True)
class CauchySchwarz:
    """(total of a b)^2 <= (total of a^2)(total of b^2), the total a sum over k or an integral over another variable.

    Attributes:
        a, b: real expressions.
        range: (variable, low, high); a sum where the variable is k.
        times: a factor >= 0 before both sides.
    """

    a: Any
    b: Any
    range: Range
    times: Any = 1

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"the inequality of Cauchy and Schwarz shows <= or >=, not {relation}")
        a, b = sympy.sympify(self.a), sympy.sympify(self.b)
        variable, low, high = (sympy.sympify(e) for e in self.range)
        total = Sum if variable == k else Integral
        if not (a.is_real and b.is_real) or not is_nonnegative(self.times, domain):
            return Outcome.failed("a and b must be real, the factor nonnegative")
        if total is Integral and not is_ordered(low, high, domain):
            return Outcome.failed(f"{low} <= {high} is not known")
        square = total(a * b, self.range) ** 2
        product = total(a**2, self.range) * total(b**2, self.range)
        if not is_zero(slack(before, after, relation) - self.times * (product - square)):
            return Outcome.failed("the step does not compare the square of a total with the product of totals")
        return Outcome.checked(f"Cauchy-Schwarz with a = {self.a}, b = {self.b}")

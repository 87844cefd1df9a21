"""Products as sums of logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Product, Sum, exp, log

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.kinds.interval import is_positive_cosine


@dataclass(frozen=True)
class LogProduct:
    """The product of f_k^power is exp(power times the sum of ln f_k), for f_k > 0.

    Attributes:
        of: f_k; positive by its assumptions, or the cosine of a difference of arctangents of positive numbers.
        power: the exponent that stands on each factor, the same for all.
    """

    of: Any
    power: Any = 1

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"a product is written out by an equality, not {relation}")
        factor = sympy.sympify(self.of)
        if not factor.is_positive and not is_positive_cosine(factor, domain):
            return Outcome.failed(f"the factor {factor} is not known to be positive")
        found = [p for p in (after - before).atoms(Product) if p.function == factor**self.power]
        if not found:
            return Outcome.failed(f"there is no product of {factor**self.power}")
        if any(x in sympy.sympify(self.power).free_symbols for p in found for x in p.variables):
            return Outcome.failed(f"the power {self.power} must be the same for every factor")
        swaps = {p: exp(self.power * Sum(log(factor), *p.limits)) for p in found}
        gap = (after - before).xreplace(swaps)
        if not is_zero(gap) and not is_zero(sympy.powdenest(gap, force=False)):
            return Outcome.failed("the sides differ after the product is written as the exponential of a sum")
        return Outcome.checked(f"logarithms of the factors {factor} > 0 are added")

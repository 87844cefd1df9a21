"""Rising elementary functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Symbol

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import Range, slack, spread
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_smooth, is_zero
from theory.derivations.engine.one_variable import nonnegative_on_ray, smooth_on_ray
from theory.derivations.engine.outcome import Outcome


@dataclass(frozen=True)
class Rising:
    """f(small) <= f(large) for small <= large, f' being >= 0: for every x of its assumptions, or for x >= low.

    The step is the sum over ``over`` of ``times`` (f(large) - f(small)).

    Attributes:
        variable: x, a real, positive or nonnegative symbol; the arguments are shown to be that, too.
        function: f, in x, without poles, jumps and kinks.
        small, large: two arguments.
        low: the least value that f' >= 0 is known for; None for every x.
        times: a weight >= 0.
        by: a justification of small <= large; None where it follows from signs.
    """

    variable: Symbol
    function: Expr
    small: Any
    large: Any
    low: Any = None
    times: Any = 1
    over: Range | None = None
    by: Any = None

    @property
    def claims(self) -> tuple[str, ...]:
        """What the step rests on."""
        return getattr(self.by, "claims", ())

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a rising function shows <= or >=, not {relation}")
        why = self._why(domain)
        if why is None:
            return Outcome.failed(f"{self.function} is not known to rise with {self.variable}")
        if not (self._fits(self.small, domain) and self._fits(self.large, domain)):
            return Outcome.failed(
                f"{self.small} and {self.large} are not known to be real, or of {self.variable}'s sign"
            )
        if self.low is not None and not nonnegative(self.small - self.low, domain):
            return Outcome.failed(f"{self.small} >= {self.low} is not known")
        if not nonnegative(self.times, domain):
            return Outcome.failed(f"the weight {self.times} is not known to be nonnegative")
        gain = self.times * (self._at(self.large) - self._at(self.small))
        if not is_zero(slack(before, after, relation) - spread(gain, None, self.over)):
            return Outcome.failed(f"the step is not the weighted difference of {self.function} at two arguments")
        return self._ordered(domain, f"{self.function} rises with {self.variable}: {why}")

    def _why(self, domain: Domain) -> str | None:
        x = self.variable
        slope = sympy.factor(sympy.diff(self.function, x))
        if self.low is None:
            plain = x in (Symbol(x.name, real=True), Symbol(x.name, positive=True), Symbol(x.name, nonnegative=True))
            smooth = plain and is_smooth(self.function, x)
            return f"its derivative {slope} is >= 0" if smooth and slope.is_nonnegative else None
        if not smooth_on_ray(self.function, x, self.low):
            return None
        return nonnegative_on_ray(slope, self.variable, sympy.sympify(self.low))

    def _fits(self, argument: Any, domain: Domain) -> bool:
        a = sympy.sympify(argument)
        if self.variable.is_positive:
            return bool(a.is_positive)
        return not self.variable.is_nonnegative or nonnegative(a, domain)

    def _at(self, argument: Any) -> Any:
        return self.function.subs(self.variable, argument)

    def _ordered(self, domain: Domain, words: str) -> Outcome:
        if self.by is not None:
            inner: Outcome = self.by.check(sympy.sympify(self.small), sympy.sympify(self.large), "<=", domain)
            return Outcome(inner.mark, f"{words}; {inner.how}")
        if not nonnegative(self.large - self.small, domain):
            return Outcome.failed(f"{self.small} <= {self.large} is not known")
        return Outcome.checked(words)

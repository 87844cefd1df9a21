"""Inequalities whose difference has a sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Indexed, Symbol, exp

from theory.derivations.engine.bound import legal
from theory.derivations.engine.certificate import slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import grouped, is_zero
from theory.derivations.engine.one_variable import nonnegative_on_ray
from theory.derivations.engine.outcome import Outcome
from theory.derivations.engine.signs import is_nonnegative, pointwise


@dataclass(frozen=True)
class Sign:
    """The larger side minus the smaller one is >= 0: term by term, by factors, or as a function of one variable.

    Attributes:
        variable: None for a sign by factors and by the order of levels. A symbol: the difference is a function of it on
            [low, oo), judged by its value at an end and its derivatives.
        low: a value that the variable never falls below, by its assumptions or by the domain.
        log_step: the variable is ln(v[j]/v[j+1]) >= 0 for the two neighbouring levels of each summand.
    """

    variable: Symbol | None = None
    low: Any = 0
    log_step: bool = False

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a sign shows <= or >=, not {relation}")
        rest = slack(before, after, relation)
        if self.variable is None:
            if is_nonnegative(rest, domain):
                return Outcome.checked("the difference is nonnegative: each of its terms is, by its factors")
            return Outcome.failed("no sign of the difference can be shown")
        return self._one_variable(rest, self.variable, domain)

    def _one_variable(self, rest: Any, x: Symbol, domain: Domain) -> Outcome:
        if not self._bounded(x, domain):
            return Outcome.failed(f"{x} >= {self.low} is not known of every value of {x}")
        if not legal(rest):
            return Outcome.failed(f"a range in {rest} does not fit its variable, or may be shorter than nothing")
        outside, sums = grouped(rest)
        parts = [*sums.values()] if is_zero(outside) else [outside, *sums.values()]
        reasons = []
        for part in parts:
            f = self._in_variable(part, x, domain)
            if f is None:
                return Outcome.failed(f"{part} is no function of {x} alone times something nonnegative")
            why = nonnegative_on_ray(f, x, sympy.sympify(self.low))
            if why is None:
                return Outcome.failed(f"no sign of {f} can be shown for {x} >= {self.low}")
            reasons.append(f"{f} >= 0 for {x} >= {self.low}: {why}")
        return Outcome.checked("; ".join(reasons) or "the two sides are equal")

    def _bounded(self, x: Symbol, domain: Domain) -> bool:
        low = sympy.sympify(self.low)
        return bool((self.log_step or x.is_nonnegative) and low.is_nonpositive) or (
            not self.log_step and domain.at_most(low, x)
        )

    def _in_variable(self, part: Any, x: Symbol, domain: Domain) -> Any:
        """The part as a function of the variable, without a factor that is >= 0."""
        if self.log_step:
            levels = {e for e in part.atoms(Indexed) if e.base.label.name == "v"}
            pairs = [(a, b) for a in levels for b in levels if b.indices[0] - a.indices[0] == 1]
            if len(levels) != 2 or len(pairs) != 1:
                return None
            (upper, lower), positive = pairs[0], Symbol(x.name, positive=True)
            f = sympy.expand_log(sympy.expand(part.xreplace({upper: lower * exp(positive)})), force=False)
            f = sympy.simplify(f).xreplace({positive: x})
        else:
            f = part
        factor, f = sympy.factor(f).as_independent(x, as_Add=False)
        if not pointwise(factor, domain):
            factor, f = -factor, -f
        return f if pointwise(factor, domain) and f.has(x) else None

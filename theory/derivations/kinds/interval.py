"""Jensen's inequality for functions that are convex, or concave, on an interval or a ray."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Dummy, Expr, Sum, Symbol, atan, cos, oo, pi, sin, tan
from sympy.core.function import Application

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.one_variable import nonnegative_on_ray, smooth_on_ray
from theory.derivations.engine.outcome import Outcome
from theory.symbols import N, k
from theory.vocabulary import lam


@dataclass(frozen=True)
class JensenBetween:
    """sum_{k=0}^{N-1} f(x_k) against N f(mean of x_k), where 0 <= x_k <= high and f has one curvature there.

    Attributes:
        variable: x.
        function: f, in x.
        of: x_k, an expression in k; its bounds are shown.
        high: the largest value, or oo. pi/2 stands for angles: x_k is a difference of two arctangents of positive
            numbers, and sin, cos and tan are >= 0.
        times: a factor >= 0 before both sides.
    """

    variable: Symbol
    function: Expr
    of: Any
    high: Any = oo
    times: Any = 1

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"Jensen's inequality shows <= or >=, not {relation}")
        if k in self.function.free_symbols or not self._smooth():
            return Outcome.failed(f"{self.function} must be one function for all {k}, without poles, jumps and kinks")
        if not self._within(domain) or not nonnegative(self.times, domain):
            return Outcome.failed(f"0 <= {self.of} <= {self.high}, or the factor's sign, is not known")
        x, f = self.variable, self.function
        mean = Sum(self.of, (k, 0, N - 1)) / N
        gain = self.times * (Sum(f.subs(x, self.of), (k, 0, N - 1)) - N * f.subs(x, mean))
        bend = sympy.factor(sympy.simplify(sympy.diff(f, x, 2)))
        for sign, word in ((1, "convex"), (-1, "concave")):
            if is_zero(slack(before, after, relation) - sign * gain):
                why = self._curved(sign * bend)
                where = f"{x} >= 0" if self.high == oo else f"0 <= {x} <= {self.high}"
                if why is None:
                    return Outcome.failed(f"{f} is not known to be {word} for {where}")
                return Outcome.checked(f"{f} is {word} for {where} (second derivative {bend}: {why})")
        return Outcome.failed("the step does not compare the sum with its value at the mean")

    def _within(self, domain: Domain) -> bool:
        if self.high == pi / 2:
            return is_acute(self.of, domain)
        return nonnegative(self.of, domain) and (self.high == oo or nonnegative(self.high - self.of, domain))

    def _smooth(self) -> bool:
        """On [0, pi/2) by the signs of sin and cos, otherwise for all x >= 0."""
        x = self.variable
        if self.high != pi / 2:
            return smooth_on_ray(self.function, x, sympy.S.Zero)
        angle = Dummy("angle", nonnegative=True)
        flat = _by_legs(self.function, x).xreplace({x: angle})
        bases = [p.base for p in flat.atoms(sympy.Pow) if not (p.exp.is_Integer and p.exp.is_nonnegative)]
        bases += [g.args[0] for g in flat.atoms(sympy.log)]
        plain = all(isinstance(g, sympy.log) for g in flat.atoms(Application))
        return plain and all(b.is_positive for b in bases)

    def _curved(self, bend: Expr) -> str | None:
        x = self.variable
        if self.high == pi / 2:
            flat = _by_legs(bend, x)
            return "by the signs of sin and cos" if not flat.has(x) and flat.is_nonnegative else None
        if self.high == oo:
            return nonnegative_on_ray(bend, x, sympy.S.Zero)
        # from the upper end downwards
        return nonnegative_on_ray(sympy.expand(bend.subs(x, self.high - x)), x, sympy.S.Zero)


def _by_legs(e: Expr, x: Symbol) -> Expr:
    """sin and cos of an angle in [0, pi/2) as symbols that have their signs."""
    legs = {cos(x): Dummy("cos", positive=True), sin(x): Dummy("sin", nonnegative=True)}
    return e.rewrite(tan, cos).subs(tan(x), sin(x) / cos(x)).xreplace(legs)


def is_acute(angle: Any, domain: Domain) -> bool:
    """Whether the angle lies in [0, pi/2): a difference atan(a) - atan(b), a >= b > 0, or an N-th of one."""
    if domain.cases is not None and domain.cases.spread:
        angle = angle.xreplace({lam: Dummy("lam", positive=True)})
    return any(_is_turn(sympy.expand(angle * share), domain) for share in (1, N))


def _is_turn(angle: Any, domain: Domain) -> bool:
    parts = sympy.Add.make_args(angle)
    plus = [p.args[0] for p in parts if isinstance(p, atan)]
    minus = [(-p).args[0] for p in parts if isinstance(-p, atan)]
    if len(parts) != 2 or len(plus) != 1 or len(minus) != 1 or not (plus[0].is_positive and minus[0].is_positive):
        return False
    return nonnegative(plus[0] - minus[0], domain)


def is_positive_cosine(e: Any, domain: Domain) -> bool:
    """Whether the expression is the cosine of an angle in (-pi/2, pi/2)."""
    return isinstance(e, cos) and any(is_acute(sign * e.args[0], domain) for sign in (1, -1))

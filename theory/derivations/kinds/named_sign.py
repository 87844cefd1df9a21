"""Signs that show when names are written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Dummy, Indexed, Integral, Product, Sum, Symbol

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.outcome import Outcome
from theory.derivations.kinds.formulas import outside, unfit
from theory.symbols import N, k


@dataclass(frozen=True)
class NamedSign:
    """larger minus smaller side is ``times`` something that is >= 0 when names are written out, for 0 <= k < N.

    What it stands in has a range ``over`` within 0 ... N-1; without one, ``at`` is given and k does not occur.

    Attributes:
        names: indexed base -> formula in k, as in ``Named``.
        times: a weight >= 0; may hold names.
        where: positive symbol or entry -> c r^p, r a new positive symbol of its own and c > 0: every positive number is
            of that form.
        at: as in ``Named``.
    """

    names: Mapping[Any, Any] = field(hash=False)
    times: Any = 1
    where: Mapping[Any, Any] = field(default_factory=dict, hash=False)
    at: tuple[Any, ...] = ()

    @property
    def formulas(self) -> Mapping[Any, Any]:
        """The names with their formulas."""
        return self.names

    @property
    def every(self) -> bool:
        """Whether the sign is shown for every k of a range."""
        return not self.at

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a sign shows <= or >=, not {relation}")
        gap, times = slack(sympy.sympify(before), sympy.sympify(after), relation), sympy.sympify(self.times)
        wrong = self._unfit(gap, times, domain) or self._uncovered(gap, times)
        if wrong:
            return Outcome.failed(wrong)
        if not nonnegative(times, domain) or times == 0:
            return Outcome.failed(f"the weight {times} is not known to be positive")
        e = sympy.simplify(gap / times)
        entries = [x for x in e.atoms(Indexed) if x.base in self.names]
        e = e.xreplace({x: self.names[x.base].subs(k, x.indices[0]) for x in entries})
        e = e.subs(self.where).xreplace({N: k + 1 + Dummy("later", integer=True, nonnegative=True)})
        e = sympy.factor(sympy.powdenest(sympy.expand(e)))
        if not nonnegative(e, domain):
            return Outcome.failed(f"no sign of {e} can be shown")
        return Outcome.checked(f"written out, the difference is {times} times {e} >= 0")

    def _unfit(self, gap: Any, times: Any, domain: Domain) -> str:
        if any(e.has(Sum, Product, Integral) for e in (gap, times, *self.names.values())):
            return "the sign of a sum is shown term by term"
        if self.at and k in gap.free_symbols | times.free_symbols:
            return f"{k} may not occur where a sign is shown at {self.at} alone"
        earlier = any(x.base in self.names and x.indices[0] == k - 1 for x in gap.atoms(Indexed) | times.atoms(Indexed))
        wrong = [unfit(name, formula, domain, self.at, earlier) for name, formula in self.names.items()]
        beyond = outside(gap, self.names, self.every) or outside(times, self.names, self.every)
        return next(filter(None, wrong), f"{beyond} is not known to lie at a grid point 0 ... N" if beyond else "")

    def _uncovered(self, gap: Any, times: Any) -> str:
        """Why ``where`` does not cover all positive values, each alone; empty where it does."""
        used = set().union(*[e.free_symbols for e in (gap, times, *self.names.values())])
        for quantity, power in self.where.items():
            plain = isinstance(quantity, (Symbol, Indexed)) and quantity.is_positive and quantity not in (N, k)
            named = isinstance(quantity, Indexed) and quantity.base in self.names
            others = set().union(*[p.free_symbols for q, p in self.where.items() if q != quantity])
            if not plain or named or power.free_symbols & set(self.where) or not _covers(power, used | others):
                return f"{power} does not take every positive value of {quantity} with one new symbol"
        return ""


def _covers(power: Any, used: set[Any]) -> bool:
    """Whether c r^p with a new positive symbol r takes every positive value."""
    for r in power.free_symbols - used:
        factor, rest = power.as_independent(r, as_Add=False)
        base, exponent = rest.as_base_exp()
        plain = r == Symbol(r.name, positive=True) and base == r
        if plain and factor.is_positive and exponent.is_nonzero and exponent.is_real:
            return True
    return False

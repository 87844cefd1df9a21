"""Signs that show when names are written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Dummy, Indexed

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import slack
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.outcome import Outcome
from theory.symbols import N, k


@dataclass(frozen=True)
class NamedSign:
    """larger minus smaller side is ``times`` something that is >= 0 when names are written out, for low <= k < N.

    Attributes:
        names: indexed base -> formula in k, as in ``Named``.
        times: a weight >= 0; may hold names.
        where: positive quantity -> c r^p, r a new positive symbol and c > 0: every positive number is of that form.
    """

    names: Mapping[Any, Any] = field(hash=False)
    times: Any = 1
    where: Mapping[Any, Any] = field(default_factory=dict, hash=False)

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"a sign shows <= or >=, not {relation}")
        gap = slack(sympy.sympify(before), sympy.sympify(after), relation)
        if not nonnegative(self.times, domain) or self.times == 0:
            return Outcome.failed(f"the weight {self.times} is not known to be positive")
        for quantity, power in self.where.items():
            if not quantity.is_positive or not _covers(power, gap):
                return Outcome.failed(f"{power} does not take every positive value with one new symbol")
        e = sympy.simplify(gap / self.times)
        entries = [x for x in e.atoms(Indexed) if x.base in self.names]
        e = e.xreplace({x: self.names[x.base].subs(k, x.indices[0]) for x in entries})
        e = e.subs(self.where).xreplace({N: k + 1 + Dummy("later", integer=True, nonnegative=True)})
        e = sympy.factor(sympy.powdenest(sympy.expand(e)))
        if not nonnegative(e, domain):
            return Outcome.failed(f"no sign of {e} can be shown")
        return Outcome.checked(f"written out, the difference is {self.times} times {e} >= 0")


def _covers(power: Any, gap: Any) -> bool:
    """Whether c r^p with a new positive symbol r takes every positive value."""
    new = [x for x in power.free_symbols if x.is_positive and not gap.has(x) and x not in (N, k)]
    for r in new:
        factor, rest = power.as_independent(r, as_Add=False)
        base, exponent = rest.as_base_exp()
        if base == r and factor.is_positive and exponent.is_nonzero and exponent.is_real:
            return True
    return False

"""Limits of many steps: series in 1/N, Riemann sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.limits import NoLimit, limit_of_many_steps


@dataclass(frozen=True)
class SeriesLimit:
    """``N**power`` times the expression tends to the other side as N grows, v[k] being a family's closed form.

    Each summand, a smooth function of k/N and 1/N, is expanded in 1/N; the sum becomes an integral over [0, 1].

    Attributes:
        family: a key of ``theory.grids.FORMULAS``.
        power: 0 for the limit itself, 1 for a quantity that falls like 1/N.
    """

    family: str
    power: int = 0

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation != "->":
            return Outcome.failed(f"a limit is a step ->, not {relation}")
        try:
            found = limit_of_many_steps(before, self.family)
        except NoLimit as why:
            return Outcome.failed(str(why))
        if found.power != self.power or not is_zero(found.value - after):
            return Outcome.failed(f"N^{found.power} times the left side tends to {found.value}")
        words = f"series in 1/N on {self.family} grids; {found.how}"
        return Outcome.checked(words) if found.smooth else Outcome.assumed(f"{words}; smoothness on [0, 1] not shown")

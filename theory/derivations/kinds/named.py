"""Short names for formulas in k."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Indexed, IndexedBase

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.engine.signs import is_nonnegative
from theory.symbols import N, k


@dataclass(frozen=True)
class Named:
    """``name[k]`` stands for a formula at the grid points k = 0 ... N; the step puts the one for the other.

    Where the domain takes for granted that ``name`` falls along the grid and is positive, the formula is shown to be
    falling and positive; the name must be positive for sympy only if that is shown.

    Attributes:
        name: an indexed base that the vocabulary does not have.
        formula: in k, N and whatever else.
        at: further indices 0 <= j <= N that the formula is used at, such as a level. What the domain takes for granted
            about ``name[j]`` may only be that it lies between the first and the last value.
    """

    name: IndexedBase
    formula: Expr
    at: tuple[Any, ...] = ()

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"a name is an equality, not {relation}")
        wrong = self._order(domain)
        if wrong:
            return Outcome.failed(wrong)
        short = self._shortened(after) - self._shortened(before)
        equal = sympy.expand_mul(short) == 0 or is_zero(short)
        if not equal and not is_zero(self._written(after) - self._written(before)):
            return Outcome.failed(f"the sides differ after {self.name}[k] = {self.formula} is written out")
        return Outcome.checked(f"{self.name}[k] = {self.formula}")

    def _order(self, domain: Domain) -> str:
        """Why the facts about the name do not hold; empty where they do."""
        label = self.name.label.name
        if label not in domain.decreasing:
            return f"{label} is positive by its assumptions alone; name it in the domain" if self._assumed() else ""
        # the formula is falling, so that it is positive if its last value is
        drop = sympy.simplify(self.formula - self.formula.subs(k, k + 1))
        last = sympy.simplify(self.formula.subs(k, N))
        if not is_nonnegative(drop, domain):
            return f"{self.formula} is not known to fall with k"
        if not last.is_positive:
            return f"{last}, the last value of {label}, is not known to be positive"
        first = sympy.simplify(self.formula.subs(k, 0))
        for pair in domain.order:
            mine = any(isinstance(x, Indexed) and x.base == self.name for x in pair)
            if mine and not self._between(*pair, first, last):
                return f"{pair[0]} <= {pair[1]} is not known of {label}"
        return ""

    def _between(self, low: Any, high: Any, first: Any, last: Any) -> bool:
        """Whether low <= high says that name[j] lies between the first and the last value."""
        if high in (first, self.name[0]):
            return any(low == self.name[j] for j in self.at)
        return low in (last, self.name[N]) and any(high == self.name[j] for j in self.at)

    def _assumed(self) -> bool:
        return bool(self.name.is_positive or self.name[k].is_positive)

    def _shortened(self, e: Any) -> Any:
        """Every occurrence of the formula at k - 1, k, k + 1, 0, N by its name."""
        swaps = {self.formula.subs(k, i): self.name[i] for i in (k - 1, k, k + 1, N, sympy.S.Zero)}
        swaps |= {self.formula.subs(k, i): self.name[i] for j in self.at for i in (j, j + 1)}
        return sympy.sympify(e).xreplace({f: n for f, n in swaps.items() if not f.is_number})

    def _written(self, e: Any) -> Any:
        entries = [x for x in sympy.sympify(e).atoms(Indexed) if x.base == self.name]
        return sympy.sympify(e).xreplace({x: self.formula.subs(k, x.indices[0]) for x in entries})

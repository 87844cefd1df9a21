"""Short names for formulas in k."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Indexed, IndexedBase

from theory.derivations.engine.bound import legal
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.kinds.formulas import captured, outside, unfit
from theory.symbols import N, k


@dataclass(frozen=True)
class Named:
    """``name[k]`` stands for a formula at the grid points k = 0 ... N; the step puts the one for the other.

    Where the domain takes for granted that ``name`` falls along the grid and is positive, the formula is shown to be
    falling and positive; the name must be positive for sympy only if that is shown. In a chain, a name has one formula,
    and stands neither in the first nor in the last expression.

    Attributes:
        name: an indexed base that the vocabulary does not have.
        formula: in k, N and words of the vocabulary.
        at: ``(level,)`` where the formula is used at the word ``level``, too. What the domain takes for granted about
            ``name[level]`` may only be that it lies between the first and the last value.
    """

    name: IndexedBase
    formula: Expr
    at: tuple[Any, ...] = ()

    @property
    def formulas(self) -> Mapping[Any, Any]:
        """The name with its formula."""
        return {self.name: self.formula}

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"a name is an equality, not {relation}")
        before, after = sympy.sympify(before), sympy.sympify(after)
        wrong = unfit(self.name, self.formula, domain, self.at)
        if wrong:
            return Outcome.failed(wrong)
        beyond = outside(before, self.formulas) or outside(after, self.formulas)
        if beyond:
            return Outcome.failed(f"{beyond} is not known to lie at a grid point 0 ... N")
        if captured(self.formulas, before, after):
            return Outcome.failed(f"{self.formula} holds the variable of a sum; rename that")
        short = self._shortened(after) - self._shortened(before)
        equal = (legal(short) and sympy.expand_mul(short) == 0) or is_zero(short)
        if not equal and not is_zero(self._written(after) - self._written(before)):
            return Outcome.failed(f"the sides differ after {self.name}[k] = {self.formula} is written out")
        return Outcome.checked(f"{self.name}[k] = {self.formula}")

    def _shortened(self, e: Any) -> Any:
        """Every occurrence of the formula at k - 1, k, k + 1, 0, N by its name."""
        swaps = {self.formula.subs(k, i): self.name[i] for i in (k - 1, k, k + 1, N, sympy.S.Zero)}
        swaps |= {self.formula.subs(k, i): self.name[i] for j in self.at for i in (j, j + 1)}
        return e.xreplace({f: n for f, n in swaps.items() if not f.is_number})

    def _written(self, e: Any) -> Any:
        entries = [x for x in e.atoms(Indexed) if x.base == self.name]
        return e.xreplace({x: self.formula.subs(k, x.indices[0]) for x in entries})

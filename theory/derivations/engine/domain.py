"""What a step may take for granted: the order of the grid and of further levels, the signs of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from typing import Any

from sympy import Dummy, Expr, Indexed
from sympy.core.function import AppliedUndef

from theory.claims import Cases
from theory.vocabulary import VOCABULARY


@dataclass(frozen=True)
class Domain:
    """Facts about the symbols of a derivation.

    Attributes:
        decreasing: names of the indexed quantities that fall along the grid, v[k] > v[k+1] > 0.
        increasing: those that rise.
        order: further facts, pairs (smaller, larger) of positive symbols or entries. Facts that no step shows are told
            by ``Derivation.granted``.
        cases: the setting of the claim that is proved; the claims that a step uses must hold there.
        proving: its id.
    """

    decreasing: tuple[str, ...] = ("v", "sigma")
    increasing: tuple[str, ...] = ("gamma",)
    order: tuple[tuple[Any, Any], ...] = ()
    cases: Cases | None = None
    proving: str = ""

    def between(self, low: Any, middle: Any, high: Any) -> Domain:
        """This domain with low <= middle <= high."""
        pairs = ((low, middle), (middle, high), (low, high))
        return replace(self, order=(*self.order, *(p for p in pairs if not p[1].is_infinite)))

    def at_most(self, a: Any, b: Any) -> bool:
        """Whether a <= b is known for two symbols or entries."""
        if a == b or (a, b) in self.order:
            return True
        if isinstance(a, Indexed) and isinstance(b, Indexed) and a.base == b.base:
            steps = a.indices[0] - b.indices[0]
            name = a.base.label.name
            if name in self.decreasing:
                return bool(steps.is_nonnegative)
            if name in self.increasing:
                return bool((-steps).is_nonnegative)
        return any((a, c) in self.order and c != b and self.at_most(c, b) for _, c in self.order) or any(
            (c, b) in self.order and c != a and self.at_most(a, c) for c, _ in self.order
        )

    def gaps(self, e: Expr) -> Expr:
        """The expression with ordered entries written as the smallest one plus positive gaps.

        Levels that are not ordered with those of a chain make a chain of their own; all symbols are positive.
        """
        levels = [x for x in _levels(e, self) if x.is_positive]
        swaps: dict[Any, Any] = {}
        while levels:
            value: Any = 0
            for level in _chain(levels, self):
                value += Dummy(f"gap{len(swaps):03}", positive=True)
                swaps[level] = value
            levels = [x for x in levels if x not in swaps]
        return e.xreplace(swaps)


def word_sign(e: Any) -> bool:
    """Whether the vocabulary says of an entry or a function's value that it is never negative."""
    name = e.base.label.name if isinstance(e, Indexed) else e.func.__name__ if isinstance(e, AppliedUndef) else ""
    quantity = VOCABULARY.get(name)
    return quantity is not None and quantity.domain.startswith((">", "0 <=", "0 <", "integer >="))


def _levels(e: Expr, domain: Domain) -> list[Any]:
    grid = (*domain.decreasing, *domain.increasing)
    listed = {x for pair in domain.order for x in pair}
    found = {x for x in e.atoms(Indexed) if x.base.label.name in grid} | (listed & (e.atoms(Indexed) | e.free_symbols))
    return sorted(found, key=str)


def _chain(levels: Sequence[Any], domain: Domain) -> list[Any]:
    """The first level and those that are ordered with it and with each other, the smallest first."""
    chain: list[Any] = []
    for level in levels:
        if all(domain.at_most(level, other) or domain.at_most(other, level) for other in chain):
            chain.append(level)
    return sorted(chain, key=cmp_to_key(lambda a, b: -1 if domain.at_most(a, b) else 1))

"""Indices: which are bound at a place in the text, how far they run, and what may stand in a subscript.

An index is a whole number plus whole multiples of ``N`` and of the indices of the sums around it. This is
what the compiler can turn into slices of a grid, and it keeps the work of a sum proportional to its range.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, Symbol

from theory.symbols import N, k
from verify.language.errors import BadInput

INDICES = {s.name: s for s in (k, *(Symbol(name, integer=True, nonnegative=True) for name in "ij"))}
MAX_BINDERS = 3
MAX_TERMS = 10**6


class Scope:
    """The symbols that the sums and integrals around a place bind.

    Attributes:
        largest: the bound symbols, outermost first; an index with its largest value at N = 1, an integration
            variable with None.
        terms: how many terms the sums make together at N = 1.
    """

    def __init__(self, largest: dict[Symbol, int | None] | None = None, terms: int = 1):
        self.largest, self.terms = largest or {}, terms

    def __contains__(self, symbol: Symbol) -> bool:
        return symbol in self.largest

    def with_variable(self, symbol: Symbol) -> Scope:
        """The scope inside an integral over ``symbol``.

        Raises:
            BadInput: the symbol is bound already, or more than 3 would be bound.
        """
        return self._with(symbol, None, self.terms)

    def with_range(self, index: Symbol, lower: Any, upper: Any) -> Scope:
        """The scope inside a sum over ``index`` from ``lower`` to ``upper``, both included.

        Raises:
            BadInput: as for ``with_variable``; or an end is no index, or the range is negative or too long.
        """
        for end in (lower, upper):
            self.require_index(end)
        if lower.is_Integer and lower < 0:
            raise BadInput(f"the range of {index} starts at {lower}; indices start at 0")
        terms = self.terms * max(1, self._most(upper - lower) + 1)
        if terms > MAX_TERMS:
            raise BadInput(f"the range of {index} makes more than {MAX_TERMS} terms at N = 1; shorten it")
        return self._with(index, max(0, self._most(upper)), terms)

    def _with(self, symbol: Symbol, largest: int | None, terms: int) -> Scope:
        if symbol in self:
            raise BadInput(f"{symbol} is bound by a Sum or Integral around this one; use another name")
        if len(self.largest) == MAX_BINDERS:
            raise BadInput(f"Sum, Product and Integral are nested more than {MAX_BINDERS} deep; split the relation")
        return Scope({**self.largest, symbol: largest}, terms)

    def require_index(self, index: Any) -> None:
        """Raise BadInput unless ``index`` is a whole combination of 1, ``N`` and the indices in scope."""
        for part, factor in index.as_coefficients_dict().items():
            if part in INDICES.values() and part not in self:
                raise free_index(part)
            if part not in {N, Integer(1), *INDICES.values()}:
                raise BadInput(
                    "an index is a whole number plus multiples of N and of the indices of the sums around "
                    f"it, such as N - 1 - k; {part} cannot be part of one"
                )
            if not factor.is_Integer or abs(factor) > MAX_TERMS:
                raise BadInput(f"the index has the factor {factor}; use whole numbers up to {MAX_TERMS}")

    def _most(self, index: Any) -> int:
        """The largest value of an index at N = 1."""
        parts = index.as_coefficients_dict().items()
        return sum(max(0, int(f) * (self.largest.get(s) or 0)) if s in self else int(f) for s, f in parts)


def require_on_grid(index: Any) -> None:
    """Raise BadInput where a subscript lies outside 0 ... N whatever N is."""
    if index.is_Integer and index < 0:
        raise BadInput(f"the index {index} is negative; the grid runs from 0 (noisiest) to N, so the last is [N]")
    beyond = index - N
    if beyond.is_Integer and beyond > 0:
        raise BadInput(f"the index {index} is beyond the grid, whose last point has index N")


def free_index(index: Symbol) -> BadInput:
    return BadInput(
        f"the index {index} is free; put it in a sum such as Sum(..., ({index}, 0, N - 1)), "
        "or name one grid point, such as v[0] or v[N]"
    )

"""Indices: which are bound at a place in the text, how far they run, and what may stand in a subscript.

An index is a whole number plus whole multiples of ``N`` and of the indices of the sums around it. This is
what the compiler can turn into slices of a grid, and it lets the work of a sum be counted before it is done: every
part of the text is computed once for each value of the indices around it.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, Symbol

from theory.symbols import N, k
from verify.language.errors import BadInput

INDICES = {s.name: s for s in (k, *(Symbol(name, integer=True, nonnegative=True) for name in "ij"))}
MAX_BINDERS = 3
MAX_STEPS = 6  # work is counted for grids of up to 6 steps, the longest that a conjecture is tried on
MAX_WORK = 10**6  # values to compute for one relation: seconds in ball arithmetic
INTEGRAND = 1000  # values of an integrand that one integral counts as

Range = tuple[int, int]


class Scope:
    """The symbols that the sums and integrals around a place bind.

    Attributes:
        ranges: the bound symbols, outermost first; an index with its smallest and largest value on grids of 1
            to ``MAX_STEPS`` steps, an integration variable with None.
        terms: how often a part of the text at this place is computed on such a grid, at most.
    """

    def __init__(self, ranges: dict[Symbol, Range | None] | None = None, terms: int = 1):
        self.ranges, self.terms = ranges or {}, terms

    def __contains__(self, symbol: Symbol) -> bool:
        return symbol in self.ranges

    def with_variable(self, symbol: Symbol) -> Scope:
        """The scope inside an integral over ``symbol``.

        Raises:
            BadInput: the symbol is bound already, more than 3 would be bound, or an integral is around this one.
        """
        if None in self.ranges.values():
            raise BadInput("an Integral inside another one is not computed; make the inner one a quantity of your own")
        return self._with(symbol, None, self.terms * INTEGRAND)

    def with_range(self, index: Symbol, lower: Any, upper: Any) -> Scope:
        """The scope inside a sum over ``index`` from ``lower`` to ``upper``, both included.

        Raises:
            BadInput: as for ``with_variable``; or an end is no index, or the range is negative or too long.
        """
        for end in (lower, upper):
            self.require_index(end)
        if lower.is_Integer and lower < 0:
            raise BadInput(f"the range of {index} starts at {lower}; indices start at 0")
        first, last = self._values(lower)[0], self._values(upper)[1]
        terms = self.terms * max(1, last - first + 1)
        if terms > MAX_WORK:
            raise BadInput(f"the range of {index} makes more than {MAX_WORK} terms on {MAX_STEPS} steps; shorten it")
        return self._with(index, (max(0, first), max(0, last)), terms)

    def _with(self, symbol: Symbol, values: Range | None, terms: int) -> Scope:
        if symbol in self:
            raise BadInput(f"{symbol} is bound by a Sum or Integral around this one; use another name")
        if len(self.ranges) == MAX_BINDERS:
            raise BadInput(f"Sum, Product and Integral are nested more than {MAX_BINDERS} deep; split the relation")
        return Scope({**self.ranges, symbol: values}, terms)

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
            if not factor.is_Integer or abs(factor) > MAX_WORK:
                raise BadInput(f"the index has the factor {factor}; use whole numbers up to {MAX_WORK}")

    def _values(self, index: Any) -> Range:
        """The smallest and the largest value of an index on grids of 1 to ``MAX_STEPS`` steps."""
        least = most = 0
        for part, factor in index.as_coefficients_dict().items():
            ends = (1, MAX_STEPS) if part == N else self.ranges.get(part) or (1, 1)
            products = [int(factor) * end for end in ends]
            least, most = least + min(products), most + max(products)
        return least, most


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

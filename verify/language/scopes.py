"""Indices: which are bound at a place in the text, how far they run, and what may stand in a subscript.

An index is a whole number plus whole multiples of ``N`` and of the indices of the sums around it; on training runs, of
``K`` and the step ``s``, or of the number of residuals ``n*N*d``. It counts grid points, steps or residuals, never two
of them. This is what the compiler can turn into slices, and it lets the work of a sum be counted before it is done:
every part of the text is computed once for each value of the indices around it.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, Symbol

from theory.symbols import N, k
from theory.vocabulary import Axis, Quantity, d, n
from theory.vocabulary import K as STEPS
from theory.vocabulary import s as STEP
from verify.language.errors import BadInput

INDICES = {x.name: x for x in (k, *(Symbol(name, integer=True, nonnegative=True) for name in "ij"), STEP)}
MAX_BINDERS = 3
MAX_STEPS = 6  # work is counted for grids and runs of up to 6 steps, the longest that a conjecture is tried on
MOST_RESIDUALS = 48  # and for so many residuals, n N d
MAX_WORK = 10**6  # values to compute for one relation: seconds in ball arithmetic
INTEGRAND = 1000  # values of an integrand that one integral counts as

Range = tuple[int, int]

# what an index is made of beside whole numbers and the indices of sums: its axis, and its smallest and largest value
_UNITS: dict[Any, tuple[Axis, Range]] = {
    N: (Axis.GRID, (1, MAX_STEPS)),
    STEPS: (Axis.STEPS, (1, MAX_STEPS)),
    STEP: (Axis.STEPS, (0, MAX_STEPS - 1)),  # free: any step 0 <= s < K
    n * N * d: (Axis.RESIDUALS, (1, MOST_RESIDUALS)),
}
_LAST = {Axis.GRID: N, Axis.STEPS: STEPS, Axis.RESIDUALS: n * N * d - 1}
_COUNTS = {Axis.GRID: "grid points", Axis.STEPS: "steps of training", Axis.RESIDUALS: "residuals"}
ONE_FOR_EACH = {
    Axis.GRID: "one value for each grid point",
    Axis.STEPS: "one value for each step of training",
    Axis.RESIDUALS: "one value for each residual of the training loss",
}
_SUMS = {Axis.GRID: "(k, 0, N - 1)", Axis.STEPS: "(s, 0, K - 1)", Axis.RESIDUALS: "(i, 0, n*N*d - 1)"}
_ONLY_TRAINED_ON = ("beta", "g")


class Scope:
    """The symbols that the sums and integrals around a place bind.

    Attributes:
        ranges: the bound symbols, outermost first; an index with its smallest and largest value on grids of 1
            to ``MAX_STEPS`` steps, an integration variable with None.
        terms: how often a part of the text at this place is computed on such a grid, at most.
        axes: what the bound indices count, as far as the ends of their ranges tell.
    """

    def __init__(
        self,
        ranges: dict[Symbol, Range | None] | None = None,
        terms: int = 1,
        axes: dict[Symbol, Axis | None] | None = None,
    ):
        self.ranges, self.terms, self.axes = ranges or {}, terms, axes or {}

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
        axis = _same_axis(f"the range of {index}", [self.require_index(end) for end in (lower, upper)])
        if index == STEP and axis not in (None, Axis.STEPS):
            raise BadInput(f"s counts {_COUNTS[Axis.STEPS]}, and this range {_COUNTS[axis]}; call the index k or i")
        if lower.is_Integer and lower < 0:
            raise BadInput(f"the range of {index} starts at {lower}; indices start at 0")
        first, last = self._values(lower)[0], self._values(upper)[1]
        terms = self.terms * max(1, last - first + 1)
        if terms > MAX_WORK:
            raise BadInput(f"the range of {index} makes more than {MAX_WORK} terms on {MAX_STEPS} steps; shorten it")
        return self._with(index, (max(0, first), max(0, last)), terms, Axis.STEPS if index == STEP else axis)

    def _with(self, symbol: Symbol, values: Range | None, terms: int, axis: Axis | None = None) -> Scope:
        if symbol in self:
            raise BadInput(f"{symbol} is bound by a Sum or Integral around this one; use another name")
        if len(self.ranges) == MAX_BINDERS:
            raise BadInput(f"Sum, Product and Integral are nested more than {MAX_BINDERS} deep; split the relation")
        return Scope({**self.ranges, symbol: values}, terms, {**self.axes, symbol: axis})

    def require_index(self, index: Any) -> Axis | None:
        """What ``index`` counts, or None where it is a whole number or may count anything.

        Raises:
            BadInput: it is no whole combination of 1, ``N``, ``K``, ``s``, ``n*N*d`` and the indices in scope; or
                these count different things.
        """
        axes = []
        for part, factor in index.as_coefficients_dict().items():
            if part in INDICES.values() and part not in self and part not in _UNITS:
                raise free_index(part)
            if part not in {*_UNITS, Integer(1), *INDICES.values()}:
                raise BadInput(
                    "an index is a whole number plus multiples of N and of the indices of the sums around "
                    f"it, such as N - 1 - k (of training: K, s or n*N*d); {part} cannot be part of one"
                )
            if not factor.is_Integer or abs(factor) > MAX_WORK:
                raise BadInput(f"the index has the factor {factor}; use whole numbers up to {MAX_WORK}")
            axes.append(self.axes[part] if part in self else _UNITS[part][0] if part in _UNITS else None)
        return _same_axis(f"the index {index}", axes)

    def require_element(self, quantity: Quantity, index: Any) -> None:
        """Raise BadInput where ``quantity[index]`` counts the wrong thing, or has no value whatever the sizes are."""
        name, axis = quantity.name, self.require_index(index)
        if axis not in (None, quantity.axis):
            right = f"write {name}[{quantity.axis}], or sum over {_SUMS[quantity.axis]}"
            raise BadInput(f"{name} has {ONE_FOR_EACH[quantity.axis]}, but {index} counts {_COUNTS[axis]}; {right}")
        last = _LAST[quantity.axis]
        ends = [index.subs(STEP, end) for end in (0, STEPS - 1)] if STEP not in self else [index, index]
        if ends[0].is_Integer and ends[0] < 0:
            raise BadInput(_negative(index, quantity.axis))
        beyond = ends[1] - last
        if beyond.is_Integer and beyond > 0:
            raise BadInput(_beyond(index, quantity.axis))
        if name in _ONLY_TRAINED_ON and index == N:
            raise BadInput(f"{name}[N] has no value: networks are trained at the grid points 0 to N - 1")

    def _values(self, index: Any) -> Range:
        """The smallest and the largest value of an index on grids and runs of 1 to ``MAX_STEPS`` steps."""
        least = most = 0
        for part, factor in index.as_coefficients_dict().items():
            ends = self.ranges.get(part) or (_UNITS[part][1] if part in _UNITS else (1, 1))
            products = [int(factor) * end for end in ends]
            least, most = least + min(products), most + max(products)
        return least, most


def _same_axis(what: str, axes: list[Axis | None]) -> Axis | None:
    counted = sorted({axis for axis in axes if axis is not None})
    if len(counted) > 1:
        raise BadInput(f"{what} mixes {' and '.join(_COUNTS[axis] for axis in counted)}; use one of them")
    return counted[0] if counted else None


def _negative(index: Any, axis: Axis) -> str:
    if axis is Axis.GRID:
        return f"the index {index} is negative; the grid runs from 0 (noisiest) to N, so the last is [N]"
    if index.has(STEP):
        return f"the index {index} is negative at s = 0; write s + 1 for a later step"
    return f"the index {index} is negative; {_COUNTS[axis]} are counted from 0"


def _beyond(index: Any, axis: Axis) -> str:
    if axis is Axis.GRID:
        return f"the index {index} is beyond the grid, whose last point has index N"
    if axis is Axis.RESIDUALS:
        return f"the index {index} is beyond the residuals, whose last has index n*N*d - 1"
    why = ": s runs to K - 1" if index.has(STEP) else ""
    return f"the index {index} is beyond the run, whose last step has index K{why}"


def free_index(index: Symbol, axis: Axis = Axis.GRID) -> BadInput:
    one = {
        Axis.GRID: "name one grid point, such as v[0] or v[N]",
        Axis.STEPS: "write s for any step, or name one, such as loss_em[0] or loss_em[K]",
        Axis.RESIDUALS: "name one residual, such as ev[0] or ev[n*N*d - 1]",
    }[axis]
    return BadInput(f"the index {index} is free; put it in a sum such as Sum(..., {_SUMS[axis]}), or {one}")

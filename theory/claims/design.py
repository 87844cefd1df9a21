"""A designed experiment for a claim whose constant has no value, written down before anything is measured.

A theorem such as ``grad2 >= C m d / (n^3 N^2) loss`` leaves C unnamed. Every trained network implies a constant, the
value of C at which its two sides are equal. The claim says that these stay above one positive number (of an upper
bound: below one) whatever the sizes, so that it is false if they drift along a size, and false as a *rate*. The
design states on which sizes the constants are measured, and how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import prod
from typing import Any

from sympy import GreaterThan, StrictGreaterThan, Symbol
from sympy.core.relational import Equality, Relational

SIZES = ("m", "d", "n", "N", "layers")
FEWEST_LEVELS, FEWEST_SEEDS = 3, 3

Cell = tuple[tuple[str, int], ...]


class Bound(StrEnum):
    """What a claim says of its implied constants."""

    LOWER = "lower"  # they stay above a positive number
    UPPER = "upper"  # they stay below a number
    BOTH = "both"


@dataclass(frozen=True)
class Design:
    """Sizes at which a claim's implied constant is measured: all combinations of the levels, each with several seeds.

    Attributes:
        levels: for each of ``m d n N layers`` its values, ascending. One value fixes a size; a size that varies has
            at least three, as two cannot show whether the constants drift at a steady rate.
        constant: name of the unnamed constant, tested at 1.
        seeds: networks, data sets and noises of each combination, at least three.
        steps: steps of gradient descent that are made.
        step: the step s at which the relation is looked at, below ``steps``.
        weighting, rule, factor: of the noise levels in the loss; of the step size, and its factor.
        sigma_max, sigma_min: ends of the exponential grid of N + 1 noise levels.
        free: further free arguments of the relation, such as ``(("a_0", 0.75),)``.

    Raises:
        ValueError: a size is missing, has no legal levels, or another number is out of its domain.
    """

    levels: tuple[tuple[str, tuple[int, ...]], ...]
    constant: str
    seeds: int = 8
    steps: int = 1
    step: int = 0
    weighting: str = "uniform"
    rule: str = "stable"
    factor: float = 1.0
    sigma_max: float = 10.0
    sigma_min: float = 0.1
    free: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        if sorted(name for name, _ in self.levels) != sorted(SIZES):
            given = ", ".join(name for name, _ in self.levels)
            raise ValueError(f"a design needs levels of {', '.join(SIZES)}, each once; this one has {given or 'none'}")
        for name, values in self.levels:
            if list(values) != sorted(set(values)) or not values or values[0] < 1:
                raise ValueError(f"levels {values} of {name}: they must be whole numbers from 1 up, ascending")
            if 1 < len(values) < FEWEST_LEVELS:
                raise ValueError(f"{name} has the levels {values}: give one, or at least {FEWEST_LEVELS} to see a rate")
        if not self.variables:
            raise ValueError("no size of this design varies, so that it shows no rate")
        if self.seeds < FEWEST_SEEDS:
            raise ValueError(f"seeds = {self.seeds}: a design needs at least {FEWEST_SEEDS} to see its own noise")
        if not 0 <= self.step < self.steps:
            raise ValueError(f"step = {self.step} is not one of the steps 0 ... {self.steps - 1}")
        if not 0 < self.sigma_min < self.sigma_max:
            raise ValueError(f"sigma_min = {self.sigma_min:g} is not between 0 and sigma_max = {self.sigma_max:g}")

    @property
    def variables(self) -> tuple[str, ...]:
        """The sizes that vary."""
        return tuple(name for name, values in self.levels if len(values) > 1)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All combinations of the levels, the last size changing fastest."""
        names = [name for name, _ in self.levels]
        return tuple(
            tuple(zip(names, values, strict=True)) for values in product(*(values for _, values in self.levels))
        )

    def __str__(self) -> str:
        varied = [f"{name} = {', '.join(map(str, values))}" for name, values in self.levels if len(values) > 1]
        fixed = [f"{name} = {values[0]}" for name, values in self.levels if len(values) == 1]
        count = prod(len(values) for _, values in self.levels)
        return (
            f"{count} combinations of {'; '.join(varied)}{' at ' + ', '.join(fixed) if fixed else ''}; {self.seeds} "
            f"networks each; constant {self.constant}, step {self.step} of {self.steps}, weights {self.weighting}, "
            f"step rule {self.rule} times {self.factor:g}, sigma from {self.sigma_max:g} to {self.sigma_min:g}"
            + "".join(f", {name} = {value:g}" for name, value in self.free)
        )

    def sides(self, relation: Relational) -> tuple[Any, Any, Bound]:
        """The relation as (side without the constant, side with it, what is said of the quotient at constant 1).

        Raises:
            ValueError: the constant is not a factor of exactly one side.
        """
        constant = next((s for s in relation.free_symbols if s.name == self.constant), Symbol(self.constant))
        holding = [side for side in relation.args if side.has(constant)]
        if len(holding) != 1:
            raise ValueError(f"{self.constant} must be on one side of {relation}, not on {len(holding)}")
        other = next(side for side in relation.args if side is not holding[0])
        if _of_degree_one(holding[0], constant):
            bound = Bound.BOTH if isinstance(relation, Equality) else _bound(relation, other)
            return other, holding[0], bound
        raise ValueError(f"{self.constant} must be a factor of its side, as in {self.constant}*m; it is {holding[0]}")


def _of_degree_one(side: Any, constant: Any) -> bool:
    return any(factor == constant for factor in side.as_ordered_factors()) and not (side / constant).has(constant)


def _bound(relation: Relational, other: Any) -> Bound:
    """``other >= C ...`` bounds the constants from below: every network's quotient is at least C."""
    large = relation.args[0] if isinstance(relation, (GreaterThan, StrictGreaterThan)) else relation.args[1]
    return Bound.LOWER if other is large else Bound.UPPER

"""What a word of the vocabulary is, and how one is added."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sympy import Function, IndexedBase, Symbol


class Shape(StrEnum):
    SCALAR = "scalar"
    INDEXED = "indexed"
    FUNCTION = "function"


class Axis(StrEnum):
    """What the index of a quantity runs over; the value is the index's usual name."""

    GRID = "k"  # grid points 0 ... N
    STEPS = "s"  # steps of gradient descent 0 ... K
    RESIDUALS = "i"  # residuals of the training loss 0 ... n N d - 1


@dataclass(frozen=True)
class Quantity:
    """One word of the vocabulary.

    Attributes:
        name: as typed in a conjecture.
        symbol: the sympy object (``Symbol``, ``IndexedBase`` or undefined ``Function``).
        meaning, unit, domain: for people and for the documentation.
        tex: LaTeX name.
        arguments: names of a function's arguments, in order.
        axis: what the index of an indexed quantity runs over.
    """

    name: str
    symbol: Any
    shape: Shape
    meaning: str
    unit: str
    domain: str
    tex: str
    arguments: tuple[str, ...] = ()
    axis: Axis = Axis.GRID


VOCABULARY: dict[str, Quantity] = {}


def add(
    name: str,
    symbol: Any,
    shape: Shape,
    words: tuple[str, str, str, str],
    args: tuple[str, ...] = (),
    axis: Axis = Axis.GRID,
) -> Any:
    """Add a word and return its symbol.

    Raises:
        ValueError: the name is taken.
    """
    if name in VOCABULARY:
        raise ValueError(f"the vocabulary already has a quantity {name!r}; choose another name")
    meaning, unit, domain, tex = words
    VOCABULARY[name] = Quantity(name, symbol, shape, meaning, unit, domain, tex, args, axis)
    return symbol


def scalar(name: str, meaning: str, unit: str, domain: str, tex: str, **assumptions: bool) -> Symbol:
    """Add a number, e.g. a divergence. Raises ValueError where the name is taken."""
    symbol = Symbol(name, **(assumptions or {"real": True}))
    return add(name, symbol, Shape.SCALAR, (meaning, unit, domain, tex))


def indexed(name: str, meaning: str, unit: str, domain: str, tex: str, axis: Axis = Axis.GRID) -> IndexedBase:
    """Add a quantity with one value at each grid point, ``name[0] ... name[N]``, or along another axis."""
    positive = domain.startswith("> 0")
    symbol = IndexedBase(name, positive=positive) if positive else IndexedBase(name, real=True)
    return add(name, symbol, Shape.INDEXED, (meaning, unit, domain, tex), axis=axis)


def function(name: str, arguments: tuple[str, ...], meaning: str, unit: str, domain: str, tex: str) -> Any:
    """Add a function of noise levels or points, e.g. ``J(u)``."""
    symbol = Function(name, real=True)
    return add(name, symbol, Shape.FUNCTION, (meaning, unit, domain, tex), arguments)

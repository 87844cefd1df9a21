"""What may become a grid: an illegal input ends here, in one line with place, value and repair."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

MAX_POINTS = 10**7
# v**3 is the highest power in the claims; within these limits it neither overflows nor vanishes in float64.
SMALLEST_SIGMA, LARGEST_SIGMA = 1e-50, 1e50


class GridError(ValueError):
    """A grid, or an argument of a grid, outside its domain."""


def point_count(n: Any) -> int:
    """n as an int, 2 <= n <= 10**7. Raises GridError."""
    try:
        count = operator.index(n)
    except TypeError:
        raise GridError(f"n = {n!r} is not an integer: give the number of points, steps + 1") from None
    if isinstance(n, (bool, np.bool_)):
        raise GridError(f"n = {n!r} is not an integer: give the number of points, steps + 1")
    if count < 2:
        raise GridError(f"n = {count} is less than two points: one step needs n = 2")
    if count > MAX_POINTS:
        raise GridError(f"n = {count} is more than {MAX_POINTS} points: use fewer")
    return count


def number(name: str, value: Any) -> float:
    """A finite float64. Raises GridError for texts, booleans, complex numbers, nan and infinities."""
    try:
        if isinstance(value, (str, bytes, bool, np.bool_, np.complexfloating)):
            raise TypeError
        x = float(value)
    except (TypeError, ValueError):
        raise GridError(f"{name} = {value!r} is not a number: give a real number") from None
    except OverflowError:
        raise GridError(f"{name} overflows float64: give a smaller number") from None
    if not math.isfinite(x):
        raise GridError(f"{name} = {x} is not finite: give a finite number")
    return x


def positive(name: str, value: Any) -> float:
    """A finite float64 > 0. Raises GridError."""
    x = number(name, value)
    if x <= 0:
        raise GridError(f"{name} = {shortest(x)} is not positive: choose {name} > 0")
    return x


def nonnegative(name: str, value: Any) -> float:
    """A finite float64 >= 0. Raises GridError."""
    x = number(name, value)
    if x < 0:
        raise GridError(f"{name} = {shortest(x)} is negative: choose {name} >= 0")
    return x


def increasing_pair(low_name: str, low: Any, high_name: str, high: Any) -> tuple[float, float]:
    """Two floats, 0 < low < high. Raises GridError, which says where they were given the wrong way round."""
    a, b = positive(low_name, low), positive(high_name, high)
    if a > b:
        raise GridError(f"{low_name} = {shortest(a)} > {high_name} = {shortest(b)}: swap the two")
    if a == b:
        raise GridError(f"{low_name} = {high_name} = {shortest(a)} leaves no step: lower {low_name}")
    return a, b


def array_of(name: str, values: Any) -> FloatArray:
    """A fresh float64 array of shape (n,) from a list, array or CPU tensor. Raises GridError."""
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = str(error).split(". ")[0]
        raise GridError(f"{name} cannot be read ({reason}): give a flat list of numbers") from None
    if array.ndim != 1:
        raise GridError(f"{name} has shape {array.shape}, not (n,): give a flat list of numbers")
    if array.dtype.kind not in "fiu":
        # As objects: numpy would have turned [1, "a"] into two texts and hidden which one is at fault.
        items = np.asarray(values, dtype=object)
        return np.array([number(f"{name}[{i}]", x) for i, x in enumerate(items)], dtype=np.float64)
    with np.errstate(over="ignore"):
        return array.astype(np.float64)


def require_decreasing(name: str, values: FloatArray, why: str | None = None) -> None:
    """Raise GridError unless values, shape (n,), are two or more finite positive strictly falling numbers.

    Args:
        why: the cause and repair to state if the order fails, where the caller knows better than the numbers.
    """
    if values.size < 2:
        fault = f"{name}[0] = {shortest(values[0])} is the only point" if values.size else f"{name} has no points"
        raise GridError(f"{fault}: give at least two, that is one step")
    if (i := _first(~np.isfinite(values))) is not None:
        raise GridError(f"{name}[{i}] = {values[i]} is not finite: every value must be finite")
    if (i := _first(values <= 0)) is not None:
        repair = "drop the appended 0" if i == values.size - 1 and values[i] == 0 else "every value must be > 0"
        raise GridError(f"{name}[{i}] = {shortest(values[i])} is not positive: {repair}")
    if (i := _first(values[:-1] <= values[1:])) is not None:
        a, b = shortest(values[i]), shortest(values[i + 1])
        if a == b:
            fault = f"{name}[{i}] = {name}[{i + 1}] = {a} is repeated"
            repair = "remove one of the two"
        else:
            fault = f"{name}[{i}] = {a} < {name}[{i + 1}] = {b} does not decrease"
            rising = bool(np.all(values[:-1] < values[1:]))
            repair = "the order is increasing, reverse it" if rising else "sort from largest to smallest"
        raise GridError(f"{fault}: {why or repair}")


def require_in_range(sigmas: FloatArray) -> None:
    """Raise GridError where a sigma is too large or small for the powers that the claims take of it."""
    if (i := _first((sigmas < SMALLEST_SIGMA) | (sigmas > LARGEST_SIGMA))) is not None:
        raise GridError(
            f"sigma[{i}] = {shortest(sigmas[i])} is outside [{SMALLEST_SIGMA}, {LARGEST_SIGMA}], "
            "where its powers leave float64: change the unit of the data"
        )


def shortest(x: float) -> str:
    """The shortest text that reads back as the float x: ``80`` rather than ``80.0``."""
    text = repr(float(x))
    return text.removesuffix(".0")


def _first(fault: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(fault)) if fault.any() else None

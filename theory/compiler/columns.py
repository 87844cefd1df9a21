"""The terms of a sum together, in a number type without arrays: columns are object arrays, one number a term.

``+ - * /`` and integer powers of such arrays are one call each, whatever the number of terms; what a number type does
by name is done term by term.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np


def column(values: list[Any]) -> np.ndarray:
    """Numbers as a column."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def each(f: Callable[..., Any], *inputs: Any) -> Any:
    """``f`` of every term, where an input is a column; else ``f`` of the numbers."""
    if not any(isinstance(x, np.ndarray) for x in inputs):
        return f(*inputs)
    return np.frompyfunc(f, len(inputs), 1)(*inputs)


class ColumnOps:
    """A scalar number type (``numerics.backends.BallOps``), also for columns."""

    def __init__(self, ops: Any):
        self.ops = ops
        self.number, self.const, self.integrate = ops.number, ops.const, ops.integrate

    def unary(self, name: str, x: Any) -> Any:
        return each(partial(self.ops.unary, name), x)

    def sqrt(self, x: Any) -> Any:
        return each(self.ops.sqrt, x)

    def abs(self, x: Any) -> Any:
        return each(self.ops.abs, x)

    def minimum(self, x: Any, y: Any) -> Any:
        return each(self.ops.minimum, x, y)

    def maximum(self, x: Any, y: Any) -> Any:
        return each(self.ops.maximum, x, y)

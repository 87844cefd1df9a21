"""From a sympy expression over the vocabulary to a function that computes it.

One expression, two evaluation styles, any number type:

* :func:`compile_array` makes a vectorised function. Grids come as arrays of shape (..., N+1), so that one call
  evaluates many cases; a ``Sum`` over k becomes a reduction along a trailing axis, never a Python loop. The
  number type (numpy, torch, enclosures) is chosen by the ``ops`` object.
* :func:`compile_scalar` makes a function for one case in a number type without arrays (ball arithmetic). The terms
  of an innermost ``Sum`` are computed together, operation by operation.

Both take an environment: a mapping from vocabulary names to values. Scalars are numbers or arrays of shape
(...), indexed quantities arrays of shape (..., N+1) (or sequences), functions such as ``J`` are callables, and
``J'`` is the derivative of ``J``. ``theory`` imports no number library but numpy; torch, enclosures and balls
bring their own ``ops`` (see ``numerics.backends``).

>>> import numpy as np
>>> from sympy import Sum, log
>>> from theory.vocabulary import N, k, v
>>> f = compile_array(Sum(log(v[k] / v[k + 1]), (k, 0, N - 1)))
>>> float(f({"v": np.array([[4.0, 2.0, 1.0], [9.0, 3.0, 1.0]])})[1].round(6))
2.197225
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from theory.compiler.arrays import ArrayTree
from theory.compiler.blocks import by_blocks
from theory.compiler.columns import ColumnOps
from theory.compiler.frame import CompileError, Environment, Frame
from theory.compiler.ops import ArrayOps, NumpyOps, gauss_legendre, outermost
from theory.compiler.scalars import ScalarTree
from theory.compiler.tree import names_used

__all__ = [
    "ArrayOps",
    "CompileError",
    "Environment",
    "NumpyOps",
    "compile_array",
    "compile_scalar",
    "gauss_legendre",
    "names_used",
    "outermost",
]


def compile_array(expression: Any, ops: ArrayOps | None = None) -> Callable[[Environment], Any]:
    """A vectorised function of an environment whose grids have shape (..., N+1).

    Args:
        expression: sympy expression over the vocabulary.
        ops: number type; by default plain numpy float64, computed over blocks of cases that fit into a cache.

    Raises:
        CompileError: at compile time for a part without a numerical meaning; at call time for a missing value
            or an index that leaves the grid.
    """
    given = sympy.sympify(expression)
    root = ArrayTree().node(given, ())
    if ops is not None:
        return lambda env: root(Frame(env, ops))
    plain, names = NumpyOps(), names_used(given)
    return lambda env: by_blocks(root, names, env, plain)


def compile_scalar(expression: Any, ops: Any) -> Callable[[Environment], Any]:
    """A function of one case in a scalar number type (``numerics.backends.BallOps``).

    Args:
        expression: sympy expression over the vocabulary.
        ops: the number type. Its functions are given one number at a time.

    Raises:
        CompileError: as for :func:`compile_array`.
    """
    root = ScalarTree().node(sympy.sympify(expression), ())
    columns = ColumnOps(ops)
    return lambda env: root(Frame(env, columns))

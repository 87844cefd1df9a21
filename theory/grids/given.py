"""Grids from what a user already has: sigmas, variances, the paper's (sigma_bar(t), times), or own code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sympy import Expr, lambdify

from theory.grids.domain import FloatArray, GridError, array_of, point_count, require_decreasing
from theory.grids.grid import Grid
from theory.symbols import t

_CLOCK = "sigma_bar must strictly increase with t"


def from_sigmas(sigmas: ArrayLike, name: str | None = None) -> Grid:
    """The grid of a list, array or CPU tensor of sigmas, shape (n,), largest first.

    One trailing 0, as toolboxes append it, is dropped.

    Args:
        name: what to call it, e.g. its file; otherwise its label spells the list out.

    Raises:
        GridError: not two or more finite, positive, strictly decreasing numbers.
    """
    points = array_of("sigma", sigmas)
    if points.size and points[-1] == 0:
        points = points[:-1]
    require_decreasing("sigma", points)
    return Grid(points, name or "from_sigmas", {} if name else {"sigmas": points})


def from_variances(v: ArrayLike, name: str | None = None) -> Grid:
    """The grid of variances v = sigma**2, shape (n,), largest first, kept as given to the last bit.

    Raises:
        GridError: as for ``from_sigmas``, or two variances have the same square root in float64.
    """
    variances = array_of("v", v)
    require_decreasing("v", variances)
    sigmas = np.sqrt(variances)
    require_decreasing("sigma", sigmas, "the square roots round to one float, move the variances apart")
    return Grid(sigmas, name or "from_variances", {} if name else {"v": variances}, variances=variances)


def from_time(sigma_bar: Expr | Callable[[float], float], times: ArrayLike) -> Grid:
    """The grid sigma_k = sigma_bar(t_k) of a time parametrisation (Wang, He, Tao 2024, arXiv 2406.12839).

    Args:
        sigma_bar: a sympy expression in the one symbol ``t``, kept as ``parameters["sigma_bar"]``, of which v
            is the exact square; or a function of one float.
        times: t_0 > t_1 > ... > t_N > 0, kept as ``parameters["times"]``.

    Raises:
        GridError: times not positive and strictly decreasing, sigma_bar not positive and strictly increasing
            at them, or an expression that is not one in ``t`` alone.
    """
    points = array_of("t", times)
    require_decreasing("t", points)
    if isinstance(sigma_bar, Expr):
        if len(sigma_bar.free_symbols) != 1:
            raise GridError(f"sigma_bar = {sigma_bar} is not a function of one symbol: write it in t alone")
        sigma_bar = sigma_bar.xreplace({next(iter(sigma_bar.free_symbols)): t})
        sigmas, variances = _evaluated(sigma_bar, points), _evaluated(sigma_bar**2, points)
        clock: Any = sigma_bar
    else:
        sigmas, variances = array_of("sigma", [sigma_bar(time) for time in points.tolist()]), None
        clock = getattr(sigma_bar, "__name__", type(sigma_bar).__name__)
    require_decreasing("sigma", sigmas, _CLOCK)
    return Grid(sigmas, "from_time", {"sigma_bar": clock, "times": points}, variances=variances)


def from_function(function: Callable[..., Any], n: int | None = None, name: str | None = None) -> Grid:
    """The grid that a user's own code makes: ``function()`` or, where n is given, ``function(n)``.

    Args:
        function: returns n sigmas, with or without an appended 0, or a ``Grid``.
        n: number of points to ask for and to insist on.
        name: what to call it, e.g. ``file.py:function``; the function's name otherwise.

    Raises:
        GridError: the result is no grid, or has not n points.
    """
    result = function() if n is None else function(point_count(n))
    name = name or getattr(function, "__name__", type(function).__name__)
    grid = result if isinstance(result, Grid) else from_sigmas(result, name)
    if n is not None and grid.n != n:
        raise GridError(f"{name}({n}) gave {grid.n} points: return n sigmas, and at most one 0 after them")
    return grid


def _evaluated(expression: Expr, times: FloatArray) -> FloatArray:
    try:
        with np.errstate(all="ignore"):
            values = lambdify(t, expression, modules="numpy")(times)
    except (NameError, TypeError):
        raise GridError(f"numpy cannot evaluate sigma_bar = {expression}: give a Python function") from None
    return array_of("sigma", values)

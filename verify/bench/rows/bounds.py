"""The right side of the corrected Theorem 2 on many grids, compiled from its sympy expression within the timed call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting, Work
from verify.bench.rows.bounds_plainly import Inputs, by_numpy, by_sympy, inputs, reference

CLAIM = "wht24.thm2.corrected"
CHECKED = 40  # grids that are compared with 60 digits
WANTED_ERROR = 1e-13  # relative: rounding of 64 positive terms
SPELLED = 5e-5  # part of the grids that sympy does, at full size: five


def right_side() -> Any:
    """The sympy expression of the claim."""
    from theory.claims import catalogue

    return catalogue()[CLAIM].relation.rhs


def compiled(given: Inputs, expression: Any) -> Any:
    """Compile, and compute all grids."""
    from theory.compiler import compile_array

    return compile_array(expression)(given.env)


def forget() -> None:
    """Drop what sympy remembers, so that each call compiles as a first one does."""
    from sympy.core.cache import clear_cache

    clear_cache()


def errors(values: Any, given: Inputs) -> float:
    """Largest relative error of the first ``CHECKED`` values, or of those that there are."""
    exact = [reference(*given.row(i)) for i in range(min(CHECKED, len(values)))]
    return max(float(abs(float(value) - one) / one) for value, one in zip(values, exact, strict=False))


def _case(setting: Setting, other: Callable[[], Any], given: Inputs, share: float = 1.0) -> Case:
    expression, (grids, points) = right_side(), given.v.shape

    def check(mine: Any, theirs: Any) -> list[Accuracy]:
        told = "right side, relative, against mpmath at 60 digits"
        return [Accuracy(errors(mine, given), errors(theirs, given), told, WANTED_ERROR)]

    return Case(
        ours=lambda: compiled(given, expression),
        other=other,
        check=check,
        share=share,
        # a logarithm a step, counted as an exponential; levels and errors are read, one number a grid is written
        work=Work(exps=grids * (points - 1), bytes=8.0 * grids * (2 * points + 2)),
        fresh=forget,
    )


def _inputs(setting: Setting) -> Inputs:
    return inputs(setting.pick(100_000, 400), setting.pick(64, 4))


def against_sympy(setting: Setting) -> Case:
    """The sums are written out once for all grids; then numbers are put in grid by grid."""
    from theory.vocabulary import N

    given = _inputs(setting)
    share = setting.pick(SPELLED, 0.025)
    spelled = right_side().subs(N, given.v.shape[1] - 1).doit()
    count = round(share * len(given.v))
    return _case(setting, lambda: [by_sympy(spelled, given, i) for i in range(count)], given, share)


def against_numpy(setting: Setting) -> Case:
    """Whole arrays, as the formula is written."""
    given = _inputs(setting)
    return _case(setting, lambda: by_numpy(given), given)


def _grids(size: int, setting: Setting) -> Callable[[], Any]:
    given, expression = inputs(size, setting.pick(64, 8)), right_side()
    return lambda: compiled(given, expression)


def _steps(size: int, setting: Setting) -> Callable[[], Any]:
    given, expression = inputs(setting.pick(4_000, 40), size), right_side()
    return lambda: compiled(given, expression)


def _terms(size: int, setting: Setting) -> Callable[[], Any]:
    from sympy import Add, Sum, log

    from theory.vocabulary import N, k, v

    given = inputs(setting.pick(1_000, 10), 64)
    expression = Add(*(Sum(log(v[k] / v[k + 1] + i), (k, 0, N - 1)) for i in range(1, size + 1)))
    return lambda: compiled(given, expression)


GRIDS = (16_384, 32_768, 65_536, 131_072, 262_144)
SCALING = (
    Scaling("grids", GRIDS, _grids, 1.0, why="cases are rows of arrays"),
    Scaling("grids", GRIDS[:4], _grids, 0.0, "bytes", "blocks of cases; only the result grows"),
    Scaling("N, steps", (64, 128, 256, 512, 1_024), _steps, 1.0, why="each sum is one reduction along an axis"),
    Scaling(
        "terms of the expression", (16, 32, 64, 128, 256), _terms, 1.0, why="each node is compiled and computed once"
    ),
)

ROWS: tuple[Row, ...] = (
    Row(
        name="bounds-sympy",
        work="right side of the corrected Theorem 2 on 10^5 grids of 64 steps, compiling it included",
        against="sympy: numbers put in (xreplace) and evalf, the sums written out beforehand",
        wanted=1_000.0,
        make=against_sympy,
        scaling=SCALING,
    ),
    Row(
        name="bounds-numpy",
        work="right side of the corrected Theorem 2 on 10^5 grids of 64 steps, compiling it included",
        against="NumPy written by hand, whole arrays",
        wanted=1 / 1.2,
        make=against_numpy,
    ),
)

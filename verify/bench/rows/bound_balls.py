"""Proved enclosures of the right side of the corrected Theorem 2, by the compiled function that decides verdicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting
from verify.bench.rows.bounds import CHECKED, forget, right_side
from verify.bench.rows.bounds_plainly import Inputs, by_intervals, inputs, reference

BITS = 64  # of both sides: the precision at which verdicts start
WANTED_ERROR = 1e-15  # relative: farthest end of an enclosure from the value


def balls(given: Inputs, expression: Any) -> list[Any]:
    """Compile, and enclose the value on each grid."""
    import flint

    from numerics.backends import BallOps
    from theory.compiler import compile_scalar

    before = flint.ctx.prec
    try:
        flint.ctx.prec = BITS
        value = compile_scalar(expression, BallOps())
        return [value(_env(*given.row(i))) for i in range(len(given.v))]
    finally:
        flint.ctx.prec = before


def _env(levels: list[float], errors: list[float], second: float, dimension: float) -> dict[str, Any]:
    import flint

    return {
        "v": [flint.arb(x) for x in levels],
        "eps2": [flint.arb(x) for x in errors],
        "m2": flint.arb(second),
        "d": flint.arb(dimension),
    }


def intervals(given: Inputs, count: int) -> list[Any]:
    """The first grids by ``mpmath.iv``."""
    from mpmath import iv

    before = iv.prec
    try:
        iv.prec = BITS
        return [by_intervals(*given.row(i)) for i in range(count)]
    finally:
        iv.prec = before


def ends(enclosure: Any) -> tuple[Any, Any]:
    """Both ends of a ball or an interval, as exact ``mpmath`` numbers."""
    from mpmath import mp

    if hasattr(enclosure, "rad"):
        middle, radius = (_exact(part) for part in (enclosure.mid(), enclosure.rad()))
        return middle - radius, middle + radius
    return mp.mpf(enclosure.a), mp.mpf(enclosure.b)


def _exact(ball: Any) -> Any:
    from mpmath import mp

    mantissa, exponent = ball.man_exp()
    return mp.mpf(int(mantissa)) * mp.mpf(2) ** int(exponent)


def farthest(enclosures: list[Any], given: Inputs) -> float:
    """Largest distance of an end from the value, relative to it; infinite if an enclosure misses its value."""
    from mpmath import mp

    worst = 0.0
    with mp.workdps(60):
        for i, enclosure in enumerate(enclosures[:CHECKED]):
            (low, high), value = ends(enclosure), reference(*given.row(i))
            if not low <= value <= high:
                return float("inf")
            worst = max(worst, float(max(high - value, value - low) / value))
    return worst


def against_intervals(setting: Setting) -> Case:
    """Both at ``BITS`` bits, from the same floats, one grid after the other."""
    given, expression = inputs(setting.pick(1_000, 40), setting.pick(64, 8)), right_side()
    share = setting.pick(0.1, 0.25)
    count = round(share * len(given.v))

    def check(mine: Any, theirs: Any) -> list[Accuracy]:
        told = "farthest end of the enclosure, relative, against mpmath at 60 digits"
        return [Accuracy(farthest(mine, given), farthest(theirs, given), told, WANTED_ERROR)]

    return Case(
        ours=lambda: balls(given, expression),
        other=lambda: intervals(given, count),
        check=check,
        share=share,
        fresh=forget,
    )


def _grids(size: int, setting: Setting) -> Callable[[], Any]:
    given, expression = inputs(size, setting.pick(64, 8)), right_side()
    return lambda: balls(given, expression)


def _steps(size: int, setting: Setting) -> Callable[[], Any]:
    given, expression = inputs(setting.pick(20, 2), size), right_side()
    return lambda: balls(given, expression)


ROWS: tuple[Row, ...] = (
    Row(
        name="bound-balls",
        work="ball arithmetic of the right side of the corrected Theorem 2 on 1,000 grids of 64 steps, 64 bits",
        against="mpmath.iv, 64 bits, written by hand",
        wanted=20.0,
        make=against_intervals,
        note="python-flint makes a Python call for each operation: a bare loop over the same operations takes half of "
        "our time, so that at most twice the ratio can be had without Arb's own vectors",
        scaling=(
            Scaling("grids", (250, 500, 1_000, 2_000, 4_000), _grids, 1.0, why="one after the other"),
            Scaling(
                "N, steps",
                (256, 512, 1_024, 2_048, 4_096),
                _steps,
                1.0,
                why="each operation is one pass over the terms",
            ),
        ),
    ),
)

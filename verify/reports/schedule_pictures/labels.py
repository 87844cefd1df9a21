"""Names of grids that fit into a picture, and numbers on logarithmic axes."""

from __future__ import annotations

from typing import Any

from matplotlib.ticker import FuncFormatter

from theory.grids import Grid

LONGEST = 34


def short(grid: Grid) -> str:
    """The family with what is not common to all grids of a picture (n and the ends), or the name of the list."""
    own = {key: value for key, value in grid.parameters.items() if key not in ("n", "sigma_min", "sigma_max")}
    given = ", ".join(f"{key}={_number(value)}" for key, value in own.items())
    return shortened(f"{grid.name}({given})" if given else grid.name)


def shortened(text: str, most: int = LONGEST) -> str:
    """``text`` in at most ``most`` characters: a call keeps its beginning, a path its end, which is the file."""
    if len(text) <= most:
        return text
    return text[: most - 3] + "..." if "(" in text else "..." + text[3 - most :]


def plain_numbers(axis: Any) -> None:
    """Labels 0.2, 0.5, 1, 2, 5, 10, ... on a logarithmic axis, instead of powers."""
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axis.set_minor_formatter(FuncFormatter(lambda x, _: f"{x:g}" if f"{x:e}"[0] in "25" else ""))


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)

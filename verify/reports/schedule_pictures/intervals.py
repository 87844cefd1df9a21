"""Differences with their intervals, one a row, coloured and named by verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.enclosures import Enclosure
from verify.reports.numbers import plus_minus

# Wong's palette: told apart with any colour vision, and by the marks without any
VERDICTS = {
    "better": ("#0072b2", "o"),
    "worse": ("#d55e00", "s"),
    "same": ("#009e73", "D"),
    "cannot tell": ("#7f7f7f", "^"),
    "reference": ("#222222", "|"),
}
UNKNOWN = ("#7f7f7f", "x")
WIDE = 30.0  # ratio of the largest to the smallest difference from which the axis is logarithmic on both sides of 0


@dataclass(frozen=True)
class Row:
    """One difference: its name, verdict and enclosure; None where it is not known."""

    label: str
    difference: Enclosure | None
    verdict: str


def draw_intervals(axes: Any, rows: Sequence[Row], unit: str, beside: bool = True) -> None:
    """A bar from 0 to each difference with its interval, its number and its verdict; the first row on top.

    Args:
        unit: label of the axis.
        beside: whether number and verdict stand beside the axes, or under the row's name.
    """
    known = {i: row.difference for i, row in enumerate(rows) if row.difference is not None}
    finite = {i: one for i, one in known.items() if np.isfinite(one.radius) and np.isfinite(one.value)}
    scale_axis(axes, list(finite.values()))
    for i, row in enumerate(rows):
        colour, mark = VERDICTS.get(row.verdict, UNKNOWN)
        if i in finite:
            value, radius = float(finite[i].value), float(finite[i].radius)
            axes.barh(i, value, color=colour, alpha=0.3, height=0.6, lw=0)
            axes.errorbar(value, i, xerr=radius, color=colour, fmt=mark, ms=5, capsize=4, lw=1.4)
        elif i in known:
            axes.axhspan(i - 0.3, i + 0.3, color=UNKNOWN[0], alpha=0.15, lw=0)
        if beside:
            at = (1.0, i)
            axes.annotate(
                f"  {told(row)}", at, xycoords=("axes fraction", "data"), va="center", color=colour, fontsize=8
            )
    axes.axvline(0, color="black", lw=0.8)
    names = [row.label if beside else f"{row.label}\n{told(row)}" for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(unit)


def scale_axis(axes: Any, known: Sequence[Enclosure]) -> None:
    """Linear, or logarithmic on both sides of 0 where the differences go over several orders of magnitude."""
    sizes = np.array([abs(float(one.value)) + float(one.radius) for one in known])
    sizes = sizes[sizes > 0]
    if len(sizes) and sizes.max() > WIDE * sizes.min():
        least = max(sizes.min(), sizes.max() * 1e-6)
        axes.set_xscale("symlog", linthresh=float(10 ** np.floor(np.log10(least))))
    axes.use_sticky_edges = False  # bars begin at 0, which need not be the end of the axis
    axes.margins(x=0.08)


def told(row: Row) -> str:
    """The verdict with the number and its error, as in ``worse, +1.23 ± 0.05``."""
    if row.verdict == "reference":
        return "reference"
    if row.difference is None:
        return row.verdict
    if not np.isfinite(row.difference.radius):
        return f"{row.verdict}, no bound"
    return f"{row.verdict}, {plus_minus(row.difference, '+')}" if row.difference.value else row.verdict


def height(rows: int) -> float:
    """Inches that so many rows want."""
    return 0.9 + 0.32 * rows

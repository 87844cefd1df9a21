"""A schedule against its baseline: the difference for each target and sampler."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.grids import Grid
from verify.reports.pictures import DPI, STYLE, plt
from verify.reports.schedule_pictures.intervals import Row, draw_intervals, height
from verify.reports.schedule_pictures.labels import shortened

if TYPE_CHECKING:
    from verify.schedules.checked import Checked

BEFORE, NOW = ("#7f7f7f", "--", "o"), ("#0072b2", "-", "s")
WIDTH = 110


def draw_check(checked: Checked, to: Path) -> None:
    """The steps of both schedules above the differences, written to ``to`` (.png, .svg or .pdf).

    Raises:
        ValueError: matplotlib cannot write this kind of file.
    """
    rows = [Row(f"{shortened(one.target)}\n{one.sampler}", one.difference, one.verdict) for one in checked.rows]
    below = height(len(rows)) + 0.16 * len(rows)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.4, 2.8 + below), layout="constrained")
        above, bars = figure.subplots(2, 1, height_ratios=[2.6, below])
        draw_step_sizes(above, checked.reference, f"baseline, {checked.reference.N} steps", *BEFORE)
        draw_step_sizes(above, checked.grid, f"now, {checked.grid.N} steps", *NOW)
        above.legend(frameon=False, fontsize=8)
        notes = textwrap.fill("; ".join(checked.notes), WIDTH) if checked.notes else ""
        above.set_title(f"{checked.name}: {checked.verdict}" + (f"\n{notes}" if notes else ""), fontsize=9)
        draw_intervals(bars, rows, "nats against the baseline, negative is better")
        if checked.tolerance:
            bars.axvspan(-checked.tolerance, checked.tolerance, color="#009e73", alpha=0.15, lw=0)
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def draw_step_sizes(axes: Any, grid: Grid, label: str, colour: str, style: str, mark: str) -> None:
    """ln(sigma_k/sigma_{k+1}) of each step over the middle of the step."""
    middle = np.sqrt(grid.sigmas[:-1] * grid.sigmas[1:])
    axes.plot(middle, grid.log_steps / 2, color=colour, ls=style, marker=mark, ms=3.5, lw=1.2, label=label)
    axes.set(xscale="log", xlabel="sigma, middle of the step", ylabel="ln(sigma_k / sigma_k+1)")

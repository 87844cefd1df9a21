"""A ranking: the lost area of each grid, and the differences with their intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.enclosures import Enclosure
from numerics.targets.base import NotAvailable
from verify.reports.pictures import DPI, STYLE, plt
from verify.reports.schedule_pictures.densities import density, draw_lost_area, name, raster
from verify.reports.schedule_pictures.intervals import Row, draw_intervals, height, told
from verify.reports.schedule_pictures.labels import short, shortened

if TYPE_CHECKING:
    from verify.schedules.ranking import Ranked, Ranking

COLUMNS, PANELS, PANEL = 3, 6, 2.5  # panels in a line, at most, and the inches of one


def draw_ranking(ranking: Ranking, to: Path) -> None:
    """Staircases of the first six grids of the ranking above all differences, written to ``to`` (.png, .svg, .pdf).

    Where the sampler has no path KL there is no curve, and the differences are drawn alone.

    Raises:
        ValueError: matplotlib cannot write this kind of file.
    """
    rows = [Row(short(one.grid), one.difference, one.verdict) for one in ranking.rows]
    curve = _curve(ranking)
    shown = ranking.rows[:PANELS] if curve is not None else ()
    columns = 2 if len(shown) in (2, 4) else min(COLUMNS, len(shown))
    lines = -(-len(shown) // columns) if columns else 0
    above, below = PANEL * lines, height(len(rows))
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.4, above + below), layout="constrained")
        parts = figure.subfigures(2 if lines else 1, 1, squeeze=False, height_ratios=[above, below] if lines else [1])
        if curve is not None and lines:
            panels = parts[0, 0].subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
            for axes, row in zip(panels.flat, shown, strict=False):
                _draw_panel(axes, ranking, row, curve)
            for axes in panels.flat[len(shown) :]:
                axes.axis("off")
            for line in panels:
                line[0].set_ylabel(name(ranking.source, ranking.sampler))
            drawn = panels[0, 0].get_legend_handles_labels()
            parts[0, 0].legend(*drawn, frameon=False, fontsize=8, loc="outside upper center", ncols=len(drawn[0]))
        bars = parts[-1, 0].subplots()
        draw_intervals(bars, rows, f"nats against {short(ranking.reference)}, negative is better")
        bars.set_title(
            f"{ranking.criterion}, {ranking.sampler} sampler, {shortened(ranking.source.label, 60)}", fontsize=9
        )
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def _curve(ranking: Ranking) -> tuple[np.ndarray, Enclosure] | None:
    sigma = raster(ranking.reference)
    try:
        return sigma, density(ranking.source, ranking.sampler, sigma**2)
    except NotAvailable:
        return None


def _draw_panel(axes: Any, ranking: Ranking, row: Ranked, curve: tuple[np.ndarray, Enclosure]) -> None:
    draw_lost_area(axes, row.grid, ranking.source, ranking.sampler, curve)
    axes.set_title(f"{short(row.grid)}, {row.grid.N} steps\n{told(Row('', row.difference, row.verdict))}", fontsize=8)
    axes.set(xlabel="sigma", ylabel="")
    axes.label_outer()

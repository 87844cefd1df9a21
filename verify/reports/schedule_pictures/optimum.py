"""The best grid beside the usual ones: its steps, its lost area, what it gains, and how that goes with N."""

from __future__ import annotations

import textwrap
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.enclosures import Enclosure
from numerics.regimes.paths import sign
from numerics.targets.base import NotAvailable
from verify.reports.pictures import DPI, STYLE, plt
from verify.reports.schedule_pictures.checked import draw_step_sizes
from verify.reports.schedule_pictures.densities import density, draw_lost_area, raster
from verify.reports.schedule_pictures.intervals import Row, draw_intervals
from verify.reports.schedule_pictures.labels import plain_numbers, shortened
from verify.schedules.usual import DEFAULTS, usual_grids

if TYPE_CHECKING:
    from verify.schedules.optimum import Optimum

OPTIMAL = ("#222222", "-", "o")
# Wong's palette again; line styles and marks tell them apart without colour
USUAL = (
    ("#0072b2", "--", "s"),
    ("#d55e00", "-.", "^"),
    ("#009e73", ":", "D"),
    ("#cc79a7", "--", "v"),
    ("#e69f00", "-.", "x"),
    ("#56b4e9", ":", "P"),
)


def draw_optimum(optimum: Optimum, to: Path) -> None:
    """Four panels, written to ``to`` (.png, .svg or .pdf).

    Steps over sigma, and how much worse than the best grid the usual ones are at each number of steps; below, the curve
    with the staircase of the optimum, and what it gains on each usual grid.

    Raises:
        ValueError: matplotlib cannot write this kind of file.
    """
    with plt.rc_context(STYLE):
        figure, ((steps, regret), (area, gain)) = plt.subplots(2, 2, figsize=(8.4, 6.6), layout="constrained")
        _draw_steps(steps, optimum)
        _draw_regret(regret, optimum)
        _draw_area(area, optimum)
        rows = [Row(name if name in DEFAULTS else "yours", one, _verdict(one)) for name, one in optimum.gain.items()]
        draw_intervals(gain, rows, "nats that the usual grid costs more", beside=False)
        gain.set_title(f"gain over the usual grids, {optimum.grid.N} steps", fontsize=9)
        title = f"{optimum.sampler} sampler, {shortened(optimum.source.label, 80)}"
        drawn = steps.get_legend_handles_labels()
        figure.legend(*drawn, title=title, frameon=False, fontsize=8, loc="outside upper center", ncols=len(drawn[0]))
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def _draw_steps(axes: Any, optimum: Optimum) -> None:
    sigma_max, sigma_min = (float(end) for end in optimum.sigmas[[0, -1]])
    for (name, grid), style in zip(
        usual_grids(optimum.grid.N, sigma_max, sigma_min).items(), cycle(USUAL), strict=False
    ):
        draw_step_sizes(axes, grid, name, *style)
        axes.lines[-1].set_alpha(0.8)
    draw_step_sizes(axes, optimum.grid, "optimal", *OPTIMAL)
    axes.lines[-1].set_linewidth(2)
    axes.set_yscale("log")
    plain_numbers(axes.yaxis)
    axes.set_title("steps", fontsize=9)


def _draw_regret(axes: Any, optimum: Optimum) -> None:
    """What each usual grid costs more than the best one of as many steps, over the number of steps."""
    count = sorted(n for n in optimum.by_steps if n > 1)  # one step leaves nothing to choose
    names = [name for name in (optimum.by_steps[count[0]] if count else {}) if name != "best"]
    for name, (colour, style, mark) in zip(names, cycle(USUAL), strict=False):
        lost = np.array([optimum.by_steps[n][name] - optimum.by_steps[n]["best"] for n in count])
        axes.plot(count, np.where(lost > 0, lost, np.nan), color=colour, ls=style, marker=mark, ms=3.5, lw=1.2)
    axes.set(yscale="log", xlabel="steps N", ylabel="nats above the best of N steps")
    plain_numbers(axes.yaxis)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_title("regret", fontsize=9)


def _draw_area(axes: Any, optimum: Optimum) -> None:
    sigma = raster(optimum.grid)
    try:
        curve = density(optimum.source, optimum.sampler, sigma**2)
    except NotAvailable as why:
        axes.axis("off")
        axes.text(0, 0.5, textwrap.fill(str(why), 50), fontsize=8, transform=axes.transAxes)
        return
    draw_lost_area(axes, optimum.grid, optimum.source, optimum.sampler, (sigma, curve))
    axes.set_title("lost area", fontsize=9)
    axes.legend(frameon=False, fontsize=7)


def _verdict(gain: Enclosure) -> str:
    return {1: "better", -1: "worse", 0: "cannot tell"}[int(sign(gain))]

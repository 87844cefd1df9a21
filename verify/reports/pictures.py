"""Pictures of schedules: the staircase under the information curve, and bars of the budget."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from numerics.targets.base import NotAvailable, Target
from theory.grids import Grid
from verify.schedules import GridBudget

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = {"E_I": "#7f7f7f", "E_D": "#d95f02", "E_S": "#7570b3"}
CURVE, STEP = "#1b4f72", "#d95f02"
RASTER = 60  # points of the exact curve
POINTS = 24  # of each step
STYLE: Any = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
DPI = 140


def draw_schedules(budgets: list[GridBudget], to: Path) -> None:
    """One staircase a grid above bars of all budgets, written to ``to`` (.png, .svg or .pdf).

    Raises:
        ValueError: matplotlib cannot write this kind of file.
    """
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(4.2 * max(2, len(budgets)), 6.2), layout="constrained")
        rows = figure.subplot_mosaic(
            [[f"stairs{i}" for i in range(len(budgets))], ["bars"] * len(budgets)], height_ratios=[2, 1]
        )
        curve = _curve(budgets)
        for i, one in enumerate(budgets):
            staircase(rows[f"stairs{i}"], one, curve)
            if i:
                rows[f"stairs{i}"].sharey(rows["stairs0"])
        bars(rows["bars"], budgets)
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def _curve(budgets: list[GridBudget]) -> tuple[np.ndarray, np.ndarray] | None:
    """(sigma, height) of the exact curve over the range of all grids, or None where it cannot be had."""
    first = budgets[0]
    low, high = (float(f(f(b.grid.sigmas) for b in budgets)) for f in (min, max))
    return exact_curve(first.target, first.sampler, low, high)


def exact_curve(
    target: Target, sampler: str, low: float, high: float, points: int = RASTER
) -> tuple[np.ndarray, np.ndarray] | None:
    """(sigma, height) of the curve that the sampler holds on each step, sigma from low to high; None without one."""
    sigma = np.geomspace(low, high, points)
    try:
        return sigma, curve_height(sampler, sigma**2, target.measure(curve_name(sampler), sigma**2).value)
    except NotAvailable:
        return None


def curve_name(sampler: str) -> str:
    """Of the curve that the sampler holds fixed on each step, in the vocabulary."""
    return "J" if sampler == "score" else "mmse"


def curve_height(sampler: str, v: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Density over ln sigma of what counts: v J(v), or mmse(v)/v for the denoiser sampler."""
    return v * curve if sampler == "score" else curve / v


def steps_along(sigmas: np.ndarray, sampler: str, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(sigma, height) along each step of what is held fixed, (N, POINTS + 1), each row ended by NaN to lift the pen.

    Args:
        sigmas: of the grid, decreasing, (N+1,).
        held: height of the curve at the start of each step, (N,). Along a step the score sampler's goes with v, the
            denoiser sampler's with 1/v.
    """
    sigma = np.array([[*np.geomspace(end, begin, POINTS), np.nan] for begin, end in pairwise(sigmas)])
    return sigma, held[:, None] * (sigma / sigmas[:-1, None]) ** (2 if sampler == "score" else -2)


def staircase(axes: Any, one: GridBudget, curve: tuple[np.ndarray, np.ndarray] | None) -> None:
    """The exact curve and what the sampler holds fixed on each step; the shaded area is E_D.

    E_D = 1/2 int (J - J_k) dv, and dv = 2 v d ln sigma, so over ln sigma the height v J makes areas of E_D in nats;
    the denoiser sampler's height mmse/v does the same for 1/2 int (mmse_k - mmse) d(1/v).
    """
    frozen = one.target.measure(curve_name(one.sampler), one.grid.v[:-1]).value
    held = curve_height(one.sampler, one.grid.v[:-1], frozen)
    draw_steps(axes, one.grid, one.sampler, held, curve)
    e_d = one.part("E_D")
    lost = f"E_D = {float(e_d.value):.4g} nats" if e_d is not None else "no path KL"
    axes.set_title(f"{_short(one)}\n{lost}", fontsize=9)
    axes.legend(frameon=False, fontsize=8)


def draw_steps(
    axes: Any,
    grid: Grid,
    sampler: str,
    held: np.ndarray,
    curve: tuple[np.ndarray, np.ndarray] | None,
    name: str = "exact",
) -> None:
    """A curve over ln sigma, what the sampler holds fixed on each step, and the area between them.

    Args:
        held: as for :func:`steps_along`.
        curve: (sigma, height), sigma decreasing or increasing; None draws no curve and no area.
        name: of the curve in the legend.
    """
    sigma, steps = steps_along(grid.sigmas, sampler, held)
    if curve is not None:
        axes.plot(*curve, color=CURVE, lw=1.6, label=name)
        order = np.argsort(curve[0])
        along = np.interp(np.log(sigma), np.log(curve[0][order]), curve[1][order])
        axes.fill_between(sigma.ravel(), steps.ravel(), along.ravel(), color=STEP, alpha=0.25, lw=0)
    axes.plot(sigma.ravel(), steps.ravel(), color=STEP, lw=0.9, label="held fixed on each step")
    axes.set_xscale("log")
    axes.set_xlabel("sigma  (sampling runs right to left)")
    axes.set_ylabel("v J(v)" if sampler == "score" else "mmse(v)/v")


def bars(axes: Any, budgets: list[GridBudget]) -> None:
    """Stacked parts of the path KL, with the error of the total."""
    for i, one in enumerate(budgets):
        left = 0.0
        for name, colour in COLOURS.items():
            part = one.part(name)
            if part is None:
                continue
            axes.barh(i, float(part.value), left=left, color=colour, label=name if i == 0 else None)
            left += float(part.value)
        total = one.part("KL_path")
        if total is not None:
            axes.errorbar(left, i, xerr=float(total.radius), color="black", capsize=3, lw=1)
            axes.annotate(
                f" {float(total.value):.4g}", (left, i), va="center", xytext=(6, 0), textcoords="offset points"
            )
    axes.set_yticks(range(len(budgets)), [_short(b) for b in budgets])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.15 * max(axes.get_xlim()[1], 1e-300))
    axes.set_xlabel(f"nats, {budgets[0].sampler} sampler, {budgets[0].target.label}")
    axes.legend(frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))


def _short(one: GridBudget) -> str:
    label = one.grid.name if len(one.grid.label) > 40 else one.grid.label
    return f"{label}, {one.grid.N} steps" if label == one.grid.name else label

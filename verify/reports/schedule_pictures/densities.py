"""What a grid's error is an area of, over ln sigma, for known targets and for loss curves.

In nats the score sampler's E_D is the area between v J(v) and its staircase, the denoiser sampler's the area between
mmse(v)/v and its staircase. A model known by its loss alone has v J_theta = d - loss and mse/v = loss in their places.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.enclosures import Enclosure
from numerics.targets import LossCurve, Target
from numerics.targets.base import NotAvailable
from theory.grids import Grid
from verify.reports.pictures import CURVE, STEP, draw_steps

RASTER = 81  # points of the curve
CUT = 2.5  # times the curve's top is the most that is drawn


def density(source: Target, sampler: str, v: np.ndarray) -> Enclosure:
    """Height over ln sigma at variances ``v``, shape (n,).

    Raises:
        NotAvailable: the source cannot give it, or the sampler has no path KL.
    """
    if sampler not in ("score", "denoiser"):
        raise NotAvailable(f"the {sampler} sampler has no path KL, and so no curve")
    if isinstance(source, LossCurve):
        return float(source.d) - source.loss(v) if sampler == "score" else source.loss(v)
    level = Enclosure.of(v)
    return level * source.measure("J", v) if sampler == "score" else source.measure("mmse", v) / level


def name(source: Target, sampler: str) -> str:
    """What the curve is, as an axis label."""
    if isinstance(source, LossCurve):
        return "v J_θ = d - loss" if sampler == "score" else "mse / v = loss"
    return "v J(v)" if sampler == "score" else "mmse(v) / v"


def raster(grid: Grid) -> np.ndarray:
    """Sigmas over the grid's range, equal steps of ln sigma, with the grid's own ends."""
    sigma = np.geomspace(grid.sigmas[0], grid.sigmas[-1], RASTER)
    sigma[[0, -1]] = grid.sigmas[[0, -1]]
    return sigma


def draw_lost_area(axes: Any, grid: Grid, source: Target, sampler: str, curve: tuple[np.ndarray, Enclosure]) -> None:
    """The curve with its error band, the staircase of ``grid``, and the area between them."""
    sigma, along = curve
    held = density(source, sampler, grid.v[:-1]).value
    known = "model's curve" if isinstance(source, LossCurve) else "exact"
    draw_steps(axes, grid, sampler, held, (sigma, along.value), known)
    band = np.isfinite(along.radius)
    if np.any(along.radius[band] > 0.004 * np.abs(along.value).max()):
        low, high = (np.where(band, end, np.nan) for end in (along.lower, along.upper))
        axes.fill_between(sigma, low, high, color=CURVE, alpha=0.18, lw=0, label="its error")
    axes.set_ylabel(name(source, sampler))
    _cut(axes, held * (grid.v[:-1] / grid.v[1:] if sampler == "denoiser" else 1.0), float(along.value.max()))


def _cut(axes: Any, reached: np.ndarray, top: float) -> None:
    """Long steps of the denoiser sampler rise far above the curve: the axis ends where it can still be seen."""
    cut = CUT * top
    axes.set_ylim(0, cut if reached.max() > cut else 1.08 * max(top, float(reached.max()), axes.get_ylim()[1] / 1.1))
    if reached.max() > cut:
        axes.annotate(
            f"rises to {reached.max():,.0f}", (0.98, 0.98), xycoords="axes fraction", ha="right", va="top", fontsize=8,
            color=STEP,
        )  # fmt: skip

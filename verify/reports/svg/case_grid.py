"""The grid of a case under the information curve of its data."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from numerics.budgets import PATH_SAMPLERS
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable
from theory.claims import Claim
from verify.cases import Case
from verify.reports.svg.axes import SMALL, Scale, Tick, bottom_axis, left_axis
from verify.reports.svg.drawing import INK, LINE, A, Drawing, polyline, width_of
from verify.reports.svg.stairs import Stairs, curve_words, legend, measured_curve

LEFT, RIGHT, HEIGHT = 42.0, 372.0, 118.0
NARROW = 4.0  # the axis spans at least this factor of v
MANY = 24  # levels beyond which only the axis has marks for them
AT_A_LEVEL = {"J", "mmse", "H", "KLn", "hess2", "cov2", "score", "denoiser", "cov", "drift2"}  # of a free level u or w
FREE = ("u", "w")
NEAR = 2.0  # levels so close on the picture look like one


def draw_grid(drawing: Drawing, claim: Claim, case: Case, top: float) -> float | None:
    """The levels of the case on an axis of v, under the curve and the steps where these can be had.

    Returns where it ends, or None where the case has no level of noise that the claim speaks of.
    """
    levels = np.array(case.v or _free_levels(claim, case), dtype=np.float64)
    if case.training is not None or not len(levels):
        return None
    xs = _axis(levels)
    stairs, curve = _measured(claim, case, levels, xs)
    plot, bottom = top + 18, top + 34
    if stairs is not None or curve is not None:
        bottom = plot + HEIGHT
        highest = stairs.highest if stairs is not None else max(y for _, y in curve or ()) or 1.0
        ys = Scale(0.0, 1.06 * highest, bottom, plot)
        left_axis(drawing, ys, LEFT, RIGHT)
        _levels(drawing, levels, xs, plot, bottom)
        if stairs is not None:
            stairs.draw(drawing, _of_sigma(xs), ys, drawing.clip(LEFT, plot, RIGHT - LEFT, HEIGHT + 1))
        elif curve is not None:
            places = [(xs(v), ys(y)) for v, y in curve]
            drawing.path(polyline(places), fill="none", stroke=A, stroke_width=1.6, class_="curve")
        legend(drawing, LEFT, top + 10, curve_words(_held(claim, case)), stairs is not None)
    else:
        _levels(drawing, levels, xs, plot, bottom)
    words = "noise variance v of the " + ("grid, from right to left" if case.v else "case")
    if len(levels) > 1 and abs(xs(levels[0]) - xs(levels[-1])) < NEAR:
        words = "noise variance v; the levels are too close to be told apart"
    bottom_axis(drawing, xs, bottom, words, _level_ticks(levels, xs) or xs.ticks(7))
    return bottom + 40


def _free_levels(claim: Claim, case: Case) -> tuple[float, ...]:
    """u and w, where the claim looks at the data at these levels."""
    given = dict(case.free)
    return tuple(given[name] for name in FREE if name in given and given[name] > 0) if claim.names & AT_A_LEVEL else ()


def _axis(levels: np.ndarray) -> Scale:
    """Of v, with some room beyond the levels."""
    low, high = float(levels.min()), float(levels.max())
    middle = float(np.sqrt(low) * np.sqrt(high))
    low, high = min(low, middle / NARROW**0.5), max(high, middle * NARROW**0.5)
    room = (high / low) ** 0.06
    return Scale(low / room, high * room, LEFT, RIGHT, log=True)


def _of_sigma(xs: Scale) -> Scale:
    """The same axis, for sigma."""
    return Scale(xs.low**0.5, xs.high**0.5, xs.start, xs.end, log=True)


def _held(claim: Claim, case: Case) -> str:
    """score where J is looked at, denoiser where mmse is."""
    if case.v:
        return "denoiser" if case.sampler == "denoiser" else "score"
    return "denoiser" if "mmse" in claim.names and "J" not in claim.names else "score"


def _measured(
    claim: Claim, case: Case, levels: np.ndarray, xs: Scale
) -> tuple[Stairs | None, list[tuple[float, float]] | None]:
    """The steps with their curve; or points (v, height) of the curve alone, where no sampler holds it on steps."""
    target = case.target
    if not (isinstance(target, Gaussian) or (isinstance(target, GaussianMixture) and target.d == 1)):
        return None, None
    held = _held(claim, case)
    stepped = bool(case.v) and case.sampler in PATH_SAMPLERS
    sigmas = np.sqrt(levels)
    try:
        with np.errstate(all="ignore"):
            curve = measured_curve(target, held, [sigmas] if stepped else [], xs.low**0.5, xs.high**0.5)
    except NotAvailable:
        return None, None
    if stepped:
        return Stairs.of(held, sigmas, curve), None
    return None, list(zip((curve[0] ** 2).tolist(), curve[1].tolist(), strict=True))


def _levels(drawing: Drawing, levels: np.ndarray, xs: Scale, top: float, bottom: float) -> None:
    """A line at each level; where there are many, a short one."""
    start = top if len(levels) <= MANY else bottom - 8
    path = "".join(f"M{xs(v):.2f} {start:.2f}V{bottom:.2f}" for v in levels.tolist())
    drawing.path(path, stroke=LINE if start == top else INK, stroke_dasharray="2 2", fill="none", class_="levels")


def _level_ticks(levels: np.ndarray, xs: Scale) -> list[Tick]:
    """The levels themselves, where they can be told apart."""
    ticks = [(v, f"{v:.4g}") for v in sorted(levels.tolist())]
    ends = [(xs(v) - width_of(words, SMALL) / 2, xs(v) + width_of(words, SMALL) / 2) for v, words in ticks]
    apart = all(right[0] > left[1] + 3 for left, right in pairwise(ends))
    return ticks if apart and ends[0][0] >= 0 and ends[-1][1] <= RIGHT + 8 else []

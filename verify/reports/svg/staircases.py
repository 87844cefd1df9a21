"""Grids under the information curve of the data, one above the other, and bars of what each of them costs."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

import numpy as np

from numerics.budgets import PATH_SAMPLERS
from numerics.targets.base import NotAvailable
from verify.reports.numbers import plus_minus
from verify.reports.svg.axes import SMALL, Scale, bottom_axis, left_axis
from verify.reports.svg.drawing import INK, LINE, A, B, C, Drawing, number, shortened, width_of
from verify.reports.svg.picture import Picture
from verify.reports.svg.stairs import HIGHEST, Stairs, curve_words, legend, measured_curve
from verify.schedules import GridBudget

WIDTH, LEFT, RIGHT = 380.0, 40.0, 372.0
PANEL, FLAT, HEAD = 92.0, 8.0, 20.0  # heights of a panel, of one without a curve, and of its title
BAR = 13.0
COLOURS = {"E_I": C, "E_D": B, "E_S": A}


def staircases(budgets: Sequence[GridBudget]) -> Picture:
    """Each grid's steps under the curve of the data, over one axis of sigma; below, the parts of the path KL as bars.

    Args:
        budgets: of grids on one target with one sampler.

    Raises:
        ValueError: no budget is given, or they are of different data or samplers.
    """
    if not budgets:
        raise ValueError("no grid to draw; give the budget of at least one")
    first = budgets[0]
    if any((b.sampler, b.target.label) != (first.sampler, first.target.label) for b in budgets):
        raise ValueError("grids under one curve need one sampler and one target; draw the others apart")
    key = "; ".join([first.sampler, first.target.label, *(b.grid.label for b in budgets)])
    drawing = Drawing(f"staircases {key}", WIDTH, 0)
    low, high = (float(f(f(b.grid.sigmas) for b in budgets)) for f in (min, max))
    room = (high / low) ** 0.03
    xs = Scale(low / room, high * room, LEFT, RIGHT, log=True)
    stairs = _stairs(budgets, low, high)
    deep, ys = FLAT, None
    if stairs is not None:
        deep, ys = PANEL, Scale(0.0, 1.06 * max(s.highest for s in stairs), PANEL, 0.0)
        legend(drawing, LEFT, 12, curve_words(first.sampler))
    clip = drawing.clip(LEFT, 0, RIGHT - LEFT, deep + 1)
    top = 20.0 if stairs is not None else 0.0
    for i, one in enumerate(budgets):
        panel = _panel(drawing, one, xs, top, deep)
        if stairs is not None and ys is not None:
            left_axis(drawing, ys, LEFT, RIGHT, into=panel)
            stairs[i].draw(drawing, xs, ys, clip, panel)
        top += HEAD + deep + 6
    bottom_axis(drawing, xs, top - 6, "sigma (sampling runs from right to left)")
    costs = any(one.part("KL_path") is not None for one in budgets)
    drawing.height = _bars(drawing, budgets, top + 42) if costs else top + 30
    return drawing.picture(
        f"Grids on {first.target.label}, {first.sampler} sampler", _alt(budgets), _caption(first, stairs)
    )


def _stairs(budgets: Sequence[GridBudget], low: float, high: float) -> list[Stairs] | None:
    """The steps of each grid; None where the sampler holds no curve, or its curve cannot be measured."""
    target, sampler = budgets[0].target, budgets[0].sampler
    if sampler not in PATH_SAMPLERS:
        return None
    grids = [one.grid.sigmas for one in budgets]
    try:
        exact = measured_curve(target, sampler, grids, low, high)
    except NotAvailable:
        return None
    return [Stairs.of(sampler, sigmas, exact) for sigmas in grids]


def _panel(drawing: Drawing, one: GridBudget, xs: Scale, top: float, deep: float) -> Element:
    """One grid: its name, its E_D and its levels; what else it shows goes into the group."""
    panel = drawing.group(transform=f"translate(0 {number(top + HEAD)})", class_="grid")
    e_d = one.part("E_D")
    lost = f"E_D = {float(e_d.value):.4g} nats" if e_d is not None else "no path KL"
    room = RIGHT - LEFT - width_of(lost) - 8
    drawing.text(LEFT, -6, shortened(short_label(one), room), into=panel, font_weight="bold")
    drawing.text(RIGHT, -6, lost, "end", panel)
    drawing.line((LEFT, deep), (RIGHT, deep), panel, stroke=LINE)
    path = "".join(f"M{number(xs(s))} {number(deep)}v-5" for s in one.grid.sigmas.tolist())
    drawing.path(path, panel, stroke=INK, stroke_width=0.8, class_="levels")
    return panel


def short_label(one: GridBudget) -> str:
    """The grid's name and number of steps, and its parameters where these are short."""
    return one.grid.label if len(one.grid.label) <= 34 else f"{one.grid.name}, {one.grid.N} steps"


def _bars(drawing: Drawing, budgets: Sequence[GridBudget], top: float) -> float:
    """E_I, E_D and E_S end to end for each grid, with their sum and its error; returns where they end."""
    totals = [one.part("KL_path") for one in budgets]
    words = drawing.group(font_size=SMALL)
    x = LEFT
    for name, colour in COLOURS.items():
        drawing.rectangle(x, top - 8, 10, 9, words, fill=colour, fill_opacity=0.75)
        drawing.text(x + 14, top, name, into=words)
        x += 14 + width_of(name, SMALL) + 12
    drawing.text(RIGHT, top, "path KL, nats", "end", words)
    most = max([float(t.value) for t in totals if t is not None] + [0.0]) or 1.0
    scale = Scale(0.0, most, LEFT, RIGHT)
    y = top + 8
    for one, total in zip(budgets, totals, strict=True):
        said = plus_minus(total) if total is not None else one.budget.reasons.get("KL_path", "no path KL")
        said = shortened(said, 0.6 * (RIGHT - LEFT)) if total is None else said
        drawing.text(LEFT, y + 10, shortened(short_label(one), RIGHT - LEFT - width_of(said) - 8))
        drawing.text(RIGHT, y + 10, said, "end", class_="total")
        _stack(drawing, one, scale, y + 15)
        y += 15 + BAR + 10
    return y


def _stack(drawing: Drawing, one: GridBudget, scale: Scale, y: float) -> None:
    bar = drawing.group(fill_opacity=0.75, class_="stack")
    begin = 0.0
    for name, colour in COLOURS.items():
        part = one.part(name)
        if part is None or not np.isfinite(part.value) or float(part.value) <= 0:
            continue
        end = begin + float(part.value)
        _piece(drawing, bar, name, scale(begin), scale(min(end, scale.high)), y, colour)
        begin = end


def _piece(drawing: Drawing, bar: Element, name: str, left: float, right: float, y: float, colour: str) -> None:
    piece = drawing.rectangle(left, y, right - left, BAR, bar, fill=colour, class_=name)
    drawing.add("title", piece, name)


def _alt(budgets: Sequence[GridBudget]) -> str:
    first = budgets[0]
    parts = []
    for one in budgets:
        e_d, total = one.part("E_D"), one.part("KL_path")
        numbers = [f"{n} {float(x.value):.4g}" for n, x in (("E_D", e_d), ("path KL", total)) if x is not None]
        parts.append(f"{short_label(one)}: {', '.join(numbers) or 'no path KL'}")
    return f"{len(budgets)} grids on {first.target.label}, {first.sampler} sampler, in nats. {'; '.join(parts)}."


def _caption(first: GridBudget, stairs: list[Stairs] | None) -> str:
    label = first.target.label
    if stairs is None:
        why = f"the {first.sampler} sampler has no path KL" if first.sampler not in PATH_SAMPLERS else "it has no curve"
        return f"The levels of each grid, on {label}; {why}."
    cut = f" Steps above {HIGHEST:g} times the curve's maximum are cut." if any(s.is_cut for s in stairs) else ""
    return (
        f"The curve is {curve_words(first.sampler)} of {label}; the {first.sampler} sampler holds what it has at the "
        f"start of each step. The shaded area over ln sigma is the discretisation error E_D in nats.{cut}"
    )

"""Maps of which grid has the smaller path KL, polynomial or exponential, for Gaussian data; every colour is certain."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from numerics.regimes import Misses, path_cost_of, sign
from numerics.regimes.gaussian import Miss
from theory.grids import exponential, karras
from verify.reports.svg.axes import SMALL, Scale, bottom_axis, power
from verify.reports.svg.drawing import INK, PAPER, A, B, Drawing, number
from verify.reports.svg.picture import Picture

FloatArray = NDArray[np.float64]
Map = NDArray[np.int8]

HIGH, LOW, STEPS = 80.0, 0.002, 18  # of both grids: their ends, and their number of steps
CELLS = 48  # a side
SAMPLERS = ("score", "denoiser")
KARRAS, OPEN, EXPONENTIAL = -1, 0, 1  # signs of KL_path of karras minus that of exponential
WIDTH, TOP, PANEL, BETWEEN = 380.0, 44.0, 112.0, 52.0
COLUMNS = ((46.0, 204.0), (220.0, 378.0))


@dataclass(frozen=True)
class Quality:
    """One way in which the score is worse or better trained: an axis and its values."""

    label: str
    values: FloatArray
    miss: Miss


def regime_map() -> Picture:
    """Six maps over the variance of Gaussian data and the quality of the score, for two samplers, computed at once.

    Both grids go from sigma = 80 to 0.002 in 18 steps: ``karras`` with rho = 7 and ``exponential``. Rows: the same
    excess loss at every level, an error proportional to the score, and linear scores after K steps of descent.
    """
    variances = np.geomspace(1e-8, 1e4, CELLS)
    rows = qualities(variances)
    maps = {(s, i): which_grid(variances, row.miss, s) for i, row in enumerate(rows) for s in SAMPLERS}
    drawing = Drawing("regimes", WIDTH, TOP + len(rows) * (PANEL + BETWEEN) - 4)
    _legend(drawing, any((cells == OPEN).any() for cells in maps.values()))
    for j, sampler in enumerate(SAMPLERS):
        drawing.text(sum(COLUMNS[j]) / 2, TOP - 8, f"{sampler} sampler", "middle", font_weight="bold")
    for (sampler, i), cells in maps.items():
        top = TOP + i * (PANEL + BETWEEN)
        _panel(drawing, variances, rows[i], cells, COLUMNS[SAMPLERS.index(sampler)], top, first=sampler == SAMPLERS[0])
    return drawing.picture("Which grid has the smaller path KL", _alt(rows, maps), CAPTION)


def qualities(variances: FloatArray, cells: int = CELLS) -> list[Quality]:
    """The axes of score quality, each with the miss on a map of shape (variances, values, 1)."""
    excess, share, steps = np.geomspace(1e-3, 10, cells), np.geomspace(1e-2, 10, cells), np.geomspace(1, 1e12, cells)
    trained = Misses.trained(steps[:, None], HIGH**2, variances[:, None, None])
    return [
        Quality("excess loss l", excess, Misses.uniform(excess[:, None])),
        Quality("a, score = (1 + a) true", share, Misses.proportional(share[:, None])),
        Quality("steps K of descent", steps, trained),
    ]


def which_grid(variances: FloatArray, miss: Miss, sampler: str) -> Map:
    """-1 where karras is certainly better, 1 exponential, 0 undecided; shape (variances, values)."""
    lam = variances[:, None, None]
    grids = karras(STEPS + 1, LOW, HIGH).v, exponential(STEPS + 1, LOW, HIGH).v
    a, b = (path_cost_of(lam, v, miss, sampler) for v in grids)
    return sign(a - b)


CAPTION = (
    f"Which of two grids from sigma = {HIGH:g} to {LOW:g} in {STEPS} steps has the smaller path KL on Gaussian data, "
    "over the data's variance and three measures of how well the score is trained: the excess loss l of each level; "
    "the true score times 1 + a; one linear score a level after K steps of gradient descent. Every colour is certain."
)


def _panel(
    drawing: Drawing,
    variances: FloatArray,
    quality: Quality,
    cells: Map,
    across: tuple[float, float],
    top: float,
    first: bool,
) -> None:
    """One map; the axis of quality is written beside the first of a row."""
    bottom = top + PANEL
    xs, ys = _edges(variances, *across), _edges(quality.values, bottom, top)
    panel = drawing.group(class_="map")
    drawing.rectangle(across[0], top, across[1] - across[0], PANEL, panel, fill=A, fill_opacity=0.3)
    _fill(drawing, panel, cells == EXPONENTIAL, across, top, drawing.hatch(B, f"exponential-{across[0]:.0f}-{top:.0f}"))
    _fill(drawing, panel, cells == OPEN, across, top, PAPER)
    drawing.rectangle(across[0], top, across[1] - across[0], PANEL, panel, fill="none", stroke=INK)
    bottom_axis(drawing, xs, bottom, "data variance", [(10.0**k, power(k)) for k in (-6, -2, 2)])
    if first:
        words = drawing.group(font_size=SMALL, text_anchor="end")
        for at, text in ys.ticks(5):
            drawing.line((across[0] - 3, ys(at)), (across[0], ys(at)), words)
            drawing.text(across[0] - 5, ys(at) + 3.5, text, into=words)
        drawing.text(0, 0, quality.label, "middle", transform=f"translate(11 {number((top + bottom) / 2)}) rotate(-90)")


def _edges(values: FloatArray, start: float, end: float) -> Scale:
    """A scale on which each value is the middle of its cell."""
    half = float(values[1] / values[0]) ** 0.5
    return Scale(float(values[0]) / half, float(values[-1]) * half, start, end, log=True)


def _fill(
    drawing: Drawing, panel: Element, chosen: NDArray[np.bool_], across: tuple[float, float], top: float, fill: str
) -> None:
    """The chosen cells as one path: a rectangle for each run of cells in a column."""
    columns, rows = chosen.shape
    width, height = (across[1] - across[0]) / columns, PANEL / rows
    path = []
    for i, column in enumerate(chosen):
        for on, run in groupby(range(rows), key=lambda j, column=column: bool(column[j])):  # type: ignore[misc]
            if on:
                j = list(run)
                x, y = across[0] + i * width, top + PANEL - (j[-1] + 1) * height
                path.append(f"M{number(x)} {number(y)}h{number(width)}v{number(len(j) * height)}h-{number(width)}z")
    if path:
        drawing.path("".join(path), panel, fill=fill, data_cells=str(int(chosen.sum())))


def _legend(drawing: Drawing, undecided: bool) -> None:
    words = drawing.group(font_size=SMALL)
    entries = [("karras, rho = 7, is better", A, 0.3), ("exponential is better", drawing.hatch(B, "legend"), 1.0)]
    x = COLUMNS[0][0]
    for text, fill, opacity in entries + ([("undecided", PAPER, 1.0)] if undecided else []):
        drawing.rectangle(x, 5, 14, 10, words, fill=fill, fill_opacity=opacity, stroke=INK, stroke_width=0.6)
        drawing.text(x + 18, 14, text, into=words)
        x += 24 + 5.6 * len(text)


def _alt(rows: list[Quality], maps: dict[tuple[str, int], Map]) -> str:
    said = []
    for sampler in SAMPLERS:
        shares = [f"{100 * float(np.mean(maps[sampler, i] == KARRAS)):.0f} %" for i in range(len(rows))]
        said.append(f"{sampler} sampler: karras has the smaller path KL in {', '.join(shares)} of the cells")
    undecided = 100 * float(np.mean([cells == OPEN for cells in maps.values()]))
    names = ", ".join(row.label for row in rows)
    rest = f"{undecided:.1f} % of all cells are undecided, in the rest exponential has"
    return f"Maps over data variance and {names}. {'; '.join(said)}; {rest}."

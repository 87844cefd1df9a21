"""Pictures of what rests on what: the statements of the paper, and the claims of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, PathPatch
from matplotlib.path import Path as Line

from theory.claims import Claim, Expected, Form
from verify.reports.graph_layout import Edge, Layout, Place, layered

# nothing in the file may depend on the moment of drawing; text stays text
REPRODUCIBLE: Any = {"svg.hashsalt": "scoreproof", "svg.fonttype": "none", "font.size": 8}
METADATA: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
DPI = 140
LETTER, MARGIN, GAP = 0.068, 0.1, 0.45  # inches: of a letter, inside a box, between columns
ARROW, DASHED = "#8a8a8a", (0, (4, 3))
ENTRY, ENTRY_HEIGHT = 2.3, 0.17  # inches: of the legend
EDGE = 0.12  # inches: around all
SPACE, APART = 0.6, 4  # rows between the layers and what stands apart, and how many of those stand side by side


@dataclass(frozen=True)
class Look:
    """How a kind of node is drawn, and what the legend says of it."""

    meaning: str
    face: str
    edge: str
    dashed: bool = False


@dataclass(frozen=True)
class Node:
    """One box: its key in the edges, lines of text, and look."""

    key: str
    lines: tuple[str, ...]
    look: Look


HOLDS = Look("holds", "#dcefdc", "#1b7837")
REFUTED = Look("refuted", "#fbe0d0", "#b2410b", dashed=True)
CORRECTED = Look("corrected or exact", "#dae8f5", "#2166ac")


def draw_graph(
    nodes: Sequence[Node], edges: Iterable[Edge], to: Path, dashed: Iterable[Edge] = (), solid_means: str = ""
) -> None:
    """Draw boxes and arrows, from what is used to what uses it, to a file (.svg, .png or .pdf).

    Args:
        nodes: boxes; those without an arrow stand apart below.
        edges: (what is used, what uses it).
        to: the file.
        dashed: those of the edges that are drawn dashed.
        solid_means: of the arrows, for the legend.

    Raises:
        ValueError: the edges make a circle or lead nowhere, or matplotlib cannot write this kind of file.
        OSError: the file cannot be written.
    """
    if to.suffix not in METADATA:
        raise ValueError(f"{to}: pictures are written as {', '.join(METADATA)}")
    by_key, thin = {node.key: node for node in nodes}, set(dashed)
    layout = layered(list(by_key), edges)
    handles = _handles(nodes, bool(thin), solid_means)
    frame = _frame(nodes, layout, len(handles))
    places = {key: frame.at(*place) for key, place in layout.places.items()}
    below = layout.rows + (SPACE if layout.rows else 0)
    for i, key in enumerate(layout.alone):
        places[key] = frame.at(i % frame.columns, below + i // frame.columns + 0.5)
    with matplotlib.rc_context(REPRODUCIBLE):
        figure = Figure(figsize=(frame.width, frame.height), facecolor="white")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, frame.width), ylim=(0, frame.height))
        axes.set_axis_off()
        for edge, route in layout.routes.items():
            _arrow(axes, [frame.at(*stop) for stop in route], frame.box[0], edge in thin)
        for key, place in places.items():
            _box(axes, by_key[key], place, *frame.box)
        axes.legend(handles=handles, ncols=frame.entries, loc="lower left", frameon=False, fontsize=7.5, handlelength=2)
        figure.savefig(to, dpi=DPI, metadata=METADATA[to.suffix])


def draw_claims(claims: Iterable[Claim], to: Path) -> None:
    """The claims and what each is derived from, coloured by form and expected verdict.

    Raises:
        ValueError, OSError: as for :func:`draw_graph`.
    """
    chosen = list(claims)
    edges = [(parent, claim.id) for claim in chosen for parent in claim.derived_from]
    draw_graph([Node(claim.id, (claim.id,), _look(claim)) for claim in chosen], edges, to)


def _look(claim: Claim) -> Look:
    if claim.expected is Expected.REFUTED:
        return Look("expected: refuted", REFUTED.face, REFUTED.edge, dashed=True)
    if claim.form is Form.PRINTED:
        return Look("expected: holds as printed", HOLDS.face, HOLDS.edge)
    return Look("expected: holds, corrected or exact", CORRECTED.face, CORRECTED.edge)


@dataclass(frozen=True)
class _Frame:
    """Sizes in inches; ``at`` turns a column and a row into a place."""

    width: float
    height: float
    box: tuple[float, float]
    row: float
    columns: int
    entries: int

    def at(self, column: float, row: float) -> Place:
        return EDGE + self.box[0] / 2 + column * (self.box[0] + GAP), self.height - EDGE - row * self.row


def _frame(nodes: Sequence[Node], layout: Layout, entries: int) -> _Frame:
    """Room for the layers, for what stands apart below them, and for a legend of so many entries."""
    box = max(map(_width, nodes), default=0) + 2 * MARGIN, 0.48 if any(len(node.lines) > 1 for node in nodes) else 0.26
    columns = max(layout.columns, min(APART, len(layout.alone)), 1)
    width = columns * (box[0] + GAP) - GAP + 2 * EDGE
    beside = max(1, min(entries, int(width / ENTRY)))
    apart = ceil(len(layout.alone) / columns)
    rows = layout.rows + apart + (SPACE if apart and layout.rows else 0)
    row = box[1] + 0.14
    height = rows * row + ceil(entries / beside) * ENTRY_HEIGHT + 0.1 + 2 * EDGE
    return _Frame(width, height, box, row, columns, beside)


def _width(node: Node) -> float:
    """Of the longest line; of several, the first is bold and the others are smaller."""
    first, *rest = node.lines
    return max(LETTER * len(first) * (1.12 if rest else 1), *(0.88 * LETTER * len(line) for line in rest), 0)


def _box(axes: Any, node: Node, place: Place, width: float, height: float) -> None:
    x, y = place
    box = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=node.look.face,
        edgecolor=node.look.edge,
        linestyle=DASHED if node.look.dashed else "solid",
        linewidth=1.0,
        zorder=2,
    )
    axes.add_patch(box)
    first, *rest = node.lines
    axes.text(x, y + (0.09 if rest else 0), first, ha="center", va="center", zorder=3, weight="bold" if rest else None)
    for i, line in enumerate(rest):
        axes.text(x, y - 0.08 - 0.13 * i, line, ha="center", va="center", fontsize=7, zorder=3, color="#333333")


def _arrow(axes: Any, stops: list[Place], width: float, dashed: bool) -> None:
    """A smooth line from the right side of the first box to the left side of the last one."""
    (x0, y0), *between, (x1, y1) = stops
    points = [(x0 + width / 2, y0)]
    for x, y in between:  # straight through the column, between its boxes
        points += [(x - width / 2, y), (x + width / 2, y)]
    points.append((x1 - width / 2 - 0.03, y1))
    vertices, codes = [points[0]], [Line.MOVETO]
    for (a, b), (c, d) in pairwise(points):
        vertices += [((a + c) / 2, b), ((a + c) / 2, d), (c, d)]
        codes += [Line.CURVE4] * 3
    style = {"edgecolor": ARROW, "linewidth": 0.9, "linestyle": DASHED if dashed else "solid"}
    axes.add_patch(PathPatch(Line(vertices, codes), facecolor="none", zorder=1, **style))
    end = points[-1]
    axes.annotate("", end, (end[0] - 0.05, end[1]), arrowprops={"arrowstyle": "-|>", "color": ARROW, "lw": 0.9})


def _handles(nodes: Sequence[Node], dashed: bool, solid_means: str) -> list[Any]:
    """Of the legend: each look once, in the order of the nodes, then the arrows."""
    looks = list(dict.fromkeys(node.look for node in nodes))
    handles: list[Any] = [
        Patch(facecolor=k.face, edgecolor=k.edge, linestyle=DASHED if k.dashed else "solid", label=k.meaning)
        for k in looks
    ]
    if solid_means:
        handles.append(Line2D([], [], color=ARROW, label=solid_means))
    if dashed:
        handles.append(Line2D([], [], color=ARROW, linestyle=DASHED, label="the paper's argument"))
    return handles

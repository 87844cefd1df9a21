"""The graph of the claims of a run: what each is derived from, with the verdict that was reached, as links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import ceil
from urllib.parse import quote
from xml.etree.ElementTree import Element

from verify.reports.graph_layout import Edge, Layout, Place, layered
from verify.reports.svg.drawing import HOLDS, INK, OPEN, PAPER, REFUTED, Drawing, number, plain
from verify.reports.svg.picture import Picture
from verify.verdicts import Status, Verdict

FULL = 1090.0  # width that the graph fills where it can
BOX, DEEP, PITCH = 136.0, 30.0, 37.0  # of a box: width, height, and from one to the next below
MARGIN, SIGN = 6.0, 16.0  # around all, and room for the sign in a box
LEAST, MOST = 22.0, 80.0  # between columns
SIZE, LINES, LETTERS = 10.0, 3, 19  # of the text in a box, its lines and their letters
TOP = 30.0  # of the legend
COLOURS = {Status.CERTIFIED: HOLDS, Status.SUPPORTED: HOLDS, Status.REFUTED: REFUTED, Status.INCONCLUSIVE: OPEN}
DASHES = {Status.REFUTED: "5 3", Status.INCONCLUSIVE: "1.5 2.5"}
SIGNS = {
    Status.CERTIFIED: "M-5 0L-2 3.5L2.5-4M-0.5 2L1 3.5L5.5-4",  # two ticks
    Status.SUPPORTED: "M-4 0L-1 3.5L4-4",
    Status.REFUTED: "M-4-4L4 4M-4 4L4-4",
    Status.INCONCLUSIVE: "M-3-2A3 3 0 1 1 0.5 1V2M0.5 4V5.2",
}


def dependencies(verdicts: Sequence[Verdict], anchors: Mapping[str, str] | None = None) -> Picture | None:
    """Which claims of a run are derived from which, left to right; None where there is no verdict.

    Each claim is a link to its section. Claims without an arrow stand in a block below. On a screen the picture does
    not shrink below a readable size: what it stands in has to scroll sideways.

    Args:
        verdicts: of the run.
        anchors: the id on the page of each claim's section; without it, the claim's id.
    """
    known = {v.claim.id: v for v in verdicts}
    if not known:
        return None
    given = [(parent, id) for id, v in known.items() for parent in v.claim.derived_from if parent in known]
    edges = without_circles(list(known), given)
    layout = layered(list(known), edges)
    frame = _Frame.of(layout)
    drawing = Drawing(
        "dependencies",
        frame.width,
        frame.height,
        across=round(frame.width),
        links=True,
        narrowest=round(0.9 * frame.width),
    )
    _legend(drawing, list(known.values()), bool(edges))
    arrows = drawing.group(fill="none", stroke=INK, stroke_opacity=0.55, class_="arrows")
    heads = drawing.group(fill=INK, fill_opacity=0.7)
    for edge, route in layout.routes.items():
        _arrow(drawing, arrows, heads, edge, [frame.at(*stop) for stop in route])
    if layout.alone:
        drawing.text(MARGIN, frame.below - 8, "without an arrow:", font_size=SIZE)
    places = {id: frame.at(*place) for id, place in layout.places.items()}
    places |= {id: frame.apart(i) for i, id in enumerate(layout.alone)}
    for id in [*sorted(layout.places, key=layout.places.__getitem__), *layout.alone]:
        _box(drawing, known[id], places[id], (anchors or {}).get(id, id))
    left_out = len(dict.fromkeys(given)) - len(edges)
    return drawing.picture("What is derived from what", _alt(list(known.values()), edges), _caption(left_out))


def without_circles(ids: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """The edges, but for those by which claims would rest on themselves."""
    kept = list(dict.fromkeys(edges))
    while True:
        used: dict[str, list[str]] = {id: [] for id in ids}
        for source, target in kept:
            used[target].append(source)
        try:
            TopologicalSorter(used).prepare()
        except CycleError as circle:
            on_it = set(pairwise(circle.args[1]))
            kept.remove(next(edge for edge in reversed(kept) if edge in on_it))
        else:
            return kept


@dataclass(frozen=True)
class _Frame:
    """Where columns, rows and the block below are."""

    width: float
    height: float
    gap: float
    below: float
    columns: int

    @classmethod
    def of(cls, layout: Layout) -> _Frame:
        columns = max(layout.columns, 1)
        gap = min(max((FULL - 2 * MARGIN - columns * BOX) / max(columns - 1, 1), LEAST), MOST)
        width = max(columns * (BOX + gap) - gap + 2 * MARGIN, FULL)
        beside = int((width - 2 * MARGIN + LEAST / 2) / (BOX + LEAST / 2))
        below = TOP + layout.rows * PITCH + (26 if layout.alone else 0)
        return cls(width, below + ceil(len(layout.alone) / beside) * PITCH + MARGIN, gap, below, beside)

    def at(self, column: float, row: float) -> Place:
        """The middle of a box of the layers."""
        return MARGIN + BOX / 2 + column * (BOX + self.gap), TOP + row * PITCH

    def apart(self, i: int) -> Place:
        """The middle of a box of the block below."""
        row, column = divmod(i, self.columns)
        step = (self.width - 2 * MARGIN - BOX) / max(self.columns - 1, 1)
        return MARGIN + BOX / 2 + column * step, self.below + (row + 0.5) * PITCH


def _box(drawing: Drawing, verdict: Verdict, place: Place, anchor: str) -> None:
    """A claim as a link: its id, its verdict as colour, as frame and as sign."""
    x, y = place
    claim, status = verdict.claim, verdict.status
    said = f"{claim.id}: {status}{'' if verdict.as_expected else ', not as expected'}"
    link = drawing.add("a", None, href=f"#{quote(plain(anchor), safe='-._~:')}", aria_label=said)
    drawing.add("title", link, f"{said}. {claim.title}")
    colour = COLOURS[status]
    left, top = x - BOX / 2, y - DEEP / 2
    drawing.rectangle(left, top, BOX, DEEP, link, rx=5, fill=PAPER)
    dashes = {"stroke_dasharray": DASHES[status]} if status in DASHES else {}
    drawing.add(
        "rect",
        link,
        x=left,
        y=top,
        width=BOX,
        height=DEEP,
        rx=5,
        fill=colour,
        fill_opacity=0.13,
        stroke=colour,
        stroke_width=1.2 if verdict.as_expected else 3,
        class_=str(status),
        **dashes,
    )
    _sign(drawing, link, status, left + SIGN / 2 + 2, y)
    if not verdict.as_expected:
        drawing.text(left + BOX - 10, top + 12, "!", into=link, font_weight="bold", fill=colour)
    lines = wrapped(claim.id)
    size = SIZE if len(lines) < LINES else 0.88 * SIZE
    step = 1.2 * SIZE if len(lines) < LINES else 0.92 * SIZE
    words = drawing.group(link, font_size=size)
    for i, line in enumerate(lines):
        drawing.text(left + SIGN + 4, y + 3.5 + step * (i - (len(lines) - 1) / 2), line, into=words)


def wrapped(id: str) -> list[str]:
    """An id in at most three lines, broken behind a point or an underscore; what is too long is cut."""
    lines = [""]
    for piece in re.findall(r"[^._]+[._]*|[._]+", id) or [id]:
        if len(lines[-1]) + len(piece) > LETTERS and lines[-1]:
            lines.append("")
        lines[-1] += piece
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], "".join(lines[LINES - 1 :])]
    return [line if len(line) <= LETTERS else line[: LETTERS - 1] + "…" for line in lines]


def _sign(drawing: Drawing, into: Element, status: Status, x: float, y: float) -> None:
    sign = drawing.group(into, transform=f"translate({number(x)} {number(y)})")
    style = {"fill": "none", "stroke": COLOURS[status], "stroke_linecap": "round"}
    drawing.add("path", sign, d=SIGNS[status], stroke_width=1.8, **style)


def _arrow(drawing: Drawing, lines: Element, heads: Element, edge: Edge, stops: list[Place]) -> None:
    """A smooth line from the right side of the first box to the left side of the last one."""
    (x0, y0), *between, (x1, y1) = stops
    points = [(x0 + BOX / 2, y0)]
    for x, y in between:  # straight through the column, between its boxes
        points += [(x - BOX / 2, y), (x + BOX / 2, y)]
    points.append((x1 - BOX / 2 - 5, y1))
    path = f"M{number(points[0][0])} {number(points[0][1])}"
    for (a, b), (c, d) in pairwise(points):
        middle = number((a + c) / 2)
        path += f"C{middle} {number(b)} {middle} {number(d)} {number(c)} {number(d)}"
    drawing.path(path, lines, data_from=edge[0], data_to=edge[1])
    drawing.path(f"M{number(x1 - BOX / 2)} {number(y1)}l-7-3.2v6.4z", heads)


def _legend(drawing: Drawing, verdicts: list[Verdict], arrows: bool) -> None:
    """What the signs mean, with how many claims have each."""
    x, y = MARGIN, 14.0
    for status in Status:
        count = sum(v.status is status for v in verdicts)
        if not count:
            continue
        dashes = {"stroke_dasharray": DASHES[status]} if status in DASHES else {}
        colour = COLOURS[status]
        drawing.add(
            "rect",
            None,
            x=x,
            y=y - 11,
            width=20,
            height=15,
            rx=3,
            fill=colour,
            fill_opacity=0.13,
            stroke=colour,
            **dashes,
        )
        _sign(drawing, drawing.root, status, x + 10, y - 3.5)
        words = f"{count} {status}"
        drawing.text(x + 25, y, words)
        x += 25 + 6.4 * len(words) + 16
    if wrong := sum(not v.as_expected for v in verdicts):
        words = f"! {wrong} not as expected, thick frame"
        drawing.text(x, y, words, font_weight="bold")
        x += 6.8 * len(words) + 16
    if arrows:
        drawing.line((x, y - 4), (x + 24, y - 4), stroke=INK, stroke_opacity=0.55)
        drawing.path(f"M{number(x + 30)} {number(y - 4)}l-7-3.2v6.4z", fill=INK, fill_opacity=0.7)
        drawing.text(x + 36, y, "from what is used to what uses it")


def _alt(verdicts: list[Verdict], edges: list[Edge]) -> str:
    counts = [f"{n} {status}" for status in Status if (n := sum(v.status is status for v in verdicts))]
    wrong = sum(not v.as_expected for v in verdicts)
    return (
        f"{len(verdicts)} claims with {len(edges)} arrows from what is used to what uses it: {', '.join(counts)}; "
        f"{wrong} not as expected. Each claim is a link to its section."
    )


def _caption(left_out: int) -> str:
    words = "An arrow leads from a claim to one that is derived from it. Signs, frames and colours show the verdicts."
    return f"{words} Arrows left out, as they run in a circle: {left_out}." if left_out else words

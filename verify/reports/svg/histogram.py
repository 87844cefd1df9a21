"""Histogram of the quotient of the sides over the cases of a verdict, with the line that must not be passed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from theory.claims import Claim
from verify.reports.sides import turned, upper_side
from verify.reports.svg.axes import SMALL, Scale, Tick, bottom_axis, left_axis
from verify.reports.svg.binning import TOUCH, Bins, difference_bins, ratio_bins
from verify.reports.svg.drawing import INK, OPEN, REFUTED, A, Drawing, width_of
from verify.reports.svg.picture import Picture
from verify.verdicts import Status, Verdict

WIDTH, HEIGHT = 380.0, 196.0
LEFT, RIGHT, TOP, BOTTOM = 30.0, 372.0, 42.0, 156.0
APART = 28.0  # width of a bin for what is off the axis, with the space beside it


def histogram(verdict: Verdict) -> Picture | None:
    """How close the two sides came, over all cases that count for the verdict's tightness.

    Of a bound, left/right (of one from below, right/left) with the line at 1; of an equality, the relative difference.
    None where the verdict has fewer than two numbers.
    """
    values = [r for r in verdict.ratios if math.isfinite(r)]
    if len(values) < 2:
        return None
    equality = verdict.claim.is_equality
    # of an equality, cases that could not have shown a difference do not count
    without = 0 if equality else max(0, verdict.examples - len(values))
    bins = replace(difference_bins(values) if equality else ratio_bins(values), without=without)
    frame = _Frame.of(bins)
    drawing = Drawing(f"histogram {verdict.claim.id}", WIDTH, HEIGHT)
    beyond = _beyond(verdict)
    top = max((bar.count for bar in frame.bars()), default=1)
    heights = Scale(0.0, 1.04 * top, BOTTOM, TOP)
    counts = sorted({0, *(int(t) for t, _ in heights.ticks(3) if t == int(t) and t <= top)})
    left_axis(drawing, heights, LEFT, RIGHT, [(float(n), str(n)) for n in counts])
    _bars(drawing, frame, heights, None if equality else beyond)
    bottom_axis(drawing, frame.scale, BOTTOM, _axis_words(verdict.claim), frame.ticks())
    names = drawing.group(font_size=SMALL, text_anchor="middle")
    for bar in frame.bars():
        if bar.name:
            drawing.text(bar.middle, BOTTOM + 14, bar.name, into=names)
    drawing.text(0, TOP - 9, "cases", font_size=SMALL)
    if not equality:
        at = frame.place(1.0)
        drawing.line((at, TOP - 6), (at, BOTTOM), stroke_width=1.4, class_="limit")
        side = "start" if at < LEFT + 34 else ("end" if at > RIGHT - 30 else "middle")
        drawing.text(at, TOP - 9, "left = right", side, font_size=SMALL)
    worst, median = _worst(verdict, values, without), float(np.median(values))
    _marks(drawing, frame, verdict, worst, median)
    alt = _words(verdict, values, bins, worst, median)
    kind = "the relative difference of the two sides" if equality else _axis_words(verdict.claim)
    caption = f"{kind[0].upper()}{kind[1:]} over {bins.total} cases.{_left_out(verdict, bins)}"
    return drawing.picture(f"Histogram of {kind}, {verdict.claim.id}", alt, caption)


@dataclass(frozen=True)
class _Bar:
    """A bin and where it stands: (low, high) in the numbers of the claim, places left and right."""

    low: float
    high: float
    left: float
    right: float
    count: int
    name: str = ""

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class _Frame:
    """Bins on an axis; beside it, bins for what is off the axis."""

    bins: Bins
    scale: Scale  # over the bins' edges, which may be exponents of 10

    @classmethod
    def of(cls, bins: Bins) -> _Frame:
        left = LEFT + APART * ((bins.nothing > 0) + (bins.below > 0))
        right = RIGHT - APART * ((bins.above > 0) + (bins.without > 0))
        return cls(bins, Scale(float(bins.edges[0]), float(bins.edges[-1]), left, right))

    def value(self, edge: float) -> float:
        return 10.0**edge if self.bins.log else edge

    def place(self, x: float) -> float:
        """Where a number stands; one that is off the axis, in the middle of its bin."""
        if x == math.inf:
            return RIGHT - APART / 2 + 3
        if not self.bins.log:
            return self.scale(x)
        if x <= 0:
            return LEFT + APART / 2 - 3
        at = math.log10(x)
        if at < self.scale.low:
            return self.scale.start - APART / 2 - 3
        return self.scale(at) if at <= self.scale.high else self.scale.end + APART / 2 + 3

    def bars(self) -> Iterator[_Bar]:
        bins, half = self.bins, APART / 2 - 5
        if bins.nothing:
            name = "0" if bins.least == 0 else "≤ 0"
            at = LEFT + APART / 2 - 3
            yield _Bar(bins.least, 0.0, at - half, at + half, bins.nothing, name)
        if bins.below:
            at = self.scale.start - APART / 2 - 3
            yield _Bar(0.0, self.value(bins.edges[0]), at - half, at + half, bins.below, "less")
        for low, high, count in zip(
            bins.edges[:-1].tolist(), bins.edges[1:].tolist(), bins.counts.tolist(), strict=True
        ):
            if count:
                yield _Bar(self.value(low), self.value(high), self.scale(low), self.scale(high), count)
        if bins.above:
            at = self.scale.end + APART / 2 + 3
            yield _Bar(self.value(bins.edges[-1]), math.inf, at - half, at + half, bins.above, "more")
        if bins.without:
            at = RIGHT - APART / 2 + 3
            yield _Bar(math.inf, math.inf, at - half, at + half, bins.without, "none")

    def ticks(self) -> list[Tick]:
        """Of the axis, but none beside the name of a bin that is off it."""
        if not self.bins.log:
            found = self.scale.ticks(6)
        else:
            decades = Scale(10.0**self.scale.low, 10.0**self.scale.high, self.scale.start, self.scale.end, log=True)
            found = [(math.log10(at), words) for at, words in decades.ticks(7)]
        first = self.scale.start + (16 if self.scale.start > LEFT else 0)
        last = self.scale.end - (16 if self.scale.end < RIGHT else 0)
        return [(at, words) for at, words in found if first - 1e-6 <= self.scale(at) <= last + 1e-6]


def _worst(verdict: Verdict, values: list[float], without: int) -> float:
    """The largest of the numbers; infinite where a violation has a right side that is not positive."""
    return math.inf if without and _no_ratio(verdict) else max(values)


def _no_ratio(verdict: Verdict) -> bool:
    """Whether the largest violation is one of a right side that is not positive."""
    shown = verdict.largest_violation
    return shown is not None and not verdict.claim.is_equality and shown.ratio == math.inf


def _beyond(verdict: Verdict) -> str:
    """The colour of what lies beyond 1: violations, or what does not count as one."""
    return REFUTED if verdict.status is Status.REFUTED else OPEN


def _bars(drawing: Drawing, frame: _Frame, heights: Scale, beyond: str | None) -> None:
    """The bars, each with its count and range as numbers and as words; hatched beyond 1 if ``beyond`` is a colour."""
    within = drawing.group(fill=A, class_="bars")
    past = drawing.group(fill=drawing.hatch(beyond), stroke=beyond, class_="bars beyond") if beyond else within
    for bar in frame.bars():
        off = bar.low >= 1 - TOUCH
        gap = 0.0 if bar.name else min(1.0, 0.12 * (bar.right - bar.left))
        top = heights(bar.count)
        one = drawing.rectangle(
            bar.left + gap / 2,
            top,
            bar.right - bar.left - gap,
            BOTTOM - top,
            past if off else within,
            data_count=str(bar.count),
            data_from=f"{bar.low:.6g}",
            data_to=f"{bar.high:.6g}",
        )
        where = f"from {bar.low:.3g} to {bar.high:.3g}" if bar.low < math.inf else "without a finite ratio"
        drawing.add("title", one, f"{bar.count} {where}")


def _marks(drawing: Drawing, frame: _Frame, verdict: Verdict, worst: float, median: float) -> None:
    """A dashed line at the median, a triangle at the worst case, and above them what they are."""
    colour = REFUTED if verdict.status is Status.REFUTED else INK
    at = frame.place(median)
    drawing.line((at, TOP), (at, BOTTOM), stroke_dasharray="3 3", stroke_width=1.2, class_="median")
    at = frame.place(worst)
    drawing.path(f"M{at:.2f} {TOP + 1:.2f}l-5 -8h10z", fill=colour, class_="worst")
    x = LEFT
    drawing.path(f"M{x + 5:.2f} 13l-5 -8h10z", fill=colour)
    words = f"worst {_near_one(worst, verdict.claim)}"
    drawing.text(x + 14, 13, words)
    x += 14 + width_of(words) + 18
    drawing.line((x, 9), (x + 16, 9), stroke_dasharray="3 3", stroke_width=1.2)
    drawing.text(x + 21, 13, f"median {_near_one(median, verdict.claim)}")


def _near_one(x: float, claim: Claim) -> str:
    """Four digits, and the distance from 1 where they would hide it."""
    if x == math.inf:
        return f"{upper_side(claim)} side not positive"
    shown = f"{x:.4g}"
    return f"1 {'-' if x < 1 else '+'} {abs(x - 1):.2g}" if shown == "1" and x != 1 else shown


def _axis_words(claim: Claim) -> str:
    if claim.is_equality:
        return "relative difference |left - right|"
    return "right side / left side" if turned(claim) else "left side / right side"


def _words(verdict: Verdict, values: list[float], bins: Bins, worst: float, median: float) -> str:
    """What the picture shows, with its numbers."""
    if verdict.claim.is_equality:
        return (
            f"Relative difference of the two sides in {len(values)} cases: largest {worst:.4g}, median {median:.4g}, "
            f"{bins.nothing} exactly 0."
        )
    past = sum(x > 1 + TOUCH for x in values)
    if verdict.status is Status.REFUTED:
        said = f"{past} of them beyond 1"
    elif not past:
        said = "none beyond 1"
    elif verdict.status is Status.INCONCLUSIVE:  # whose enclosures need not overlap
        said = f"{past} beyond 1, not decided"
    else:
        said = f"{past} beyond 1 by less than their errors"
    without = f" In {bins.without} more the ratio is not finite." if bins.without else ""
    claim, axis = verdict.claim, _axis_words(verdict.claim)
    shown = f"worst {_near_one(worst, claim)}, median {_near_one(median, claim)}, {said}"
    return f"{axis[0].upper()}{axis[1:]} in {len(values)} cases: {shown}.{without}"


def _left_out(verdict: Verdict, bins: Bins) -> str:
    """What is off the axis, or not on the picture at all."""
    said, side = [], upper_side(verdict.claim)
    low, high = (10.0 ** float(bins.edges[i]) for i in (0, -1)) if bins.log else (0.0, 0.0)
    if bins.below:
        said.append(f"{bins.below} below {low:.3g} (less)")
    if bins.above:
        said.append(f"{bins.above} above {high:.3g} (more)")
    off = f" Off the axis: {', '.join(said)}." if said else ""
    if bins.without:
        off += f" {bins.without} (none): the {side} side is not positive, or a side is not finite."
    elif _no_ratio(verdict):
        off += f" The largest violation, found apart from these, has a {side} side that is not positive, and no ratio."
    missing = verdict.examples - bins.total
    if missing <= 0:
        return off
    why = "their errors are too large to show a difference, or a side is not finite"
    return f"{off} Not shown: {missing} of {verdict.examples} cases, as {why}."

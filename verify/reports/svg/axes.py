"""From numbers to places: scales, their ticks, and axes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from matplotlib.ticker import LogLocator, MaxNLocator

from verify.reports.svg.drawing import INK, LINE, Drawing

SMALL = 10.0  # font of ticks
TICK = 4.0
Tick = tuple[float, str]


@dataclass(frozen=True)
class Scale:
    """A map of [low, high] onto the places from start to end, affine in x or in its logarithm.

    Raises:
        ValueError: the range is empty, or a logarithmic one is not positive.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0) or not math.isfinite(self.high - self.low):
            raise ValueError(f"no {'logarithmic ' if self.log else ''}axis can run from {self.low!r} to {self.high!r}")

    def __call__(self, x: float) -> float:
        low, high, at = self.low, self.high, float(x)
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self, most: int = 6) -> list[Tick]:
        """At most about so many ticks inside the range, with what is written at them."""
        if not self.log or self.high / self.low < 4:
            found = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(self.low, self.high)
            return [(float(x), short(x)) for x in found if self.inside(x)]
        decades = math.log10(self.high / self.low)
        if decades < 2:
            found = LogLocator(subs=(1.0, 2.0, 5.0), numticks=50).tick_values(self.low, self.high)
            return [(float(x), short(x)) for x in found if self.inside(x)]
        first, last = math.ceil(round(math.log10(self.low), 9)), math.floor(round(math.log10(self.high), 9))
        stride = next(s for k in range(4) for s in (10**k, 2 * 10**k, 5 * 10**k) if (last - first) // s < most)
        powers = [k for k in range(first, last + 1) if k % stride == 0]
        near = all(abs(k) <= 3 for k in powers)
        return [(10.0**k, f"{10.0**k:.6g}" if near else power(k)) for k in powers]

    def inside(self, x: float) -> bool:
        slack = 1e-9 * (self.high - self.low)
        return self.low - slack <= x <= self.high + slack


def short(x: float) -> str:
    """A tick in few letters: ``0.25``, ``7.5e-4``."""
    if len(f"{x:.6g}") <= 6:
        return re.sub("e([-+])0*", lambda sign: "e-" if sign[1] == "-" else "e", f"{x:.6g}")
    mantissa, exponent = f"{x:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def power(k: int) -> str:
    """``1e-3``, as numbers are written elsewhere on the page; 1 for k = 0."""
    return "1" if k == 0 else f"1e{k}"


def bottom_axis(
    drawing: Drawing,
    scale: Scale,
    y: float,
    label: str = "",
    ticks: list[Tick] | None = None,
    into: Element | None = None,
) -> None:
    """A horizontal axis at ``y``, its ticks below it, and its label in the middle below these."""
    axis = drawing.group(into, stroke=LINE)
    drawing.line((scale.start, y), (scale.end, y), axis, stroke=INK)
    words = drawing.group(into, font_size=SMALL, text_anchor="middle")
    for at, text in scale.ticks() if ticks is None else ticks:
        drawing.line((scale(at), y), (scale(at), y + TICK), axis, stroke=INK)
        drawing.text(scale(at), y + TICK + SMALL, text, into=words)
    if label:
        drawing.text((scale.start + scale.end) / 2, y + TICK + 2.4 * SMALL, label, "middle", into)


def left_axis(
    drawing: Drawing, scale: Scale, x: float, right: float, ticks: list[Tick] | None = None, into: Element | None = None
) -> None:
    """Ticks left of ``x``, and faint lines from there to ``right``."""
    lines = drawing.group(into, stroke=LINE, stroke_width=0.6)
    words = drawing.group(into, font_size=SMALL, text_anchor="end")
    for at, text in scale.ticks(4) if ticks is None else ticks:
        drawing.line((x, scale(at)), (right, scale(at)), lines, stroke=LINE)
        drawing.text(x - 5, scale(at) + 0.35 * SMALL, text, into=words)

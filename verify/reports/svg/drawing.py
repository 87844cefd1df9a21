"""An ``<svg>`` element under construction: colours of the page, unique ids, escaped text, a name and a description."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from verify.reports.svg.picture import Picture

# custom properties of the page, which has them for light, dark and print; each with what holds without a page
INK, LINE, PAPER = "var(--ink,#222)", "var(--line,#bbb)", "var(--paper,#fff)"
REFUTED, HOLDS, OPEN = "var(--refuted,#b2410b)", "var(--holds,#1b7837)", "var(--open,#8a6d00)"
A, B, C = "var(--a,#2166ac)", "var(--b,#d6604d)", "var(--c,#7b3294)"

FONT = 11.0  # of a picture 380 units wide, which a phone shows at nine tenths of its size
LETTER = 0.58  # width of an average letter in units of the font's size, on the large side
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Point = tuple[float, float]


class Drawing:
    """One picture; coordinates are those of its view box, y grows downwards.

    Args:
        key: what the picture is of. Ids in it begin with a hash of this, so that pictures with different keys can stand
            in one page.
        width, height: of the view box.
        across: width in pixels on a page that has the room; on a narrower one it shrinks.
        links: the picture has links, so that a screen reader must be able to enter it.
        narrowest: pixels below which it does not shrink on a screen; what it stands in has to scroll.
    """

    def __init__(
        self, key: str, width: float, height: float, *, across: int = 500, links: bool = False, narrowest: int = 0
    ) -> None:
        self.prefix = f"p{hashlib.sha256(key.encode('utf-8', 'backslashreplace')).hexdigest()[:10]}-"
        self.width, self.height = width, height  # the height may still be changed
        self.root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": "",
                "width": str(across),
                "style": "max-width:100%;height:auto",
                "role": "group" if links else "img",
                "aria-labelledby": f"{self.prefix}title {self.prefix}desc",
                "font-size": number(FONT),
                "fill": INK,
            },
        )
        self._title = self.add("title", id=f"{self.prefix}title")
        self._description = self.add("desc", id=f"{self.prefix}desc")
        if narrowest:
            self.root.set("id", f"{self.prefix}svg")
            self.add("style", None, f"@media screen{{#{self.prefix}svg{{min-width:{narrowest}px}}}}")

    def add(self, tag: str, into: Element | None = None, words: str = "", /, **attributes: str | float) -> Element:
        """An element inside ``into`` (the picture itself); ``stroke_width=2`` writes ``stroke-width="2"``."""
        written = {
            name.rstrip("_").replace("_", "-"): value if isinstance(value, str) else number(value)
            for name, value in attributes.items()
        }
        written = {name: plain(value) for name, value in written.items()}
        element = SubElement(self.root if into is None else into, tag, written)
        if words:
            element.text = plain(words)
        return element

    def group(self, into: Element | None = None, **attributes: str | float) -> Element:
        return self.add("g", into, **attributes)

    def text(
        self, x: float, y: float, words: str, anchor: str = "start", into: Element | None = None, **more: str | float
    ) -> Element:
        """Words on a baseline at y; ``anchor`` start, middle or end."""
        extra = {} if anchor == "start" else {"text_anchor": anchor}
        return self.add("text", into, words, x=x, y=y, **extra, **more)

    def line(self, start: Point, end: Point, into: Element | None = None, **more: str | float) -> Element:
        (x1, y1), (x2, y2) = start, end
        return self.add("line", into, x1=x1, y1=y1, x2=x2, y2=y2, **({"stroke": INK} | more))

    def rectangle(
        self, x: float, y: float, width: float, height: float, into: Element | None = None, **more: str | float
    ) -> Element:
        return self.add("rect", into, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), **more)

    def path(self, d: str, into: Element | None = None, **more: str | float) -> Element:
        return self.add("path", into, d=d, **more)

    def hatch(self, colour: str, name: str = "hatch") -> str:
        """A fill of oblique lines; a sign besides the colour."""
        fill = self.add("pattern", id=f"{self.prefix}{name}", width=5, height=5, patternUnits="userSpaceOnUse")
        self.rectangle(0, 0, 5, 5, fill, fill=colour, fill_opacity=0.3)
        self.path("M-1 1L1-1M0 5L5 0M4 6L6 4", fill, stroke=colour, stroke_width=1.2)
        return f"url(#{self.prefix}{name})"

    def clip(self, x: float, y: float, width: float, height: float, name: str = "clip") -> str:
        """For ``clip_path``: what shows only this rectangle."""
        self.rectangle(x, y, width, height, self.add("clipPath", id=f"{self.prefix}{name}"))
        return f"url(#{self.prefix}{name})"

    def picture(self, title: str, alt: str, caption: str) -> Picture:
        """The finished picture."""
        self._title.text, self._description.text = plain(title), plain(alt)
        self.root.set("viewBox", f"0 0 {number(self.width)} {number(self.height)}")
        return Picture(tostring(self.root, encoding="unicode"), plain(alt), plain(caption))


def number(x: float) -> str:
    """A coordinate: two decimals at most, and none that say nothing."""
    return f"{x:.2f}".rstrip("0").rstrip(".").replace("-0", "-0" if abs(x) >= 0.005 else "0")


def plain(text: str) -> str:
    """Text without the characters that XML does not allow."""
    return _NOT_XML.sub("�", text)


def polyline(points: Iterable[Point], close: bool = False) -> str:
    """The ``d`` of a path through these points."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if close else "")


def width_of(words: str, size: float = FONT) -> float:
    """About how wide these words are."""
    return LETTER * size * len(words)


def shortened(words: str, room: float, size: float = FONT) -> str:
    """The words, cut to fit."""
    most = max(2, int(room / (LETTER * size)))
    return words if len(words) <= most else words[: most - 1] + "…"

"""What every picture of the page is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A picture for the page.

    Attributes:
        svg: one ``<svg>`` element, to be written into HTML as it is.
        alt: one or two sentences with the numbers that it shows, for those who cannot see it.
        caption: plain text.
    """

    svg: str
    alt: str
    caption: str

"""Pictures of the page, as elements that HTML can hold."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from verify.reports.svg import Picture, counterexample, histogram
from verify.verdicts import Verdict

_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'  # which HTML knows


@dataclass(frozen=True)
class Shown:
    """A picture with what is written below it."""

    svg: Markup
    caption: str


def shown(picture: Picture) -> Shown:
    """A picture for the page; its SVG has its own title and description."""
    return Shown(Markup(picture.svg.replace(_NAMESPACE, "", 1)), picture.caption)


def pictures_of(verdict: Verdict) -> list[Shown]:
    """How close the sides came over all cases, and the case that the verdict shows; what there is of them."""
    return [shown(one) for one in (histogram(verdict), counterexample(verdict)) if one is not None]

"""What the tests of the page's pictures share: verdicts on given cases, and pictures read back as XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import numpy as np

from numerics.targets import Gaussian, Target
from theory.claims import Claim, catalogue
from verify.cases import Case
from verify.evaluate import Evaluator, Outcome
from verify.reports.svg import Picture
from verify.verdicts import Status, Tightness, Verdict

SVG = "{http://www.w3.org/2000/svg}"
POINT = Gaussian(d=1, var=0.0)


def verdict(claim: Claim | str, status: Status, ratios: Sequence[float] = (), **more: Any) -> Verdict:
    """A verdict with these numbers; ``examples`` is their count unless given."""
    chosen = catalogue()[claim] if isinstance(claim, str) else claim
    given: dict[str, Any] = {"examples": len(ratios), "tightness": Tightness(None, None), "seed": 0, "seconds": 0.0}
    return Verdict(chosen, status, "as the test says", **(given | more), ratios=tuple(ratios))


def outcome(id: str, target: Target = POINT, **case: Any) -> Outcome:
    """What a claim of the catalogue comes to in a case."""
    return Evaluator(catalogue()[id])(Case(target, **case))


def root(picture: Picture | None) -> Element:
    assert picture is not None
    return fromstring(picture.svg)


def of_class(inside: Element, name: str, tag: str = "*") -> list[Element]:
    return [e for e in inside.iter() if name in e.get("class", "").split() and (tag == "*" or e.tag == SVG + tag)]


def texts(inside: Element) -> list[str]:
    return [e.text or "" for e in inside.iter(f"{SVG}text")]


def points(path: str) -> list[np.ndarray]:
    """The corners of each part of a path of straight lines, (n, 2)."""
    parts = [part for part in re.split("M", path) if part]
    return [np.array([[float(x) for x in pair.split()] for pair in part.rstrip("Z").split("L")]) for part in parts]


def area(corners: np.ndarray) -> float:
    """Of a polygon, by the shoelace formula."""
    x, y = corners.T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def number(element: Element, name: str) -> float:
    return float(element.attrib[name])


def left_ticks(inside: Element) -> np.ndarray:
    """(number, y) of each tick of a left axis."""
    groups = [g for g in inside.iter(f"{SVG}g") if g.get("text-anchor") == "end" and g.get("font-size")]
    found = [(float(t.text or ""), number(t, "y") - 3.5) for t in groups[0]]
    return np.array(found)


def bottom_ticks(inside: Element, group: int = 0) -> list[tuple[float, float]]:
    """(number, x) of each tick of a bottom axis."""
    groups = [g for g in inside.iter(f"{SVG}g") if g.get("text-anchor") == "middle" and g.get("font-size")]
    found = [(float(t.text or ""), number(t, "x")) for t in groups[group].iter(f"{SVG}text")]
    assert len(found) >= 2
    return found


def line_through(ticks: Sequence[tuple[float, float]] | np.ndarray, log: bool = False) -> Any:
    """The map from numbers to places that the ticks show; they must lie on one line."""
    values, places = np.array(ticks).T
    slope, offset = np.polyfit(np.log(values) if log else values, places, 1)

    def at(x: float) -> float:
        return float(slope * (np.log(x) if log else x) + offset)

    np.testing.assert_allclose([at(x) for x in values], places, atol=0.3)
    at.slope = slope  # type: ignore[attr-defined]
    return at

"""All pictures in one page: valid XML, unique ids, references that lead somewhere, colours of the page, same bytes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from urllib.parse import unquote
from xml.etree.ElementTree import Element, fromstring

import pytest
from svg_pictures import SVG, outcome, verdict

from numerics.score_errors import LinearError
from numerics.targets import Gaussian
from theory import grids
from theory.claims import catalogue
from verify.records import Described
from verify.reports.svg import Picture, counterexample, dependencies, histogram, regime_map, staircases
from verify.reports.svg.axes import Scale
from verify.reports.svg.drawing import plain
from verify.schedules import grid_budget
from verify.verdicts import Status, Verdict

HOSTILE = "x\"></svg><script>alert(1)</script>&amp;'\x00\x08\ud800 ]]> é"
CLAIMS = ("wht24.remark3.printed", "wht24.lemma9.printed", "a.b", "a-b", HOSTILE)
PLACES = {"d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height", "transform"}
COLOUR = re.compile(r"none|url\(#[\w-]+\)|var\(--(ink|line|paper|refuted|holds|open|a|b|c),#[0-9a-f]{3,6}\)")


def verdicts() -> list[Verdict]:
    base = outcome("wht24.remark3.printed", v=(4.0, 2.0, 1.0), free=(("rho", 7.0),))
    other = outcome("wht24.lemma9.printed", v=(2.0, 1.0), error=LinearError(a=0.0, b=1.0))
    hostile = replace(base, case=replace(base.case, target=Described(HOSTILE, 1)))
    made = []
    for id, shown in zip(CLAIMS, (base, other, base, other, hostile), strict=True):
        claim = replace(catalogue()["wht24.remark3.printed"], id=id, title=id)
        made.append(verdict(claim, Status.REFUTED, [0.2, 1.4, 1.0], counterexample=shown, largest_violation=shown))
    return made


@cache
def pictures() -> dict[str, Picture]:
    """One of each kind, of several claims."""
    chosen = verdicts()
    budgets = [grid_budget(grids.karras(n, 0.1, 10.0), Gaussian(d=1, var=1.0)) for n in (4, 6)]
    found: dict[str, Picture | None] = {
        "staircases": staircases(budgets),
        "other staircases": staircases(budgets[:1]),
        "regimes": regime_map(),
        "graph": dependencies(chosen),
    }
    for v in chosen:
        found |= {f"histogram {v.claim.id}": histogram(v), f"case {v.claim.id}": counterexample(v)}
    assert None not in found.values()
    return {name: one for name, one in found.items() if one is not None}


def page() -> Element:
    return fromstring(f"<page>{''.join(one.svg for one in pictures().values())}</page>")


def test_ids_are_unique_and_references_lead_to_them() -> None:
    ids = Counter(e.attrib["id"] for e in page().iter() if "id" in e.attrib)
    assert set(ids.values()) == {1}
    text = " ".join(value for e in page().iter() for value in e.attrib.values())
    used = set(re.findall(r"url\(#([^)]*)\)", text))
    assert used
    assert used <= ids.keys()
    for e in page().iter():
        assert all(name in ids for name in e.get("aria-labelledby", "").split())
        if "href" in e.attrib:
            assert unquote(e.attrib["href"][1:]) in map(plain, CLAIMS)


def test_each_has_a_name_a_description_and_a_role() -> None:
    for one in pictures().values():
        svg = fromstring(one.svg)
        title, description = (svg.find(SVG + tag) for tag in ("title", "desc"))
        assert title is not None
        assert title.text
        assert description is not None
        assert description.text == one.alt
        assert svg.attrib["aria-labelledby"].split() == [title.attrib["id"], description.attrib["id"]]
        assert svg.attrib["role"] == ("group" if list(svg.iter(f"{SVG}a")) else "img")
        assert svg.attrib["viewBox"]


def test_colours_are_those_of_the_page() -> None:
    for e in page().iter():
        for name in ("fill", "stroke"):
            if name in e.attrib:
                assert COLOUR.fullmatch(e.attrib[name]), e.attrib


def test_a_hostile_label_stays_text() -> None:
    for one in pictures().values():
        svg = fromstring(one.svg)
        tags = {e.tag.removeprefix(SVG) for e in svg.iter()}
        allowed = {"svg", "title", "desc", "style", "g", "path", "rect", "line", "circle", "text", "a", "pattern"}
        assert tags <= allowed | {"clipPath"}
        assert not any(name.startswith("on") for e in svg.iter() for name in e.attrib)
        assert one.svg.count("<svg") == 1
        assert "</svg><" not in one.svg
        one.svg.encode(), one.alt.encode(), one.caption.encode()
    assert HOSTILE[:20] in pictures()[f"case {HOSTILE}"].caption


def test_nothing_is_fetched() -> None:
    for one in pictures().values():
        assert "http" not in one.svg.replace('xmlns="http://www.w3.org/2000/svg"', "", 1)
        assert "@import" not in one.svg


@pytest.mark.parametrize("draw", [histogram, counterexample])
def test_the_same_verdict_gives_the_same_bytes(draw: Callable[[Verdict], Picture | None]) -> None:
    assert [draw(v) for v in verdicts()] == [draw(v) for v in verdicts()]
    assert regime_map() == pictures()["regimes"]
    assert dependencies(verdicts()) == pictures()["graph"]


def test_numbers_are_finite_and_inside_the_view_box() -> None:
    for one in pictures().values():
        svg = fromstring(one.svg)
        _, _, width, height = map(float, svg.attrib["viewBox"].split())
        for e in svg.iter():
            assert not any("nan" in value or "inf" in value for name, value in e.attrib.items() if name in PLACES)
        for e in svg.iter(f"{SVG}text"):
            if "transform" in e.attrib:
                continue
            assert -1 <= float(e.attrib["x"]) <= width + 1
            assert float(e.attrib["y"]) <= height + 1


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (float("nan"), 1.0), (0.0, float("inf"))])
def test_a_scale_needs_a_range(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no axis can run"):
        Scale(*ends, 0.0, 1.0)
    with pytest.raises(ValueError, match="no logarithmic axis"):
        Scale(0.0, 1.0, 0.0, 1.0, log=True)

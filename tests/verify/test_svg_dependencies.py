"""The graph of a run's claims: its links, arrows, signs and places."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import pytest
from svg_pictures import SVG, number, root, verdict

from theory.claims import Claim, catalogue
from theory.claims.claim import Expected
from verify.reports.svg import dependencies
from verify.reports.svg.dependencies import COLOURS, wrapped
from verify.suites import SUITES
from verify.verdicts import Status, Verdict

MODEL = catalogue()["wht24.thm2.corrected"]


def claim(id: str, *used: str, expected: Expected = Expected.SUPPORTED) -> Claim:
    return replace(MODEL, id=id, derived_from=used, expected=expected)


def run(name: str) -> list[Verdict]:
    """A verdict on each claim of a suite, of every status."""
    kinds = list(Status)
    return [verdict(c, kinds[i % len(kinds)]) for i, c in enumerate(SUITES[name].claims())]


def links(svg: Element) -> dict[str, Element]:
    return {unquote(a.attrib["href"]).removeprefix("#"): a for a in svg.iter(f"{SVG}a")}


def arrows(svg: Element) -> set[tuple[str, str]]:
    return {(p.attrib["data-from"], p.attrib["data-to"]) for p in svg.iter(f"{SVG}path") if "data-from" in p.attrib}


def frames(svg: Element) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right, bottom of each claim's box."""
    found = {}
    for id, link in links(svg).items():
        x, y, width, height = (number(link.findall(f"{SVG}rect")[-1], name) for name in ("x", "y", "width", "height"))
        found[id] = x, y, x + width, y + height
    return found


@pytest.mark.parametrize("name", ["quick", "paper", "full"])
def test_every_claim_is_a_link_and_every_derivation_an_arrow(name: str) -> None:
    verdicts = run(name)
    svg, ids = root(dependencies(verdicts)), {v.claim.id for v in verdicts}
    assert links(svg).keys() == ids
    assert arrows(svg) == {(p, v.claim.id) for v in verdicts for p in v.claim.derived_from if p in ids}
    assert svg.attrib["role"] == "group"  # an image would hide its links from a screen reader


@pytest.mark.parametrize("name", ["quick", "paper", "full"])
def test_boxes_stand_apart_and_inside_the_picture(name: str) -> None:
    svg = root(dependencies(run(name)))
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    places = frames(svg)
    for left, top, right, bottom in places.values():
        assert left >= 0
        assert top >= 20  # below the legend
        assert right <= width
        assert bottom <= height
    for a, b in combinations(places.values(), 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]


def test_an_arrow_runs_from_box_to_box() -> None:
    svg = root(dependencies([verdict(claim(*ids), Status.SUPPORTED) for ids in (("a",), ("b", "a"), ("c", "a", "b"))]))
    places = frames(svg)
    for path in svg.iter(f"{SVG}path"):
        if "data-from" not in path.attrib:
            continue
        start = [float(x) for x in path.attrib["d"].split("C")[0][1:].split()]
        end = [float(x) for x in path.attrib["d"].split()[-2:]]
        one, other = places[path.attrib["data-from"]], places[path.attrib["data-to"]]
        assert start == pytest.approx([one[2], (one[1] + one[3]) / 2], abs=0.1)
        assert end == pytest.approx([other[0] - 5, (other[1] + other[3]) / 2], abs=0.1)
        assert one[2] < other[0]


def test_the_verdict_shows_as_colour_frame_sign_and_word() -> None:
    signs = {}
    for status in Status:
        link = links(root(dependencies([verdict(claim("a"), status)])))["a"]
        frame = link.findall(f"{SVG}rect")[-1]
        assert frame.attrib["stroke"] == COLOURS[status]
        assert frame.attrib["class"] == status
        assert str(status) in link.attrib["aria-label"]
        (sign,) = (p.attrib["d"] for p in link.iter(f"{SVG}path"))
        signs[sign] = frame.get("stroke-dasharray")
    assert len(signs) == len(Status)


def test_a_verdict_that_is_not_expected_stands_out() -> None:
    wanted, other = verdict(claim("a"), Status.SUPPORTED), verdict(claim("b"), Status.REFUTED)
    picture = dependencies([wanted, other])
    assert picture is not None
    found = links(root(picture))
    widths = {id: number(link.findall(f"{SVG}rect")[-1], "stroke-width") for id, link in found.items()}
    assert widths["b"] > widths["a"]
    assert "not as expected" in found["b"].attrib["aria-label"]
    assert "not as expected" not in found["a"].attrib["aria-label"]
    assert "1 not as expected" in picture.alt


@pytest.mark.parametrize("name", ["quick", "full"])
def test_claims_without_an_arrow_stand_below_a_line_that_says_so(name: str) -> None:
    svg = root(dependencies(run(name)))
    places, drawn = frames(svg), {id for arrow in arrows(svg) for id in arrow}
    (heading,) = (number(t, "y") for t in svg.iter(f"{SVG}text") if t.text == "without an arrow:")
    assert max(places[id][3] for id in drawn) < heading - 8
    assert min(place[1] for id, place in places.items() if id not in drawn) > heading


def test_arrows_in_a_circle_are_left_out_and_told() -> None:
    picture = dependencies(
        [verdict(claim(*ids), Status.SUPPORTED) for ids in (("a", "c"), ("b", "a"), ("c", "b", "c"))]
    )
    assert picture is not None
    assert len(arrows(root(picture))) == 2
    assert "circle: 2" in picture.caption


def test_links_lead_to_the_anchors_of_the_page() -> None:
    strange = 'a b"<&%20ü'
    svg = root(dependencies([verdict(claim(strange), Status.SUPPORTED), verdict(claim("c"), Status.SUPPORTED)]))
    assert links(svg).keys() == {strange, "c"}
    svg = root(dependencies([verdict(claim(strange), Status.SUPPORTED)], {strange: "claim--1"}))
    assert links(svg).keys() == {"claim--1"}


def test_no_verdict_makes_no_picture() -> None:
    assert dependencies([]) is None


@pytest.mark.parametrize("id", [*catalogue(), "x" * 90, "a.b.c.d.e.f" * 9, "..."])
def test_ids_fit_in_three_lines(id: str) -> None:
    lines = wrapped(id)
    assert 1 <= len(lines) <= 3
    assert max(map(len, lines)) <= 19
    if id in catalogue():
        assert "".join(lines) == id  # none of ours is cut

"""Histograms of the page: their bars, read back from the picture, are those of the verdict's numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from svg_pictures import bottom_ticks, left_ticks, line_through, number, of_class, outcome, root, texts, verdict
from sympy import Ge, Gt, Le, Lt

from numerics.enclosures import Enclosure
from theory.claims import Claim, catalogue
from theory.vocabulary import E_D, E_I
from verify.reports.svg import histogram
from verify.verdicts import Status

BOUND, EQUALITY = "wht24.remark3.printed", "info.dsm"
RNG = np.random.default_rng(3)
NUMBERS = {
    "near 1": [*RNG.uniform(0.3, 1.0, 50), 1.0, 1.0, 1.0],
    "beyond": [*RNG.uniform(0.5, 1.4, 60), 1.0, 1.7],
    "decades": [*10 ** RNG.uniform(-6, 2, 70), 1.0, 1e2],
    "outliers": [*10 ** RNG.uniform(-1, 1, 90), 1e58, 1e-40, 1e55],
    "negative": [-3.0, -0.5, 0.0, 0.2, 0.9],
    "large negative": [-1e4, -3.0, 0.0, 1e-3, 0.5, 1.0],
    "never positive": [-5.0, -4.0, 0.0],
    "all 1": [1.0] * 9,
    "all 0": [0.0] * 4,
    "one apart": [1.0, 2.0],
}


def bars(picture: object) -> list[tuple[float, float, float, object]]:
    """(from, to, count, element) of each bar."""
    found = [e for g in of_class(root(picture), "bars") for e in g]  # type: ignore[arg-type]
    return [(number(e, "data-from"), number(e, "data-to"), number(e, "data-count"), e) for e in found]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("id", [BOUND, EQUALITY])
def test_every_case_is_counted_once_where_it_belongs(name: str, id: str) -> None:
    values = np.abs(NUMBERS[name]) if id == EQUALITY else np.array(NUMBERS[name])
    found = bars(histogram(verdict(id, Status.SUPPORTED, values.tolist())))
    assert sum(count for _, _, count, _ in found) == len(values)
    for low, high, count, _ in found:
        if low == high == 0 or (low <= 0 and high == 0):
            assert count == (values <= 0).sum()
            continue
        slack = 2e-6  # edges are written with six digits
        most = ((values >= low * (1 - slack)) & (values <= high * (1 + slack))).sum()
        least = ((values > low * (1 + slack)) & (values < high * (1 - slack))).sum()
        assert least <= count <= most


@pytest.mark.parametrize("name", NUMBERS)
def test_heights_are_counts_on_the_axis(name: str) -> None:
    picture = histogram(verdict(BOUND, Status.SUPPORTED, NUMBERS[name]))
    place = line_through(left_ticks(root(picture)))
    for _, _, count, bar in bars(picture):
        assert number(bar, "y") == pytest.approx(place(count), abs=0.3)  # type: ignore[arg-type]
        assert number(bar, "y") + number(bar, "height") == pytest.approx(place(0), abs=0.3)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["near 1", "beyond", "decades"])
def test_bars_and_marks_stand_where_the_axis_says(name: str) -> None:
    values, picture = np.array(NUMBERS[name]), histogram(verdict(BOUND, Status.REFUTED, NUMBERS[name]))
    place = line_through(bottom_ticks(root(picture)), log=name == "decades")
    for low, high, _, bar in bars(picture):
        if low > 0:
            ends = number(bar, "x"), number(bar, "x") + number(bar, "width")  # type: ignore[arg-type]
            assert ends == pytest.approx((place(low), place(high)), abs=1.0)
    (median,) = of_class(root(picture), "median")
    assert number(median, "x1") == pytest.approx(place(float(np.median(values))), abs=0.5)
    (worst,) = of_class(root(picture), "worst")
    assert float(worst.attrib["d"][1:].split()[0]) == pytest.approx(place(values.max()), abs=0.5)
    (limit,) = of_class(root(picture), "limit")
    assert number(limit, "x1") == pytest.approx(place(1.0), abs=0.5)
    assert f"worst {values.max():.4g}" in texts(root(picture))


@pytest.mark.parametrize(("status", "colour"), [(Status.REFUTED, "--refuted"), (Status.SUPPORTED, "--open")])
def test_only_what_is_beyond_1_is_hatched(status: Status, colour: str) -> None:
    picture = histogram(verdict(BOUND, status, NUMBERS["beyond"]))
    (past,) = of_class(root(picture), "beyond")
    assert past.attrib["fill"].startswith("url(#")
    assert colour in past.attrib["stroke"]
    assert sum(number(bar, "data-count") for bar in past) == sum(x > 1 for x in NUMBERS["beyond"])
    assert all(number(bar, "data-from") >= 1 for bar in past)


def test_rounding_does_not_carry_a_touch_beyond_1() -> None:
    touching = [1.0 + 4e-16, 1.0 + 2e-12, 0.5, 0.7]
    (past,) = of_class(root(histogram(verdict(BOUND, Status.SUPPORTED, touching))), "beyond")
    assert len(past) == 0


@pytest.mark.parametrize(
    ("compare", "axis", "above"),
    [
        (Le, "left side / right side", "right"),
        (Lt, "left side / right side", "right"),
        (Ge, "right side / left side", "left"),
        (Gt, "right side / left side", "left"),
    ],
)
def test_the_axis_is_the_quotient_that_may_not_pass_1(compare: type, axis: str, above: str) -> None:
    claim = Claim("mine.a", "a claim", compare(E_D, E_I), "own note")
    picture = histogram(verdict(claim, Status.REFUTED, [0.5, 0.7, 2.0], examples=4))
    assert picture is not None
    words = texts(root(picture))
    assert axis in words
    assert picture.alt.startswith(f"{axis.capitalize()} in 3 cases: worst 2, median 0.7, 1 of them beyond 1.")
    assert picture.caption.startswith(f"{axis.capitalize()} over 4 cases.")
    assert f"the {above} side is not positive" in picture.caption
    infinite = replace(
        outcome("wht24.thm2.discretisation.printed", v=(2.0, 1.0, 0.9), free=(("a_t", 1.0), ("C", 1e6))),
        rhs=Enclosure(np.asarray(-1.0), np.asarray(0.0)),
    )
    picture = histogram(verdict(claim, Status.REFUTED, [0.5, 0.7], examples=3, largest_violation=infinite))
    assert f"worst {above} side not positive" in texts(root(picture))
    picture = histogram(verdict(claim, Status.REFUTED, [0.5, 0.7], examples=2, largest_violation=infinite))
    assert picture is not None
    assert f"has a {above} side that is not positive" in picture.caption


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.SUPPORTED, "2 beyond 1 by less than their errors."),
        (Status.INCONCLUSIVE, "2 beyond 1, not decided."),
        (Status.REFUTED, "2 of them beyond 1."),
    ],
)
def test_what_is_beyond_1_is_told_as_the_verdict_counts_it(status: Status, words: str) -> None:
    picture = histogram(verdict(BOUND, status, [0.5, 1.2, 1000.0]))
    assert picture is not None
    assert picture.alt.endswith(words)


def test_an_equality_has_no_limit() -> None:
    picture = histogram(verdict(EQUALITY, Status.SUPPORTED, [1e-12, 3e-9, 0.0]))
    assert not of_class(root(picture), "limit")
    assert not of_class(root(picture), "beyond")


def test_cases_that_are_not_drawn_are_told() -> None:
    picture = histogram(verdict(EQUALITY, Status.SUPPORTED, [1e-12, 3e-9], examples=9))
    assert picture is not None
    assert "Not shown: 7 of 9" in picture.caption
    picture = histogram(verdict(BOUND, Status.SUPPORTED, NUMBERS["outliers"]))
    assert picture is not None
    assert "above" in picture.caption
    assert "below" in picture.caption


def test_cases_without_a_ratio_have_a_bar_of_their_own() -> None:
    bad = outcome("wht24.thm2.discretisation.printed", v=(2.0, 1.0, 0.9), free=(("a_t", 1.0), ("C", 1e6)))
    assert bad.ratio == math.inf
    shown = verdict(bad_claim := "wht24.thm2.discretisation.printed", Status.REFUTED, [0.1, 0.2], examples=5)
    assert catalogue()[bad_claim].expected == "refuted"
    picture = histogram(verdict(bad_claim, Status.REFUTED, [0.1, 0.2], examples=5, largest_violation=bad))
    assert [count for low, _, count, _ in bars(picture) if low == math.inf] == [3]
    assert sum(count for _, _, count, _ in bars(picture)) == 5
    assert "worst right side not positive" in texts(root(picture))
    assert "worst 0.2" in texts(root(histogram(shown)))


@pytest.mark.parametrize("ratios", [[], [1.0], [math.inf, 0.5], [math.nan, math.inf]])
def test_fewer_than_two_numbers_make_no_picture(ratios: list[float]) -> None:
    assert histogram(verdict(BOUND, Status.SUPPORTED, ratios)) is None


def test_it_is_small() -> None:
    sizes = [len(histogram(verdict(BOUND, Status.REFUTED, values)).svg) for values in NUMBERS.values()]  # type: ignore[union-attr]
    assert max(sizes) < 10_000

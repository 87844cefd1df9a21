"""Pictures of a case: the sides, the staircase and the loss, read back, are those of the outcome."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from svg_pictures import area, bottom_ticks, left_ticks, line_through, number, of_class, outcome, points, root, texts
from svg_pictures import verdict as made
from sympy import Eq, Ge, Gt, Le, Lt
from sympy.core.relational import Relational

from numerics.budgets import discretisation_error
from numerics.enclosures import Enclosure, Relation
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, PointCloud
from theory.claims import Claim, catalogue
from theory.vocabulary import E_D, E_I, C, KL_path, m2
from theory.vocabulary import v as levels
from verify.cases import Case
from verify.evaluate import Evaluator, Outcome
from verify.measurements import FloatMeasurements
from verify.records import Described, outcome_of, outcome_record
from verify.reports.svg import Picture, counterexample
from verify.reports.svg.drawing import width_of
from verify.training import training_number
from verify.training_cases import boundary_training
from verify.verdicts import Status, Verdict

PRINTED, LEMMA9 = "wht24.remark3.printed", "wht24.lemma9.printed"
MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])


def refuted(id: str, shown: Outcome) -> Verdict:
    return made(id, Status.REFUTED, counterexample=shown)


def picture_of(id: str, shown: Outcome) -> Picture:
    picture = counterexample(refuted(id, shown))
    assert picture is not None
    return picture


def own(relation: Relational) -> Claim:
    return Claim("mine.a", "a claim", relation, "own note")


def side(picture: Picture, name: str) -> tuple[float, float]:
    """The ends of a side's bar."""
    (bar,) = [e for e in of_class(root(picture), "side") if name in e.attrib["class"]]
    return number(bar, "x"), number(bar, "x") + number(bar, "width")


def written(picture: Picture, name: str) -> tuple[float, float]:
    """Number and error beside a side."""
    (text,) = [e.text or "" for e in of_class(root(picture), "number") if name in e.attrib["class"]]
    value, *radius = re.split(" ± ", text.rsplit(": ", 1)[1])
    return float(value), float(radius[0]) if radius else 0.0


def test_a_violation_shows_both_sides_and_the_part_by_which_it_fails() -> None:
    shown = outcome(PRINTED, v=(4.0, 2.0, 1.0), free=(("rho", 7.0),))
    assert shown.relation is Relation.VIOLATED
    picture = picture_of(PRINTED, shown)
    small, large = float(shown.rhs.value), float(shown.lhs.value)  # the claim is a bound from below
    (zero, other), (_, end) = side(picture, "left"), side(picture, "right")
    assert (end - zero) / (other - zero) == pytest.approx(large / small, rel=1e-3)
    (gap,) = of_class(root(picture), "gap")
    assert (number(gap, "x"), number(gap, "x") + number(gap, "width")) == pytest.approx((other, end), abs=0.02)
    assert gap.attrib["fill"].startswith("url(#")
    assert "--refuted" in gap.attrib["stroke"]
    for name, true in (("left", shown.rhs), ("right", shown.lhs)):
        value, radius = written(picture, name)
        assert abs(value - float(true.value)) + float(true.radius) <= radius * (1 + 1e-9)
    (said,) = of_class(root(picture), "difference")
    assert said.text == f"fails by {large - small:.3g}, {100 * (large / small - 1):.3g} % of the left side"
    assert said.text in picture.alt


@pytest.mark.parametrize("compare", [Le, Lt, Ge, Gt])
@pytest.mark.parametrize("holds", [True, False])
def test_the_sides_stand_as_in_the_claim(compare: type, holds: bool) -> None:
    case, from_above = Case(Gaussian(d=1, var=1.0), v=(2.0, 1.0)), compare in (Le, Lt)
    left, right = (E_D, E_I) if from_above is holds else (E_I, E_D)
    numbers = [f"{float(FloatMeasurements(case)[str(name)].value):.6g}" for name in (left, right)]
    assert sorted(numbers) == ["0.0360659", "0.0472674"]
    claim = own(compare(left, right))
    kept = {"tightest" if holds else "counterexample": Evaluator(claim)(case)}
    picture = counterexample(made(claim, Status.SUPPORTED if holds else Status.REFUTED, **kept))
    assert picture is not None
    words, above = texts(root(picture)), "right" if from_above else "left"
    assert any(text.startswith(f"left side, {left}: {numbers[0]} ±") for text in words)
    assert any(text.startswith(f"right side, {right}: {numbers[1]} ±") for text in words)
    assert f"left side {numbers[0]} ±" in picture.alt
    assert picture.alt.endswith(f"% of the {above} side.")
    (gap,) = of_class(root(picture), "gap")
    bars = {e.attrib["class"].split()[1]: e for e in of_class(root(picture), "side")}
    assert number(gap, "y") == number(bars["left" if from_above else "right"], "y")  # of the side that is to be smaller
    ends = {name: number(bar, "x") + number(bar, "width") for name, bar in bars.items()}
    assert (ends["left"] < ends["right"]) is (float(numbers[0]) < float(numbers[1]))


@pytest.mark.parametrize(("compare", "words"), [(Le, "left - right"), (Ge, "right - left"), (Gt, "right - left")])
def test_a_slim_difference_is_magnified_in_the_direction_of_a_violation(compare: type, words: str) -> None:
    """A violation lies to the right of 0, whichever side is the larger one."""
    near = Outcome(
        Case(Gaussian(d=1, var=1.0), v=(2.0, 1.0)),
        Relation.VIOLATED,
        *(Enclosure(np.asarray(x), np.asarray(1e-12)) for x in (1 + 1e-9, 1.0)),
        certified=True,
        trusted=True,
        bits=64,
    )
    picture = counterexample(made(own(compare(E_I, E_D)), Status.REFUTED, counterexample=near))
    svg = root(picture)
    assert f"{words}, with the error of both" in texts(svg)
    (point,) = of_class(svg, "point")
    zero = max((t for t in svg.iter() if t.text == "0"), key=lambda t: number(t, "y"))
    assert number(point, "cx") > number(zero, "x") + 50


def test_a_strict_bound_fails_where_both_sides_are_equal() -> None:
    claim = own(Gt(2 * m2 / levels[0], E_I))
    shown = Evaluator(claim)(Case(Gaussian(d=1, var=0.0), v=(2.0, 1.0)))
    assert shown.relation is Relation.VIOLATED
    picture = counterexample(made(claim, Status.REFUTED, counterexample=shown))
    assert picture is not None
    assert picture.alt.endswith("; fails: both sides are equal.")


def test_a_violation_that_a_larger_constant_may_mend_is_no_touch() -> None:
    claim = own(Le(10**9 * m2 / levels[0], C * m2 / levels[0]))
    shown = Evaluator(claim)(Case(Gaussian(d=1, var=1.0), v=(2.0, 1.0), free=(("C", 1e6),)))
    assert shown.relation is Relation.UNDECIDED
    assert not_decided(claim, shown) == "fails by 5e+08, 999 times the right side, not decided"


def test_a_violation_too_close_to_the_error_of_float64_is_not_decided() -> None:
    case = Case(Gaussian(d=1, var=1.0), v=(2.0, 1.0))
    close = (Enclosure(np.asarray(x), np.asarray(1e-3)) for x in (1.5, 1.0))
    shown = Outcome(case, Relation.VIOLATED, *close, certified=False, trusted=False, bits=0)
    assert not_decided(own(Le(E_I, E_D)), shown) == "fails by 0.5, 50 % of the right side, not decided"
    equality = replace(shown, equality=True)
    assert not_decided(own(Eq(E_I, E_D)), equality) == "sides differ by 0.5, 50 % of the right side, not decided"


def not_decided(claim: Claim, shown: Outcome) -> str:
    """What is written below the sides of a case that is drawn as one that decides nothing."""
    picture = counterexample(made(claim, Status.INCONCLUSIVE, tightest=shown))
    assert picture is not None
    (gap,) = of_class(root(picture), "gap")
    assert gap.attrib["fill"] == "none"
    assert "--open" in gap.attrib["stroke"]
    (said,) = of_class(root(picture), "difference")
    assert f"{said.text}." in picture.alt
    assert width_of(said.text or "") < 1.2 * 380  # which overestimates
    return said.text or ""


@pytest.mark.parametrize(
    ("radius", "words"), [(1e-16, "the sides agree within their errors"), (0.0, "both sides are equal")]
)
def test_sides_of_one_value_are_equal_only_without_an_error(radius: float, words: str) -> None:
    one = Enclosure(np.asarray(0.5), np.asarray(radius))
    shown = Outcome(Case(Gaussian(d=1, var=1.0), v=(2.0, 1.0)), Relation.UNDECIDED, one, one, True, False, 64, True)
    picture = counterexample(made(own(Eq(KL_path, E_D)), Status.SUPPORTED, tightest=shown))
    assert picture is not None
    assert picture.alt.endswith(f"; {words}.")
    assert not of_class(root(picture), "gap")


def test_a_case_that_holds_is_not_drawn_as_a_failure() -> None:
    shown = outcome("path.data_processing", Gaussian(d=1, var=1.0), v=(4.0, 1.0))
    assert shown.relation is Relation.HOLDS
    picture = counterexample(made("path.data_processing", Status.SUPPORTED, tightest=shown))
    assert picture is not None
    (gap,) = of_class(root(picture), "gap")
    assert gap.attrib["fill"] == "none"
    assert "--holds" in gap.attrib["stroke"]
    assert picture.caption.startswith("Tightest case")
    assert "to spare" in picture.alt


def test_a_difference_too_slim_to_see_is_magnified() -> None:
    shown = outcome(PRINTED, v=(4.0, 2.0, 1.0), free=(("rho", 7.0),))
    near = replace(shown, rhs=Enclosure(shown.lhs.value * (1 - 1e-9), np.asarray(1e-12)))
    assert not of_class(root(picture_of(PRINTED, shown)), "point")
    picture = picture_of(PRINTED, near)
    (point,) = of_class(root(picture), "point")
    zero = next(number(t, "x") for t in root(picture).iter() if t.text == "0" and float(t.attrib["y"]) > 200)
    assert number(point, "cx") > zero + 50  # to the right: on the side of violations


@pytest.mark.parametrize(
    ("target", "v"),
    [(Gaussian(d=1, var=0.0), (4.0, 1.0)), (Gaussian(d=3, var=0.7), (9.0, 1.0, 0.2)), (MIXTURE, (8.0, 1.0, 0.3, 0.1))],
    ids=["point", "gaussian", "mixture"],
)
@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_the_shaded_area_is_the_discretisation_error(target: object, v: tuple[float, ...], sampler: str) -> None:
    id = LEMMA9
    base = outcome(id, v=(2.0, 1.0), error=LinearError(a=0.0, b=1.0))
    shown = replace(base, case=replace(base.case, target=target, v=v, sampler=sampler))
    svg = root(picture_of(id, shown))
    height = line_through(left_ticks(svg))
    across = line_through(_axis_of_v(svg), log=True)
    (lost,) = of_class(svg, "lost")
    per_nat = abs(height.slope) * across.slope * 2  # ln v = 2 ln sigma
    found = sum(map(area, points(lost.attrib["d"]))) / per_nat
    true = float(discretisation_error(target, v, sampler).value)  # type: ignore[arg-type]
    assert found == pytest.approx(true, rel=0.02, abs=2e-3)


def _axis_of_v(svg: object) -> list[tuple[float, float]]:
    return bottom_ticks(svg)  # type: ignore[arg-type]


def test_the_steps_begin_on_the_curve_at_the_levels_of_the_case() -> None:
    v = (8.0, 1.0, 0.3)
    base = outcome(LEMMA9, v=(2.0, 1.0), error=LinearError(a=0.0, b=1.0))
    svg = root(picture_of(LEMMA9, replace(base, case=replace(base.case, target=MIXTURE, v=v))))
    across, height = line_through(_axis_of_v(svg), log=True), line_through(left_ticks(svg))
    (held,) = of_class(svg, "held")
    starts = [part[-1] for part in points(held.attrib["d"])]
    ends = [part[0] for part in points(held.attrib["d"])]
    J = MIXTURE.measure("J", np.array(v)).value
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        assert start == pytest.approx((across(v[k]), height(v[k] * J[k])), abs=0.5)
        assert end == pytest.approx((across(v[k + 1]), height(v[k + 1] * J[k])), abs=0.5)


def test_data_that_only_a_name_is_kept_of_show_levels_and_no_curve() -> None:
    base = outcome(PRINTED, v=(4.0, 2.0, 1.0), free=(("rho", 7.0),))
    for target in (Described("digits", 64), PointCloud(np.array([[0.0, 1.0], [1.0, 0.0]]), "two")):
        svg = root(picture_of(PRINTED, replace(base, case=replace(base.case, target=target))))
        assert of_class(svg, "levels")
        assert not of_class(svg, "curve")
        assert not of_class(svg, "held")


def test_levels_too_close_to_be_seen_are_told() -> None:
    base = outcome(PRINTED, v=(4.0, 2.0, 1.0), free=(("rho", 7.0),))
    svg = root(picture_of(PRINTED, replace(base, case=replace(base.case, v=(1.000000001, 1.0)))))
    assert any("too close" in text for text in texts(svg))


def test_a_claim_at_one_level_shows_it_on_the_curve() -> None:
    shown = outcome("gauss.mmse", Gaussian(d=1, var=2.0), free=(("u", 3.0),))
    picture = counterexample(made("gauss.mmse", Status.SUPPORTED, tightest=shown))
    assert picture is not None
    assert "mmse(v)/v" in texts(root(picture))
    assert of_class(root(picture), "curve")
    assert not of_class(root(picture), "held")


def test_a_side_without_a_value_has_no_bar() -> None:
    base = outcome(PRINTED, v=(4.0, 2.0, 1.0), free=(("rho", 7.0),))
    picture = picture_of(PRINTED, replace(base, rhs=Enclosure(np.asarray(math.nan), np.asarray(math.inf))))
    assert not of_class(root(picture), "side")
    assert "no finite value" in picture.alt


def test_a_claim_on_training_shows_the_loss_of_its_network() -> None:
    id = "wht24.thm1.step.printed"
    claim = catalogue()[id]
    case = next(c for c in boundary_training(claim.cases, claim.names) if c.training and c.training.steps >= 2)
    shown = replace(outcome(PRINTED, v=(4.0, 2.0, 1.0), free=(("rho", 7.0),)), case=case)
    svg = root(picture_of(id, shown))
    (line,) = of_class(svg, "loss")
    loss = training_number(case, "loss_em").value
    height = line_through(left_ticks(svg), log=loss.max() > 10 * loss.min())
    found = points(line.attrib["d"])[0]
    np.testing.assert_allclose(found[:, 1], [height(y) for y in loss], atol=0.5)
    assert np.all(np.diff(found[:, 0]) > 0)


def test_a_verdict_read_back_from_a_store_has_the_same_picture() -> None:
    for id, shown in (
        (PRINTED, outcome(PRINTED, v=(4.0, 2.0, 1.0), free=(("rho", 7.0),))),
        (LEMMA9, outcome(LEMMA9, v=(2.0, 1.0), error=LinearError(a=0.0, b=1.0))),
    ):
        assert picture_of(id, shown).svg == picture_of(id, outcome_of(outcome_record(shown))).svg


def test_without_a_case_there_is_no_picture() -> None:
    assert counterexample(made(PRINTED, Status.INCONCLUSIVE)) is None

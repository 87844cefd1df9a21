"""The number type: every operation must keep its promise, checked against exact rational arithmetic."""

from fractions import Fraction

import flint
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.enclosures import Enclosure, Kind, Relation, at_most, equal

numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)
radii = st.floats(0, 1e3)


def inside(exact: Fraction, e: Enclosure) -> bool:
    return abs(exact - Fraction(float(e.value))) <= Fraction(float(e.radius))


@given(numbers, numbers, radii, radii, st.sampled_from((-1, 0, 1)), st.sampled_from((-1, 0, 1)))
def test_arithmetic_encloses_every_choice_within_the_radii(a, b, ra, rb, ta, tb):
    x, y = Enclosure.of(a, ra), Enclosure.of(b, rb)
    p, q = Fraction(a) + ta * Fraction(ra), Fraction(b) + tb * Fraction(rb)
    assert inside(p + q, x + y)
    assert inside(p - q, x - y)
    assert inside(p * q, x * y)
    assert inside(p**3, x**3)
    assert inside(max(p, q), x.maximum(y))
    assert inside(min(p, q), x.minimum(y))
    assert inside(abs(p), abs(x))
    if abs(b) > rb:
        assert inside(p / q, x / y)


def test_a_radius_that_ignores_rounding_would_fail():
    a, b = 0.1, 0.2
    exact = Fraction(a) + Fraction(b)
    assert not inside(exact, Enclosure.of(a + b)), "the float sum alone is not the exact sum"
    assert inside(exact, Enclosure.of(a) + b)


@given(st.floats(1e-3, 50), st.floats(0, 1e-4))
def test_functions_enclose_their_values_in_ball_arithmetic(x, r):
    e = Enclosure.of(x, r)
    for end in (flint.arb(x) - flint.arb(r), flint.arb(x) + flint.arb(r)):  # float x + r may lie outside
        for name in ("exp", "log", "sqrt", "sin", "cos", "atan"):
            true = getattr(end, name)()
            got = getattr(e, name)()
            ball = flint.arb(float(got.value), float(got.radius) * (1 + 1e-12))
            assert ball.overlaps(true), name


def test_division_by_an_interval_around_zero_promises_nothing():
    assert (Enclosure.of(1.0) / Enclosure.of(0.1, 0.2)).radius == np.inf
    assert Enclosure.of(-1.0).log().radius == np.inf


def test_the_weakest_kind_wins_and_an_experiment_is_charged_once():
    proved = Enclosure.from_ball(flint.arb(2))
    drawn = Enclosure.sampled(1.0, 0.1, "draws", 1e-6)
    assert (proved + 1.0).kind is Kind.EXACT
    total = drawn + drawn * proved
    assert total.kind is Kind.SAMPLED
    assert total.alpha == pytest.approx(1e-6)
    assert (total + Enclosure.sampled(1.0, 0.1, "others", 1e-6)).alpha == pytest.approx(2e-6)


def test_comparison_decides_only_where_enclosures_are_disjoint():
    small, large = Enclosure.of(1.0, 0.1), Enclosure.of(2.0, 0.1)
    assert at_most(small, large) is Relation.HOLDS
    assert at_most(large, small) is Relation.VIOLATED
    assert at_most(small, Enclosure.of(1.05, 0.1)) is Relation.UNDECIDED
    assert equal(small, large) is Relation.VIOLATED
    assert equal(small, Enclosure.of(1.05, 0.1)) is Relation.UNDECIDED
    assert at_most(Enclosure.of(np.nan), small) is Relation.UNDECIDED


def test_sums_account_for_rounding_and_balls_round_outward():
    terms = np.array([1e16, 1.0, -1e16, 1.0])
    total = Enclosure.of(terms).sum()
    assert abs(2.0 - total.value) <= total.radius
    third = Enclosure.from_ball(flint.arb(1) / 3)
    assert third.kind is Kind.CERTIFIED
    assert inside(Fraction(1, 3), third)


def test_alpha_must_be_a_probability():
    with pytest.raises(ValueError, match=r"alpha = 1\.5"):
        Enclosure.sampled(0.0, 1.0, "draws", 1.5)


def test_json_is_what_the_design_fixes():
    assert Enclosure.of(1.5, 0.25).as_json() == {"value": 1.5, "radius": 0.25, "kind": "exact"}


def test_exponentials_that_underflow_and_radii_that_round_away():
    back = Enclosure.of(-800.0).exp() * Enclosure.of(400.0).exp() * Enclosure.of(400.0).exp()
    assert abs(1.0 - back.value) <= back.radius
    x, r = 604.8749667320869, 5.34e-14
    got = Enclosure.of(x, r).exp()
    top = (flint.arb(x) + flint.arb(r)).exp()
    assert (flint.arb(float(got.value)) + flint.arb(float(got.radius)) - top) > 0

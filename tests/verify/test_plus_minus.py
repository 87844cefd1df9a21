"""Numbers as the tables print them: what is shown is an interval that holds the number."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.enclosures import Enclosure
from verify.cli import main
from verify.reports.numbers import at_most, between, plus_minus

middles = st.floats(-1e12, 1e12)
radii = st.one_of(st.just(0.0), st.floats(1e-300, 1e12), st.floats(-15, 6).map(lambda x: 10.0**x))


def read(text: str) -> tuple[Fraction, Fraction]:
    middle, _, radius = text.partition(" ± ")
    return Fraction(middle), Fraction(radius or 0)


@settings(max_examples=500)
@given(middles, radii, st.sampled_from(["", "+"]))
def test_what_is_shown_contains_the_interval(middle, radius, sign):
    shown, error = read(plus_minus(Enclosure.of(middle, radius), sign))
    assert shown - error <= Fraction(middle) - Fraction(radius)
    assert Fraction(middle) + Fraction(radius) <= shown + error
    # and little more than it: half of the last digit shown, and what rounding up to two digits adds
    digit = Fraction(10) ** math.floor(math.log10(abs(middle)) - 5) if middle else 0
    assert error <= (Fraction(radius) * Fraction(12, 10) + digit) * Fraction(111, 100)


@settings(max_examples=300)
@given(middles, radii)
def test_ends_are_rounded_outwards(middle, radius):
    value = Enclosure.of(middle, radius)
    low, high = map(Fraction, between(value).split(" to "))
    assert low <= Fraction(float(value.lower))
    assert Fraction(float(value.upper)) <= high
    assert (
        high - low
        <= Fraction(float(value.upper))
        - Fraction(float(value.lower))
        + Fraction(max(abs(middle) + radius, 1e-300)) / 400
    )
    assert Fraction(float(value.upper)) <= Fraction(at_most(float(value.upper)))


@pytest.mark.parametrize(
    ("middle", "radius", "text"),
    [
        (1.0, 0.949, "1 ± 0.95"),
        (0.0, 0.0, "0"),
        (0.0, 3.99e-13, "0 ± 4e-13"),
        (1.5, 0.0, "1.5"),
        (1.5, 1e-13, "1.5 ± 1.1e-13"),  # the float is a little more than 1e-13
        (1 / 3, 3e-14, "0.333333 ± 3.4e-07"),
        (-17.36, 14.89, "-17 ± 16"),
        (664.3, 51.0, "664 ± 52"),
        (0.4, 12.34, "0.4 ± 13"),
        (123456789.0, 0.0, "1.23457e+08 ± 220"),
        (1.0, math.inf, "1 ± inf"),
        (1e-5, 1e-9, "1e-05 ± 1.1e-09"),
    ],
)
def test_examples(middle, radius, text):
    assert plus_minus(Enclosure.of(middle, radius)) == text


def test_what_is_not_there_and_signs():
    assert plus_minus(None) == "-"
    assert plus_minus(Enclosure.of(2.0), "+") == "+2"
    assert plus_minus(Enclosure.of(-2.0), "+") == "-2"
    assert between(Enclosure.of(1.0, np.inf)) == "-inf to inf"


def test_the_tables_print_such_numbers(capsys, tmp_path, monkeypatch):
    """Every ± of every command is wide enough for the digits that are shown."""
    monkeypatch.chdir(tmp_path)
    grids = ["karras(n=4, sigma_min=.3, sigma_max=7)", "exponential(n=4, sigma_min=.3, sigma_max=7)"]
    data = ("--target", "mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])")
    (tmp_path / "f.py").write_text("def grid():\n    return [7.0, 3.0, 1.0, 0.3]\n")
    base = ("f.py:grid", "--baseline", "b.json")
    commands = [
        ("budget", grids[0], *data),
        ("compare", *grids, *data),
        ("rank", *grids, *data),
        ("optimise", grids[0], *data, "--points", "65"),
        ("optimise", grids[0], *data, "--points", "65", "--family", "karras"),
        ("check", *base, *data, "--update"),
        ("check", *base),
    ]
    for words in commands:
        if words == ("check", *base):
            (tmp_path / "f.py").write_text("def grid():\n    return [7.0, 3.0, 1.1, 0.3]\n")
        with pytest.raises(SystemExit):
            main(["schedule", *words])
        found = re.findall(r"([-+]?\d\S*) ± (\d[^\s)]*)", capsys.readouterr().out)
        assert found, words
        for middle, radius in found:  # half of the last digit is left out, and all are known nearly as well
            digits = re.sub(r"e.*", "", middle).lstrip("+-0.").replace(".", "")
            if len(digits) >= 4:
                place = 10.0 ** (math.floor(math.log10(abs(float(middle)))) - 5)
                assert float(radius) < 2 * place, (words, middle, radius)
                assert float(radius) > 1e-6 * place, (words, middle, radius)


@pytest.mark.parametrize(("middle", "radius"), [(11.8, 11.4), (1.2, 1.149), (-0.0715, 0.0714), (17.0, 16.999)])
def test_a_sign_that_is_known_is_seen(middle, radius):
    shown, _, around = plus_minus(Enclosure.of(middle, radius)).partition(" ± ")
    assert abs(float(shown)) > float(around)
    assert float(around) >= radius

"""Verdicts on made-up outcomes: every status, the sentence, the record."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from rate_designs import BOTH, LOWER, UPPER, made_up

from numerics.enclosures import Enclosure
from theory.claims import Form
from verify.conclude import conclude
from verify.rates.conclude import implied_constants
from verify.rates.rate import FALSE_ALARM
from verify.shards import Findings
from verify.verdicts import Status, Verdict


def verdict(claim, law, **how):
    return conclude(claim, made_up(claim, law, **how), 3)


def loose(m, d, n):
    return 2 * np.log(n)


def tight(m, d, n):
    return 0.0


def test_a_loose_bound_is_supported_and_says_by_how_much():
    found = verdict(LOWER, loose)
    assert found.status is Status.SUPPORTED
    assert found.as_expected
    assert found.examples == 36 * 8
    assert "the stated rate n^-3 is loose by n^a, a in [1.9" in found.how
    assert "no drift in m, d" in found.how
    assert "would have seen, with probability 0.99, m^-0." in found.how
    assert found.rates["sentence"] in found.how
    n = found.rates["variables"]["n"]
    assert n["low"] < 2 < n["high"] < n["low"] + 0.3
    assert n["drift"] == "none"
    assert found.error_rates["false_alarm"] == FALSE_ALARM
    assert found.counterexample is None


@pytest.mark.parametrize(
    ("form", "word"), [(Form.PRINTED, "printed"), (Form.CORRECTED, "stated"), (Form.CONJECTURE, "stated")]
)
def test_only_a_printed_claim_has_a_printed_rate(form, word):
    said = conclude(replace(LOWER, form=form), made_up(LOWER, loose), 3).rates["sentence"]
    assert said.startswith(f"the {word} rate n^-3 is loose by n^a")


def test_a_letter_stands_for_one_size_alone():
    said = verdict(LOWER, lambda m, d, n: np.log(m) - np.log(d) + 2 * np.log(n), noise=0.02).rates["sentence"]
    assert "goes like d^a, a in [-1.0" in said
    assert "is loose by m^b n^c, b in [0.9" in said
    letters = re.findall(r"([a-e]) in \[", said)
    assert letters == ["a", "b", "c"]


@pytest.mark.parametrize(("size", "at"), [("m", 0), ("d", 1), ("n", 2)])
def test_a_bound_whose_constant_falls_is_refuted(size, at):
    found = verdict(LOWER, lambda *x: -np.log(x[at]), noise=0.02)
    assert found.status is Status.REFUTED
    assert f"the implied constant C6 goes like {size}^a, a in [-1.0" in found.how
    assert f"no constant C6 serves all {size}" in found.how
    assert [x for x, r in found.rates["variables"].items() if r["drift"] == "lasting"] == [size]


def test_directions():
    def rising(m, d, n):
        return np.log(m)

    assert verdict(LOWER, rising, noise=0.02).status is Status.SUPPORTED
    assert verdict(BOTH, rising, noise=0.02).status is Status.REFUTED
    assert verdict(BOTH, lambda m, d, n: -np.log(m), noise=0.02).status is Status.REFUTED
    assert verdict(BOTH, tight).status is Status.SUPPORTED
    assert verdict(UPPER, lambda m, n: np.log(m), noise=0.02).status is Status.REFUTED
    falling = verdict(UPPER, lambda m, n: -np.log(m), noise=0.02)
    assert falling.status is Status.SUPPORTED
    assert "the stated rate m^1 is loose by m^a, a in [0.9" in falling.how


def test_wide_intervals_and_open_drifts_are_inconclusive():
    wide = verdict(LOWER, tight, noise=6.0)
    assert wide.status is Status.INCONCLUSIVE
    assert "a whole power of" in wide.how
    open_ = verdict(LOWER, lambda m, d, n: -0.2 * np.log(d), noise=0.2)
    assert open_.status is Status.INCONCLUSIVE
    assert "may go on or fade" in open_.how
    assert "larger d" in open_.how


def test_a_vanishing_correction_is_supported_and_named():
    found = verdict(LOWER, lambda m, d, n: np.log(1 + 4 / m), noise=0.003)
    assert found.status is Status.SUPPORTED
    assert "this fades as m grows" in found.how


def test_what_is_missing_is_never_support():
    assert "no run could be measured" in conclude(LOWER, [Findings(0, (), {}, None, False, {}, 0.0)], 0).how
    parts = made_up(LOWER, tight)
    gaps = conclude(LOWER, [replace(parts[0], unavailable={"every unit is off": 2}), parts[1]], 0)
    assert gaps.status is Status.INCONCLUSIVE
    assert "2 runs: every unit is off" in gaps.how
    hole = conclude(LOWER, made_up(LOWER, tight, skip=4), 0)
    assert hole.status is Status.INCONCLUSIVE
    assert "combinations of sizes" in hole.how
    with pytest.raises(ValueError, match="shards"):
        conclude(LOWER, parts[1:], 0)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_a_run_without_a_positive_constant_is_inconclusive(value):
    first, second = made_up(LOWER, tight)
    broken = replace(first.outcomes[5], rhs=Enclosure.of(value))
    outcomes = (*first.outcomes[:5], broken, *first.outcomes[6:])
    found = conclude(LOWER, [replace(first, outcomes=outcomes), second], 0)
    assert found.status is Status.INCONCLUSIVE
    assert "1 of 288 runs imply no positive constant" in found.how


def test_the_implied_constant_is_the_other_side_over_the_one_with_the_constant():
    for claim, law in ((LOWER, lambda m, d, n: np.log(3.0)), (UPPER, lambda m, n: np.log(3.0))):
        outcomes = made_up(claim, law, noise=0.0)[0].outcomes
        assert implied_constants(claim, claim.design, outcomes)[:, 0] == pytest.approx(3.0)


def test_findings_and_verdicts_survive_json():
    parts = [Findings.from_json(part.to_json()) for part in made_up(LOWER, loose)]
    found = conclude(LOWER, parts[::-1], 3)
    assert found.as_json() == verdict(LOWER, loose).as_json()
    back = Verdict.from_record(LOWER, json.loads(json.dumps(found.record(), allow_nan=False)))
    assert back.as_json() == found.as_json()
    assert back.rates == found.rates

"""Replaying false certificates: what is dressed as refuted or certified, and numbers changed by hand, disagree."""

import json
from dataclasses import replace

import pytest
from replay_certificates import LINE, MIXTURE, SAMPLE, answers, case, changed, fields_of, save, verdict
from sympy import (
    Eq,
    Le,
)

from numerics.enclosures import Enclosure
from theory.vocabulary import (
    E_D,
    E_I,
    J,
    KLn,
    d,
    m2,
    mmse,
    u,
    v,
)
from verify.certificates import write_certificate
from verify.replay.check import Answer, check_case, separated
from verify.replay.errors import Refused
from verify.replay.reader import read_certificate
from verify.verdicts import Status


def test_a_true_claim_dressed_as_refuted_disagrees(tmp_path):
    """With the true enclosures, and with forged ones that state a violation."""
    for relation in (Le(E_I, m2 / (2 * v[0])), Eq(J(u), d / u - mmse(u) / u**2)):
        honest = verdict(relation, case(LINE, u=0.5), case(MIXTURE, u=0.5))
        assert [a.answer for a in answers(write_certificate(honest, tmp_path))] == [Answer.DISAGREE] * 2
        forged = [
            replace(one, lhs=Enclosure.of(float(one.rhs.value) + 1, 1e-9))
            for one in (honest.counterexample, honest.largest_violation)
        ]
        path = write_certificate(replace(honest, counterexample=forged[0], largest_violation=forged[1]), tmp_path)
        assert [a.answer for a in answers(path)] == [Answer.DISAGREE] * 2


@pytest.mark.long
def test_sides_that_touch_are_no_violation(tmp_path):
    for target in (LINE, MIXTURE):
        path = write_certificate(verdict(Le(KLn(v[0]), E_I), case(target)), tmp_path)
        assert [a.answer for a in answers(path)] == [Answer.DISAGREE] * 2


@pytest.mark.parametrize(
    ("sign", "left", "right", "violated", "holds"),
    [
        ("<=", (1, 2), (3, 4), False, True),
        ("<=", (3, 4), (1, 2), True, False),
        ("<=", (1, 3), (2, 4), False, False),
        ("<=", (2, 4), (1, 3), False, False),
        ("<=", (1, 2), (2, 3), False, True),
        ("<=", (2, 3), (1, 2), False, False),
        ("<", (1, 2), (2, 3), False, False),
        ("<", (2, 3), (1, 2), True, False),
        ("==", (1, 2), (3, 4), True, False),
        ("==", (3, 4), (1, 2), True, False),
        ("==", (1, 2), (2, 3), False, False),
        ("==", (2, 2), (2, 2), False, True),
    ],
)
def test_what_intervals_prove(sign, left, right, violated, holds):
    assert separated(sign, left, right, violated=True) is violated
    assert separated(sign, left, right, violated=False) is holds


def test_a_false_claim_dressed_as_certified_disagrees(tmp_path):
    path = write_certificate(verdict(Le(E_D, E_I / 100), case(LINE), status=Status.CERTIFIED), tmp_path)
    assert [a.answer for a in answers(path)] == [Answer.DISAGREE]


def test_a_violation_at_one_constant_is_not_one_at_all(tmp_path):
    """E_D > C - 10^6 + 10^-9 at C = 10^6 alone is no violation for every C... and one at small C alone none either."""
    path = write_certificate(verdict(Le(E_D, E_I), case(LINE)), tmp_path)
    content = json.loads(path.read_text())
    content["claim"]["relation"] = "E_D <= (10**6 + 1 - C)*E_I"
    for one in content["cases"]:
        one["free"] = {"C": "1000000"}
    (first, _) = answers(save(path, content))
    assert first.answer is Answer.CANNOT_CHECK
    assert "constant" in first.reason


PLACES = list(fields_of(SAMPLE))
TEXT_ONLY = {
    "title",
    "id",
    "seed",
    "bits",
    "versions",
    "sha256",
    "role",
}  # say nothing that a re-check could contradict
IDLE = {"sampler", "start", "score_error"}  # E_I and E_D depend on the sampler, not on start or score error


@pytest.mark.parametrize("place", PLACES, ids=lambda p: ".".join(map(str, p)))
def test_a_change_that_keeps_the_digest_is_refused(tmp_path, place):
    old = SAMPLE
    for step in place:
        old = old[step]
    new = {int: lambda: old + 1, str: lambda: old + "1", type(None): lambda: "1"}[type(old)]()
    path = save(tmp_path / "c.json", changed(SAMPLE, place, new), new_digest=False)
    with pytest.raises(Refused):
        read_certificate(path)


TOLD = [p for p in PLACES if not set(p) & {*TEXT_ONLY, *IDLE, "radius", "kind", "format", "version"}]


@pytest.mark.parametrize("place", TOLD, ids=lambda p: ".".join(map(str, p)))
def test_a_changed_number_with_a_new_digest_is_found(tmp_path, place):
    """A number moved by 1e-6, the relation weakened, another status: refused, or the re-check disagrees."""
    old = SAMPLE
    for step in place:
        old = old[step]
    if place[-1] == "relation":
        new = "E_D <= 100*E_I"
    elif place[-1] == "status":
        new = "certified"
    elif place[-1] == "evidence":
        new = "guess"
    elif place[-1] in ("error_rate", "training"):
        new = "x"
    else:
        from fractions import Fraction

        new = str(Fraction(old) * Fraction(1000001, 1000000) + Fraction(1, 10**6))
    path = save(tmp_path / "c.json", changed(SAMPLE, place, new))
    try:
        read, statement = read_certificate(path)
    except Refused:
        return
    touched = read.cases[place[1]] if place[0] == "cases" else read.cases[0]
    assert check_case(statement, touched, 60.0).answer is Answer.DISAGREE


def test_another_sampler_with_a_new_digest_is_found(tmp_path):
    path = save(tmp_path / "c.json", changed(SAMPLE, ("cases", 0, "sampler"), "denoiser"))
    assert answers(path)[0].answer is Answer.DISAGREE

"""Networks in certificates that were changed by hand, or come from outside."""

import copy
from fractions import Fraction as F

import pytest
from replay_certificates import answers, save
from replay_networks import certified, drawn
from sympy import Le

from numerics.training import Given
from theory.vocabulary import gauss_newton, loss_moved, move2, slope_moved
from verify.certificates import certificate
from verify.replay.check import Answer
from verify.replay.errors import Refused
from verify.replay.network_fields import MAX_NUMBERS
from verify.replay.reader import read_certificate

BUSY = Given(  # all units on before and after the move, and every number matters
    points=((1.0, 2.0), (0.5, 3.0)),
    noises=((0.5, 0.25), (1.0, 0.5), (0.25, 0.75), (2.0, 1.0)),
    matrices=(((1.0, 0.5, 2.0), (0.25, 1.0, 0.5)), ((1.0, 0.5), (0.75, 2.0)), ((1.0, 0.5), (0.25, 3.0))),
    move=(((0.5, 0.25), (-0.25, 1.0)),),
)
BUSY_CASE = drawn(m=2, layers=1, weighting="uniform", given=BUSY)
SMALL = certificate(certified(Le(slope_moved + move2, loss_moved + 10**6 * gauss_newton), BUSY_CASE))
NUMBERS = [
    ("cases", 0, "training", *place)
    for place in [
        *(("points", i, a) for i in range(2) for a in range(2)),
        *(("noises", i, a) for i in range(4) for a in range(2)),
        *(("first", i, a) for i in range(2) for a in range(3)),
        *((name, 0, i, a) for name in ("trained", "move") for i in range(2) for a in range(2)),
        *(("last", i, a) for i in range(2) for a in range(2)),
        *(("beta", j) for j in range(2)),
    ]
]


def put(content, place, value):
    out = copy.deepcopy(content)
    here = out
    for step in place[:-1]:
        here = here[step]
    here[place[-1]] = value(here[place[-1]]) if callable(value) else value
    return out


def larger(text):
    return str(F(float(F(text)) * (1 + 2**-20)))


@pytest.mark.parametrize("place", NUMBERS, ids=lambda p: ".".join(map(str, p[3:])))
def test_a_changed_number_with_a_new_digest_is_found(tmp_path, place):
    assert [a.answer for a in answers(save(tmp_path / "c.json", SMALL))] == [Answer.AGREE]
    found = answers(save(tmp_path / "c.json", put(SMALL, place, larger)))
    assert [a.answer for a in found] == [Answer.DISAGREE]


HOSTILE = {
    "a noise level that is no root": ("training.sigmas.0", larger, "rounded root"),
    "too few levels": ("v", ["4", "3/10"], "a grid of one more"),
    "no float64": ("training.points.0.0", "1/3", "no float64"),
    "too large for float64": ("training.points.0.0", "9" * 390, "no float64"),
    "a weight of zero": ("training.beta.0", "0", "not positive"),
    "a negative level": ("training.sigmas.1", "-1", "not positive"),
    "a row too short": ("training.trained.0.1", ["1"], "2 rows of 2"),
    "a row too many": ("training.last", [["1", "1"]] * 3, "2 rows of 2"),
    "no noise": ("training.noises", [], "noises"),
    "a noise missing": ("training.noises", [["1", "1"]] * 3, "4 rows of 2"),
    "no input for the level": ("training.first", [["1", "1"]] * 2, "2 rows of 3"),
    "no layer": ("training.trained", [], "trained"),
    "a move too many": ("training.move", [[["1", "1"], ["1", "1"]]] * 2, "different lengths"),
    "many layers": ("training.trained", [[["1", "1"], ["1", "1"]]] * 21, "trained"),
    "a wide row": ("training.last.0", ["1"] * 513, "last"),
    "steps below zero": ("training.steps", -1, "steps"),
    "steps that are true": ("training.steps", True, "steps"),
    "another field": ("training.bias", ["1"], "bias"),
    "another kind": ("training.kind", "convolution", "kind"),
    "what is exact": ("training.exact", "nothing", "exact"),
    "a matrix that is text": ("training.first", "1" * 6, "first"),
    "other data": ("data", {"kind": "gaussian", "variances": ["1"], "means": ["0"]}, "d = 1"),
    "half a step": ("free", {"s": "1/2"}, "whole number"),
    "a constant of zero": ("free", {"C5": "0"}, "not positive"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_networks_are_refused_with_a_reason(tmp_path, name):
    place, value, why = HOSTILE[name]
    steps = ("cases", 0, *(int(step) if step.isdigit() else step for step in place.split(".")))
    content = put(put(SMALL, steps, None), steps, value) if not callable(value) else put(SMALL, steps, value)
    with pytest.raises(Refused, match=why) as refusal:
        read_certificate(save(tmp_path / "c.json", content))
    assert len(str(refusal.value)) < 400
    assert "\n" not in str(refusal.value)


def test_a_network_of_too_many_numbers_is_refused(tmp_path):
    wide = [["1"] * 80 for _ in range(80)]
    content = put(SMALL, ("cases", 0, "training", "first"), [["1"] * 3] * 80)
    for name in ("trained", "move"):
        content = put(content, ("cases", 0, "training", name), [wide])
    content = put(content, ("cases", 0, "training", "last"), [["1"] * 80] * 2)
    with pytest.raises(Refused, match=str(MAX_NUMBERS)):
        read_certificate(save(tmp_path / "c.json", content))


def test_version_1_has_no_networks(tmp_path):
    with pytest.raises(Refused, match="version 1 has no networks"):
        read_certificate(save(tmp_path / "c.json", put(SMALL, ("version",), 1)))


def test_extreme_numbers_end_soon(tmp_path):
    """The largest and smallest float64 side by side, in twenty layers: exact, or out of time."""
    large, small = str(F(1.7e308)), str(F(5e-324))
    layer = [[large, small], [small, large]]
    content = SMALL
    for name in ("trained", "move"):
        content = put(content, ("cases", 0, "training", name), [layer if name == "move" else SMALL_LAYER] * 20)
    found = answers(save(tmp_path / "c.json", content), seconds=5.0)
    assert found[0].answer is not Answer.AGREE
    assert found[0].seconds < 8


SMALL_LAYER = [["1", "1/2"], ["3/4", "2"]]

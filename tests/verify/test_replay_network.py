"""Replaying what a move of a network's weights does: exact numbers, hostile files, and faults that must be seen."""

import copy
import inspect
import json
import sys
import types
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
import torch
from sympy import Le, sqrt

import verify.certificates
from numerics.enclosures import Relation
from numerics.targets import Gaussian
from numerics.training import Given, Training
from theory.claims import Cases, Claim, TrainingSpace, find
from theory.vocabulary import C, curve_moved, gauss_newton, grad2, h, layers, loss_em, loss_moved, move2, s, slope_moved
from verify.cases import Case
from verify.certificates import certificate, write_certificate
from verify.cli import main
from verify.draws import drawn_cases
from verify.evaluate import Evaluator
from verify.replay import network
from verify.replay.check import Answer, check_case
from verify.replay.errors import CannotCheck, Refused
from verify.replay.format import Certificate, digest
from verify.replay.intervals import bounds, precision
from verify.replay.network import Network
from verify.replay.network_fields import MAX_NUMBERS, NetworkFields
from verify.replay.reader import read_certificate
from verify.verdicts import Status, Tightness, Verdict

OLD = Path(__file__).with_name("certificate-v1.json")
CORRECTED = find("wht24.lemma8.corrected")
GRID = (4.0, 0.3, 0.1)
NAMES = ("loss_em", "loss_moved", "slope_moved", "gauss_newton", "curve_moved", "move2")


def certified(relation, *cases, id="test", status=Status.CERTIFIED):
    """A verdict on cases that were chosen here, without a search."""
    space = Cases(training=TrainingSpace())
    claim = Claim(id=id, title="a test", relation=relation, source="test", cases=space)
    outcomes = tuple(Evaluator(claim)(case) for case in cases)
    found = Verdict(claim, status, "", len(cases), Tightness(None, None), 7, 0.0)
    if status is Status.REFUTED:
        return replace(found, counterexample=outcomes[0], largest_violation=outcomes[-1])
    return replace(found, proved=outcomes)


def drawn(d=2, v=GRID, free=(), **plan):
    plan = {"n": 2, "m": 4, "layers": 2, "weighting": "edm", "reach": 0.7, "seed": 5} | plan
    return Case(Gaussian(d=d, var=1.0), v, training=Training(**plan), free=free)


def save(path, content, new_digest=True):
    path.write_text(json.dumps({**content, "sha256": digest(content)} if new_digest else content))
    return path


def answers(path, seconds=60.0):
    found, statement = read_certificate(path)
    return [check_case(statement, one, seconds) for one in found.cases]


def fields(case):
    """The network of a case as its certificate gives it."""
    content = certificate(certified(Le(loss_moved, 10**6), case))
    content.pop("sha256")
    found = Certificate.model_validate(content).cases[0].training
    assert isinstance(found, NetworkFields)
    return found


# --- true certificates -------------------------------------------------------------------------------------------


def test_the_hand_made_counterexample_replays(tmp_path, capsys):
    """One unit, weight 1, data at 0, noise -1 at level 1: interpolation, so that the printed right side is 0."""
    from verify.search import verify_claim

    path = write_certificate(verify_claim(find("wht24.lemma8.printed"), examples=10, seed=3), tmp_path)
    shown = json.loads(path.read_text())["cases"][0]
    weights = shown["training"]
    assert (weights["trained"], weights["last"], weights["noises"]) == ([[["1"]]], [["1"]], [["-1"]])
    assert weights["first"] == [["0", "1"]]
    assert shown["lhs"]["midpoint"] == "1/2"
    with pytest.raises(SystemExit) as stop:
        main(["replay", str(path)])
    assert stop.value.code == 0
    assert "2 agree" in capsys.readouterr().out


def test_every_certified_outcome_of_the_corrected_lemma_replays(tmp_path):
    """Also those whose sides touch, which only enough bits can tell."""
    evaluate = Evaluator(CORRECTED)
    outcomes = [evaluate(case) for case in drawn_cases(CORRECTED.cases, CORRECTED.names, 25, seed=2)]
    proved = tuple(o for o in outcomes if o.certified and o.relation is Relation.HOLDS)
    assert len(proved) > 15
    assert any(o.lhs.value == o.rhs.value for o in proved)
    verdict = replace(certified(CORRECTED.relation, proved[0].case), proved=proved)
    assert {a.answer for a in answers(write_certificate(verdict, tmp_path))} == {Answer.AGREE}


def test_equal_sides_of_a_bound_are_told_by_enough_bits(tmp_path):
    """One residual, and no unit that the move turns: the sides are one dyadic number of some 500 bits."""
    case = Case(Gaussian(d=3, var=1.0), (1.0, 0.5), training=Training(1, 1, seed=0))
    verdict = certified(CORRECTED.relation, case)
    assert (verdict.proved[0].relation, verdict.proved[0].bits) == (Relation.HOLDS, 512)
    (found,) = answers(write_certificate(verdict, tmp_path))
    assert (found.answer, found.bits) == (Answer.AGREE, 1024)
    assert found.lhs[0] == found.lhs[1] == found.rhs[0] == found.rhs[1]


def test_sizes_and_weights_of_the_levels_are_known(tmp_path):
    content = certificate(certified(Le(move2, 1), drawn(steps=3)))
    text = "n + m + layers + K + d + beta[0] + g[1] - g_min - g_max"
    network = fields(drawn(steps=3))
    weights = [b * a * a for a, b in zip(network.sigmas, network.beta, strict=True)]
    value = 2 + 4 + 2 + 3 + 2 + network.beta[0] + weights[1] - min(weights) - max(weights)
    content["claim"]["relation"] = f"{text} <= 1000"
    content["cases"][0]["lhs"] = {"midpoint": str(value), "radius": "0"}
    content["cases"][0]["rhs"] = {"midpoint": "1000", "radius": "0"}
    assert [a.answer for a in answers(save(tmp_path / "c.json", content))] == [Answer.AGREE]


def test_an_old_certificate_is_still_read():
    assert json.loads(OLD.read_text())["version"] == 1
    assert [a.answer for a in answers(OLD)] == [Answer.AGREE] * 2


# --- the numbers -------------------------------------------------------------------------------------------------


def test_numbers_by_hand():
    """S = w relu(2 x - level), x = 1 + 2 (1/2), level 2: 2 w; r = 2 (2 w) + 1/2; w = 3 moved by -1."""
    case = drawn(
        d=1,
        v=(4.0, 1.0),
        n=1,
        m=1,
        layers=1,
        weighting="uniform",
        given=Given(((1.0,),), ((0.5,),), (((2.0, -1.0),), ((3.0,),), ((1.0,),)), (((-1.0,),),)),
    )
    one = Network(fields(case))
    assert one.at_start("loss_em", 0) == F(25, 2) ** 2 / 2
    assert one.exact("loss_moved") == F(17, 2) ** 2 / 2
    assert one.exact("slope_moved") == F(25, 2) * -4
    assert one.exact("gauss_newton") == 8
    assert bounds(one.number("curve_moved")) == (0, 0)
    assert one.exact("move2") == 1


def test_a_unit_that_is_off_has_no_derivative():
    """The unit is off at the start, so the slope is 0, and on after the move."""
    given = Given(((0.0,),), ((1.0,),), (((0.0, 1.0),), ((-1.0,),), ((1.0,),)), (((3.0,),),))
    one = Network(fields(drawn(d=1, v=(1.0, 0.5), n=1, m=1, layers=1, weighting="uniform", given=given)))
    assert one.exact("slope_moved") == 0
    assert (one.at_start("loss_em", 0), one.exact("loss_moved")) == (F(1, 2), F(9, 2))
    with precision(100):
        low, high = bounds(one.number("curve_moved"))
    assert low <= 2 <= high < low + F(1, 2**90)


@pytest.mark.parametrize("seed", range(4))
def test_numbers_against_automatic_differentiation(seed):
    """A network of torch, whose derivative along the move is a Jacobian-vector product."""
    given = fields(drawn(seed=seed, layers=1 + seed % 3, d=1 + seed % 2))
    array = lambda rows: torch.tensor(np.array(rows, dtype=float))  # noqa: E731
    points, noises, first, last = (array(x) for x in (given.points, given.noises, given.first, given.last))
    sigma, weight = (array(x).repeat(len(points)) for x in (given.sigmas, given.beta))
    clean = points.repeat_interleave(len(given.sigmas), dim=0)
    inputs = torch.cat([clean + sigma[:, None] * noises, sigma[:, None]], dim=1)

    def u(weights):
        q = torch.relu(inputs @ first.T)
        for matrix in weights:
            q = torch.relu(q @ matrix.T)
        r = sigma[:, None] * (q @ last.T) + noises
        return torch.sqrt(weight / len(points))[:, None] * r

    start, move = array(given.trained), array(given.move)
    before, tangent = torch.func.jvp(u, (start,), (move,))
    after = u(start + move)
    expected = {
        "loss_em": before.square().sum() / 2,
        "loss_moved": after.square().sum() / 2,
        "slope_moved": (before * tangent).sum(),
        "gauss_newton": (after - before).square().sum() / 2,
        "curve_moved": (after - before - tangent).norm(),
        "move2": move.square().sum(),
    }
    one = Network(given)
    with precision(100):
        found = {name: one.exact(name) for name in NAMES[1:4]} | {"loss_em": one.at_start("loss_em", 0)}
        found |= {"curve_moved": bounds(one.number("curve_moved"))[0], "move2": one.exact("move2")}
    for name in NAMES:
        assert float(found[name]) == pytest.approx(float(expected[name]), rel=1e-11, abs=1e-11), name


# --- faults ------------------------------------------------------------------------------------------------------

FAULTS = {
    "relu dropped": ("[max(x, 0) for x in raw]", "raw"),
    "a transposed matrix": ("raw = _times(before, q)", "raw = _times([list(c) for c in zip(*before)], q)"),
    "a transposed last matrix": ("_times(last, v)", "_times([list(r)[::-1] for r in last], v)"),
    "the noise coordinate missing": ("self._outputs([*noisy, sigma])", "self._outputs([*noisy, 0 * sigma])"),
    "1/n missing": ("beta / n,", "beta,"),
    "beta missing": ("beta / n,", "1 / Fraction(n),"),
    "the move not added": ("_relu(_times(after, moved))", "_relu(_times(before, moved))"),
    "the move of the last layer alone": ("_relu(_times(after, moved))", "_relu(_times(after, raw))"),
    "the derivative through an off unit": ("t if x > 0 else 0", "t"),
    "the derivative without earlier layers": ("_times(before, slope)", "[0] * len(slope)"),
    "the derivative without its own layer": ("_times(step, q)", "[0] * len(q)"),
    "the output not multiplied by sigma": ("[sigma * t for t in tangent]", "tangent"),
    "the noise not added to the output": ("sigma * s + xi for s, xi in zip(here", "sigma * s for s, xi in zip(here"),
    "the noise not added to the data": ("x + sigma * xi for x, xi in", "x for x, xi in"),
    "another sample's noise": ("noises[i * N + j]", "noises[j * n + i]"),
    "no half": ("HALF = Fraction(1, 2)", "HALF = Fraction(1)"),
    "the first matrix not divided out": ("scale * ends[0] * ends[1]", "scale * ends[1]"),
    "the move's size over one layer": ("for matrix in given.move for row", "for matrix in given.move[:1] for row"),
    "the curve without its linear part": ("_minus(_minus(r.after, r.before), r.tangent)", "_minus(r.after, r.before)"),
}
EVERYTHING = Le(
    loss_moved + loss_em[0] + slope_moved + move2 / 3, gauss_newton + 100 * sqrt(2 * loss_em[0]) * curve_moved + 1000
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A certificate that asks for every number, of networks with units that are off and that the move turns on."""
    cases = [drawn(seed=seed, n=3) for seed in range(3)]
    verdict = certified(EVERYTHING, *cases)
    assert all(o.certified and o.relation is Relation.HOLDS for o in verdict.proved)
    path = write_certificate(verdict, tmp_path_factory.mktemp("networks"))
    assert [a.answer for a in answers(path)] == [Answer.AGREE] * 3
    return path


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_disagrees(monkeypatch, sample, fault):
    old, new = FAULTS[fault]
    source = inspect.getsource(network)
    assert source.count(old) == 1, "the fault has lost its place"
    module = types.ModuleType("faulty_network")
    monkeypatch.setitem(sys.modules, "faulty_network", module)
    exec(compile(source.replace(old, new), "faulty_network", "exec"), module.__dict__)
    monkeypatch.setattr("verify.replay.check.Network", module.Network)
    assert Answer.DISAGREE in [a.answer for a in answers(sample)]


# --- changed and hostile files -----------------------------------------------------------------------------------

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
    "steps of zero": ("training.steps", 0, "steps"),
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


# --- what is not re-checked --------------------------------------------------------------------------------------


def test_what_a_run_showed_cannot_be_checked():
    one = Network(fields(drawn()))
    with pytest.raises(CannotCheck, match="after 1 steps"):
        one.at_start("loss_em", 1)
    with pytest.raises(CannotCheck, match="no level"):
        one.level("beta", 2)


@pytest.mark.parametrize("relation", [Le(loss_em[1], -1), Le(grad2[s], -1), Le(h, layers / 10**9)])
def test_certificates_of_runs_say_so(tmp_path, relation):
    verdict = certified(relation, drawn(free=(("s", 0.0),)), status=Status.REFUTED)
    found = answers(write_certificate(verdict, tmp_path))
    assert {a.answer for a in found} == {Answer.CANNOT_CHECK}
    assert all("real run" in a.reason for a in found)


def test_without_room_the_smallest_networks_are_written_out(tmp_path, monkeypatch):
    cases = [drawn(m=8), drawn(m=2), drawn(m=4)]
    verdict = certified(Le(move2, C), *(replace(one, free=(("C", 1.0),)) for one in cases))
    sizes = [sum(1 for _ in numbers(fields(one).model_dump())) for one in cases]
    assert sizes == [verify.certificates._numbers(one) for one in cases]
    monkeypatch.setattr(verify.certificates, "WRITTEN_OUT", sizes[1] + sizes[2])
    content = certificate(verdict)
    assert [one["training"]["kind"] for one in content["cases"]] == ["other", "network", "network"]
    found = answers(save(tmp_path / "c.json", content))
    assert [a.answer for a in found] == [Answer.CANNOT_CHECK, Answer.AGREE, Answer.AGREE]
    assert "m = 8" in found[0].reason
    assert "not written out" in found[0].reason


def numbers(nested):
    if isinstance(nested, dict):
        nested = [x for name, x in nested.items() if name not in ("kind", "exact", "steps")]
    if isinstance(nested, list):
        for x in nested:
            yield from numbers(x)
    else:
        yield nested


def test_the_time_limit_holds_for_networks(tmp_path):
    path = write_certificate(certified(Le(loss_moved, 10**6), drawn(m=16)), tmp_path)
    (found,) = answers(path, seconds=1e-9)
    assert found.answer is Answer.CANNOT_CHECK
    assert "time limit" in found.reason

"""Replaying what a move of a network's weights does: true certificates, exact numbers, and what is not re-checked."""

import json
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest
import torch
from replay_certificates import answers, save
from replay_networks import CORRECTED, NAMES, OLD, certified, drawn, fields
from sympy import Le

import verify.certificates
from numerics.enclosures import Relation
from numerics.targets import Gaussian
from numerics.training import Given, Training
from theory.claims import find
from theory.vocabulary import C, grad2, h, layers, loss_em, loss_moved, move2, s
from verify.cases import Case
from verify.certificates import certificate, write_certificate
from verify.cli import main
from verify.draws import drawn_cases
from verify.evaluate import Evaluator
from verify.replay.check import Answer
from verify.replay.errors import CannotCheck
from verify.replay.intervals import bounds, precision
from verify.replay.network import Network
from verify.verdicts import Status

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

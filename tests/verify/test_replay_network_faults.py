"""Faults planted in the second implementation of a network are seen."""

import inspect
import sys
import types

import pytest
from replay_certificates import answers
from replay_networks import certified, drawn
from sympy import Le, sqrt

from numerics.enclosures import Relation
from theory.vocabulary import curve_moved, gauss_newton, loss_em, loss_moved, move2, slope_moved
from verify.certificates import write_certificate
from verify.replay import network
from verify.replay.check import Answer

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

"""Networks whose certificates are replayed, drawn for tests."""

from dataclasses import replace
from pathlib import Path

from sympy import Le

from numerics.targets import Gaussian
from numerics.training import Training
from theory.claims import Cases, Claim, TrainingSpace, find
from theory.vocabulary import loss_moved
from verify.cases import Case
from verify.certificates import certificate
from verify.evaluate import Evaluator
from verify.replay.format import Certificate
from verify.replay.network_fields import NetworkFields
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


def fields(case):
    """The network of a case as its certificate gives it."""
    content = certificate(certified(Le(loss_moved, 10**6), case))
    content.pop("sha256")
    found = Certificate.model_validate(content).cases[0].training
    assert isinstance(found, NetworkFields)
    return found

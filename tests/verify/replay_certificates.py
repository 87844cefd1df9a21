"""Certificates made for tests: verdicts on chosen cases, written, changed and read back."""

import copy
import json
from dataclasses import replace
from pathlib import Path

from sympy import (
    Le,
)

from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture
from theory.claims import Cases, Claim
from theory.vocabulary import (
    E_D,
    E_I,
    N,
    k,
)
from verify.cases import Case
from verify.certificates import certificate
from verify.evaluate import Evaluator
from verify.replay.check import check_case
from verify.replay.format import digest
from verify.replay.reader import read_certificate
from verify.verdicts import Status, Tightness, Verdict

ROOT = Path(__file__).parents[2]
STEPS = (k, 0, N - 1)
MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
POINTS = GaussianMixture([0.5, 0.5], [-1.0, 1.0], [0.0, 0.0])
PLANE = GaussianMixture([0.5, 0.5], [[0.0, 0.0], [1.0, 1.0]], [0.1, 0.1])
WIDE = Gaussian(eigenvalues=[0.2, 1.0, 3.0], mean=[1.0, 0.0, 2.0])
LINE = Gaussian(d=1, var=0.25, mean=1.0)
ERROR = LinearError(0.1, -0.5)
GRID = (2.0, 0.7, 0.1)


def verdict(relation, *cases, id="test", status=Status.REFUTED):
    """A verdict on cases that were chosen here, without a search."""
    claim = Claim(id=id, title="a test", relation=relation, source="test", cases=Cases(samplers=("score",)))
    outcomes = [Evaluator(claim)(case) for case in cases]
    found = Verdict(claim, status, "", len(cases), Tightness(None, None), 7, 0.0)
    if status is Status.REFUTED:
        return replace(found, counterexample=outcomes[0], largest_violation=outcomes[-1])
    return replace(found, proved=tuple(outcomes))


def case(target, v=GRID, sampler="score", start="noise", error=ERROR, **free):
    return Case(target, v, sampler, start, error, tuple(free.items()))


def save(path, content, new_digest=True):
    if new_digest:
        content = {**content, "sha256": digest(content)}
    path.write_text(json.dumps(content))
    return path


def answers(path, seconds=60.0):
    found, statement = read_certificate(path)
    return [check_case(statement, one, seconds) for one in found.cases]


def fields_of(content, path=()):
    """Every place of a certificate that holds a value."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from fields_of(value, (*path, key))
    elif isinstance(content, list):
        for i, value in enumerate(content):
            yield from fields_of(value, (*path, i))
    else:
        yield path


def changed(content, path, value):
    out = copy.deepcopy(content)
    here = out
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return out


SAMPLE = certificate(verdict(Le(E_D, E_I), case(LINE), case(MIXTURE)))

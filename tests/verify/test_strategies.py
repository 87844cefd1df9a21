"""The strategies must reach the corners where bounds break, and never draw an illegal case."""

import random
from itertools import pairwise

import hypothesis
import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from numerics.targets import Gaussian, GaussianMixture
from theory.claims import Cases, Family, catalogue
from theory.grids import from_variances
from verify.calculator import calculator_cases
from verify.replay.names import FREE
from verify.reproducible import no_local_constants
from verify.strategies import cases, gaussians, mixtures, score_errors, variances
from verify.training import SIZES


@given(variances(6))
def test_grids_are_legal(v):
    grid = from_variances(v)
    assert 1 <= grid.N <= 6


@given(st.one_of(gaussians(), mixtures()))
def test_targets_are_legal_and_named(target):
    assert target.d >= 1
    assert target.m2.value >= 0
    assert target.label.startswith(("gaussian(", "mixture("))


def reached(strategy, wanted, examples=2000):
    look = settings(max_examples=examples, database=None, phases=[Phase.generate], deadline=None)
    with no_local_constants():
        try:
            hypothesis.find(strategy, wanted, settings=look, random=random.Random(0))
        except hypothesis.errors.NoSuchExample:
            return False
    return True


def test_what_is_not_drawn_is_not_reached():
    assert not reached(variances(5), lambda v: len(v) > 6, examples=200)


def test_corners_are_reached():
    assert reached(variances(5), lambda v: len(v) == 2)
    assert reached(variances(5), lambda v: min(a / b for a, b in pairwise(v)) < 1 + 1e-8)
    assert reached(variances(5), lambda v: v[0] / v[-1] > 1e8)
    assert reached(variances(5), lambda v: np.any(np.diff(np.diff(np.log(v))) > 0.5))
    assert reached(gaussians(), lambda g: g.m2.value == 0)
    assert reached(gaussians(), lambda g: g.m2.value > 1e5)
    assert reached(mixtures(), lambda m: len(set(m.line.means)) < len(m.line.means))
    assert reached(score_errors(), lambda e: e is None)
    assert reached(score_errors(), lambda e: e is not None and e.a < 0 and e.b != 0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_claim_gets_what_its_relation_needs(data):
    drawn = [c for c in catalogue().values() if c.design is None]  # the others plan their runs
    claim = data.draw(st.sampled_from(sorted(drawn, key=lambda c: c.id)))
    case = data.draw(cases(claim.cases, claim.names))
    free = dict(case.free)
    of_the_network = SIZES if case.training is not None else ()
    assert {name for name in FREE if name in claim.names}.difference(of_the_network) <= free.keys() <= set(FREE)
    if "w" in free:
        assert 0 < free["w"] < free["u"]
    if claim.cases.families == (Family.POINT,):
        assert case.target.m2.value == 0
    if not claim.cases.score_error:
        assert case.error is None


def test_a_fixed_target_is_kept():
    fixed = GaussianMixture([0.5, 0.5], [0.0, 1.0], [1.0, 1.0])

    @settings(max_examples=10, database=None)
    @given(cases(Cases(), {"u"}, fixed))
    def look(case):
        assert case.target is fixed

    look()


def test_calculator_cases_start_simple():
    first = next(iter(calculator_cases(Cases(samplers=("score",), score_error=True), {"v", "KL"})))
    assert first.v == (2.0, 1.0)
    assert first.error is None
    assert isinstance(first.target, Gaussian)
    assert first.target.m2.value == 0

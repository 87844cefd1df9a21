"""What is written as JSON and read again is the same to the last bit."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numerics.enclosures import Enclosure, Kind, Relation
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, PointCloud
from theory.claims import Cases, find
from verify.cases import Case
from verify.evaluate import Outcome
from verify.records import Described, case_of, case_record, enclosure_of, enclosure_record, outcome_of, outcome_record
from verify.search import search_shard, verify_claim
from verify.shards import Findings
from verify.strategies import cases
from verify.verdicts import Verdict

SPACE = Cases(samplers=("score", "heun"), score_error=True)


def through_json(record):
    return json.loads(json.dumps(record, allow_nan=False))


def parameters(target):
    """Every number in a target, as bytes."""
    kept = {}
    for name, value in vars(target).items():
        if isinstance(value, np.ndarray):
            kept[name] = value.tobytes()
        elif isinstance(value, (int, float, str)):
            kept[name] = value
        elif isinstance(value, Enclosure):
            kept[name] = (value.value.tobytes(), value.radius.tobytes())
    assert len(kept) >= 4
    return kept


def same_case(one, other):
    assert type(one.target) is type(other.target)
    assert parameters(one.target) == parameters(other.target)
    for name in ("v", "sampler", "start", "error", "free"):
        assert getattr(one, name) == getattr(other, name)
        assert repr(getattr(one, name)) == repr(getattr(other, name))
    assert str(one) == str(other)


@given(cases(SPACE, {"E_D", "u", "w", "x", "a_t", "C"}))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_drawn_cases(case):
    same_case(case, case_of(through_json(case_record(case))))


@pytest.mark.parametrize(
    "target",
    [
        Gaussian(d=3, var=0.1, mean=[1.0, 1 / 3, -2.0]),
        Gaussian(cov=[[2.0, 0.3], [0.3, 1.0]], mean=0.7),
        GaussianMixture([0.1, 0.9], [[0.0, 1.0], [2.0, 1 / 3]], [0.5, 0.1], samples=64, seed=7, alpha=1e-5),
        GaussianMixture([0.25, 0.75], [[0.0, 1.0], [2.0, 0.0]], covs=[[[2.0, 0.3], [0.3, 1.0]]] * 2),
    ],
)
def test_targets_of_every_form(target):
    same_case(Case(target), case_of(through_json(case_record(Case(target)))))


def test_other_data_keep_their_name_and_refuse_to_be_measured():
    cloud = PointCloud([[0.0, 1.0], [1.0, 0.0]], label="points.npy")
    back = case_of(through_json(case_record(Case(cloud)))).target
    assert isinstance(back, Described)
    assert (back.label, back.d) == ("points.npy", 2)
    assert case_record(Case(back)) == case_record(Case(cloud))
    with pytest.raises(NotAvailable, match=r"points\.npy"):
        back.measure("J", 1.0)


@given(st.floats(), st.floats(min_value=0, allow_nan=False), st.sampled_from(Kind))
def test_enclosures_infinite_ones_included(value, radius, kind):
    one = Enclosure(np.asarray(value), np.asarray(radius), kind, {"a": 1e-8} if kind is Kind.SAMPLED else {})
    back = enclosure_of(through_json(enclosure_record(one)))
    assert np.array_equal(back.value, one.value, equal_nan=True)
    assert np.signbit(back.value) == np.signbit(one.value) or np.isnan(value)
    assert (back.radius.tobytes(), back.kind, back.sources) == (one.radius.tobytes(), one.kind, one.sources)


def test_an_outcome_without_a_value():
    nothing = Enclosure.of(np.nan)
    one = Outcome(Case(Gaussian(d=1, var=0.0)), Relation.UNDECIDED, nothing, Enclosure.of(-np.inf), False, False, 0)
    back = outcome_of(through_json(outcome_record(one)))
    assert back.undefined
    assert str(back.lhs) == str(one.lhs)
    assert back.rhs.value == -np.inf


@pytest.mark.parametrize("id", ["wht24.eq4.printed", "wht24.lemma10"])
def test_findings_and_verdicts(id):
    claim = find(id)
    found = search_shard(claim, 20, 3, 0)
    back = Findings.from_json(found.to_json())
    assert back.to_json() == found.to_json()
    assert [str(o.case) for o in back.outcomes] == [str(o.case) for o in found.outcomes]
    assert [o.push for o in back.outcomes] == [o.push for o in found.outcomes]
    verdict = verify_claim(claim, 20, 3)
    again = Verdict.from_record(claim, through_json(verdict.record()))
    assert again.as_json() == verdict.as_json()
    assert again.ratios == verdict.ratios
    assert again.record() == verdict.record()

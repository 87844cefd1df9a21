"""The whole error of trained networks: verdicts, false variants that die, cases, and what is not measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Eq, Le, Rational, Sum

from numerics.enclosures import Relation
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, PointCloud
from numerics.training import Training
from theory.claims import Expected, find
from theory.claims.wht24_theorem2 import DISCRETISATION
from theory.vocabulary import E_D, E_I, E_S_net, KL_path_net, N, k, loss_net, m2, mmse, sigma, v
from verify.boundary import boundary_cases
from verify.cases import Case
from verify.draws import drawn_cases
from verify.evaluate import Evaluator
from verify.measurements import BallMeasurements, FloatMeasurements
from verify.search import verify_claim
from verify.training_cases import MIXED
from verify.verdicts import Status

ALPHA = 1e-9
STEPS = (k, 0, N - 1)
DELTA = v[k] - v[k + 1]
HALF = Rational(1, 2)
MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])
TRUE = ["full_error.budget", "full_error.losses", "full_error.bound"]
WORDS = ("loss_net", "E_S_net", "KL_path_net")


def case(target: Any = MIXTURE, grid: tuple[float, ...] = (1.0, 0.6, 0.25), steps: int = 40) -> Case:
    return Case(target, grid, training=Training(n=8, m=16, steps=steps, seed=4))


CASES = (
    case(),
    case(steps=0),
    case(grid=(16.0, 4.0, 1.0), steps=0),
    case(Gaussian(d=1, var=0.04), (0.25, 0.02)),
    case(Gaussian(eigenvalues=[0.5, 1.0]), (1.0, 0.25)),
    case(Gaussian(d=1, var=1.0, mean=1.0), (0.5, 0.4)),
    case(PointCloud([[-1.0, 0.5], [1.0, 0.0], [0.5, -1.0]])),
)
FALSE = {
    "without E_D": ("full_error.budget", Eq(KL_path_net, E_I + E_S_net)),
    "without E_I": ("full_error.budget", Eq(KL_path_net, E_D + E_S_net)),
    "without E_S": ("full_error.budget", Eq(KL_path_net, E_I + E_D)),
    "a cross term": ("full_error.budget", Eq(KL_path_net, E_I + E_D + Rational(4, 3) * E_S_net)),
    "losses with their irreducible part": (
        "full_error.losses",
        Eq(KL_path_net, E_I + E_D + HALF * Sum(DELTA / v[k] * loss_net[k], STEPS)),
    ),
    "the weight 1/sigma": (
        "full_error.losses",
        Eq(KL_path_net, E_I + E_D + HALF * Sum(DELTA * (loss_net[k] / sigma[k] - mmse(v[k]) / v[k] ** 2), STEPS)),
    ),
    "the weight of the next level": (
        "full_error.losses",
        Eq(KL_path_net, E_I + E_D + HALF * Sum(DELTA / v[k + 1] * (loss_net[k] - mmse(v[k]) / v[k]), STEPS)),
    ),
    "the bound without E_D": ("full_error.bound", Le(KL_path_net, m2 / (2 * v[0]) + E_S_net)),
    "the bound without E_S": ("full_error.bound", Le(KL_path_net, m2 / (2 * v[0]) + DISCRETISATION)),
}


@pytest.mark.long
@pytest.mark.parametrize("id", TRUE)
def test_what_is_said_to_be_true_is_supported(id: str) -> None:
    verdict = verify_claim(find(id), examples=10, seed=2)
    assert verdict.status in (Status.SUPPORTED, Status.CERTIFIED)
    assert verdict.examples >= 20
    assert verdict.error_rates is not None
    assert verdict.error_rates["false_alarm"] <= 1e-9


@pytest.mark.parametrize("id", TRUE)
def test_every_sort_of_data_and_stage_of_training_is_measured(id: str) -> None:
    """A claim that nothing can be said of would hold as well: here both sides are known within a fifth."""
    evaluate = Evaluator(find(id))
    for one in CASES:
        outcome = evaluate(one)
        assert outcome.relation is not Relation.VIOLATED
        assert outcome.lhs.radius + outcome.rhs.radius < 0.35 * float(outcome.rhs.value), str(one)


@pytest.mark.parametrize("name", FALSE)
def test_false_variants_are_refuted(name: str) -> None:
    id, relation = FALSE[name]
    evaluate = Evaluator(replace(find(id), id=f"{id}~", relation=relation))
    outcomes: Iterator[Any] = (evaluate(one) for one in CASES)
    assert any(o.relation is Relation.VIOLATED and o.trusted for o in outcomes)


def test_the_printed_weight_is_expected_false() -> None:
    claim = find("full_error.weight")
    assert claim.expected is Expected.REFUTED
    assert claim.relation == FALSE["the weight 1/sigma"][1]


@pytest.mark.long
def test_the_printed_weight_is_refuted_by_a_search() -> None:
    claim = find("full_error.weight")
    verdict = verify_claim(claim, examples=10, seed=0)
    assert verdict.status is Status.REFUTED
    assert verdict.how == "by sampling, at the stated error rate"


def test_sides_are_experiments_of_their_own() -> None:
    measured = FloatMeasurements(case(), ALPHA, 3)
    path, error, losses = (measured[name] for name in ("KL_path_net", "E_S_net", "loss_net"))
    names = [set(one.sources) for one in (path, error, losses)]
    assert len(set.union(*names)) == sum(map(len, names)) == 4
    assert path.alpha == error.alpha == ALPHA
    assert losses.alpha == pytest.approx(ALPHA)
    again, other = (FloatMeasurements(case(), ALPHA, seed)["KL_path_net"] for seed in (3, 4))
    assert (float(again.value), again.sources) == (float(path.value), path.sources)
    assert float(other.value) != float(path.value)
    assert losses.shape == (3,)
    assert np.isnan(losses.value[-1])


def test_many_dimensions_have_an_interval_too() -> None:
    corners = PointCloud(np.sign(np.random.default_rng(1).normal(size=(20, 8))))
    one = replace(case(corners, (4.0, 2.0, 1.0)), training=Training(n=20, m=24, steps=10, seed=1))
    measured = FloatMeasurements(one, 1e-6)
    total = measured["E_I"] + measured["E_D"] + measured["E_S_net"]
    path = measured["KL_path_net"]
    assert abs(float(total.value - path.value)) <= total.radius + path.radius < 0.3 * float(path.value)


def test_cases_begin_before_training_and_have_every_sort_of_data() -> None:
    claim, other = find("full_error.budget"), find("wht24.remark1")
    drawn = drawn_cases(claim.cases, claim.names, 120, seed=0)
    plans = [one.training for one in drawn if one.training is not None]
    assert {0, 1} < {plan.steps for plan in plans}
    assert {one.label for one in MIXED} <= {one.target.label for one in drawn}
    edge = list(boundary_cases(claim.cases, claim.names))
    assert {one.label for one in MIXED} <= {one.target.label for one in edge}
    for one in (*drawn_cases(other.cases, other.names, 60, seed=0), *boundary_cases(other.cases, other.names)):
        assert one.training is not None
        assert one.training.steps > 0
        assert one.target.label not in {data.label for data in MIXED}


@pytest.mark.parametrize("name", WORDS)
def test_what_is_not_measured_says_so(name: str) -> None:
    with pytest.raises(NotAvailable, match="trains no network"):
        FloatMeasurements(replace(case(), training=None))[name]
    for wrong in (replace(case(), sampler="denoiser"), replace(case(), start="exact")):
        with pytest.raises(NotAvailable, match="score sampler from N"):
            FloatMeasurements(wrong)[name]
    with pytest.raises(NotAvailable, match="no proved enclosure"):
        BallMeasurements(case())[name]

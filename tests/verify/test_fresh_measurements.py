"""Remark 1: the loss on fresh data of trained networks, their training loss, and the floor under one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sympy import Ge

from numerics.targets import Gaussian, GaussianMixture, NotAvailable
from numerics.training import Batch, Training
from theory.claims import Cases, TrainingSpace, find
from theory.claims.wht24_remark1 import FLOOR
from theory.vocabulary import loss_fresh as word
from verify.cases import Case
from verify.fresh_measurements import loss_fresh
from verify.search import verify_claim
from verify.verdicts import Status

CASE = Case(Gaussian(d=1, var=9.0), (1.0, 0.5, 0.1), training=Training(n=2, m=8, weighting="edm", seed=3))
ALPHA = 1e-9
SMALL = Cases(
    training=TrainingSpace(
        factors=(1.0, 1.0),
        weightings=("uniform",),
        widths=(1, 4),
        most_points=2,
        most_levels=2,
        most_layers=1,
        most_steps=2,
        reach=(1.0, 1.0),
    )
)


def at_start(case: Case) -> torch.Tensor:
    assert case.training is not None
    return Batch.of([case.training.setup(case.target, case.v)]).trained[:, 0]


def floor(case: Case) -> float:
    assert case.training is not None
    setup, v = case.training.setup(case.target, case.v), np.asarray(case.v[:-1])
    return 0.5 * float(np.sum(np.asarray(setup.beta) * case.target.measure("mmse", v).value / v))


def test_one_experiment_of_a_case() -> None:
    found, again = (loss_fresh(CASE, at_start(CASE).clone(), ALPHA, 0) for _ in range(2))
    assert found.sources == again.sources
    assert found.alpha == ALPHA
    other = loss_fresh(CASE, at_start(CASE), ALPHA, 1)
    assert other.sources.keys() != found.sources.keys()
    assert abs(float(other.value) - float(found.value)) < float(other.radius) + float(found.radius)


def test_a_network_that_is_0_lies_between_the_floor_and_twice_the_floor() -> None:
    """Its loss is sum(beta) d/2, and mmse(v)/v is near d for wide data: a floor twice as high is noticed."""
    assert CASE.training is not None
    setup = CASE.training.setup(CASE.target, CASE.v)
    found = loss_fresh(CASE, torch.zeros_like(at_start(CASE)), ALPHA, 0)
    assert found.lower <= sum(setup.beta) / 2 <= found.upper
    assert floor(CASE) <= found.upper < 2 * floor(CASE)


def test_what_trains_no_network_or_diverged_has_none() -> None:
    with pytest.raises(NotAvailable, match="no network"):
        loss_fresh(replace(CASE, training=None), at_start(CASE), ALPHA, 0)
    with pytest.raises(NotAvailable, match="diverged"):
        loss_fresh(CASE, at_start(CASE) * np.inf, ALPHA, 0)


@pytest.mark.parametrize(
    ("id", "status"), [("wht24.remark1", Status.CERTIFIED), ("wht24.remark1.training", Status.REFUTED)]
)
def test_verdicts_of_remark_1(id: str, status: Status) -> None:
    verdict = verify_claim(find(id), examples=24, seed=1)
    assert verdict.status is status
    if status is not Status.REFUTED:
        assert verdict.error_rates is not None
        assert verdict.error_rates["false_alarm"] <= 1e-9
        assert verdict.tightness is not None
        assert verdict.tightness.max > 0.3


def test_a_floor_twice_as_high_is_refuted() -> None:
    claim = replace(find("wht24.remark1"), id="twice", relation=Ge(word, 2 * FLOOR), cases=SMALL)
    verdict = verify_claim(claim, examples=16, seed=1, target=CASE.target)
    assert verdict.status is Status.REFUTED
    assert verdict.how == "by sampling, at the stated error rate"


def test_mixtures_in_the_plane_are_measured_too() -> None:
    plane = GaussianMixture([0.3, 0.7], [[-1.5, 0.0], [1.0, 0.5]], [0.25, 0.4])
    case = replace(CASE, target=plane)
    found = loss_fresh(case, torch.zeros_like(at_start(case)), ALPHA, 0)
    assert CASE.training is not None
    assert found.lower <= sum(CASE.training.setup(plane, CASE.v).beta) <= found.upper

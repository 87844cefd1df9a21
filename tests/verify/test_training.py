"""Cases that train networks: drawn, kept, measured, and what the search makes of the training claims."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from sympy import Eq, Ge, Le

from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable
from numerics.training import Training
from theory.claims import Cases, TrainingSpace, catalogue, find
from theory.vocabulary import N, beta, grad2, lambda_max, loss_em, loss_lin, n, s, trace_K
from verify.boundary import boundary_cases
from verify.calculator import calculator_cases
from verify.cases import Case
from verify.conjectures import conjecture_cases
from verify.draws import drawn_cases
from verify.evaluate import Evaluator
from verify.measurements import FloatMeasurements
from verify.records import case_of, case_record
from verify.search import verify_claim
from verify.training import WORDS, forget, prefetch, run_of, training_number
from verify.verdicts import Status

NAMES = {"s", "loss_em", "grad2", "a_0"}
V = (4.0, 1.0, 0.25)
SPACE = Cases(training=TrainingSpace())


def case(seed: int = 0, **changes) -> Case:
    return Case(Gaussian(d=2, var=1.0), V, training=Training(**({"n": 2, "m": 8, "steps": 3, "seed": seed} | changes)))


def test_what_was_trained_together_is_what_is_trained_alone():
    cases = [case(seed) for seed in range(3)] + [case(7, m=4)]
    forget()
    prefetch(cases)
    together = [training_number(one, "loss_em").value for one in cases]
    assert run_of(cases[0])[0] is run_of(cases[1])[0]
    assert run_of(cases[0])[0] is not run_of(cases[3])[0]
    forget()
    for one, expected in zip(cases, together, strict=True):
        assert training_number(one, "loss_em").value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "other",
    [
        Case(Gaussian(d=2, var=2.0), V, training=case().training),
        Case(Gaussian(d=2, var=1.0), (4.0, 2.0, 0.25), training=case().training),
        case(factor=0.5),
        case(weighting="edm"),
        case(step="printed"),
        case(1),
    ],
    ids=["data", "grid", "factor", "weighting", "step", "seed"],
)
def test_another_case_has_numbers_of_its_own(other):
    assert training_number(case(), "loss_em").value[-1] != training_number(other, "loss_em").value[-1]


def test_a_case_without_training_has_no_such_words():
    with pytest.raises(NotAvailable, match="trains no network"):
        FloatMeasurements(Case(Gaussian(d=1, var=1.0), V))["lambda_max"]


def test_the_last_grid_point_is_not_trained_on():
    weight = FloatMeasurements(case(weighting="1/sigma"))["beta"]
    assert weight.value[:2].tolist() == [0.5, 1.0]
    assert np.isinf(weight.radius[2])


def test_drawn_cases_survive_their_records_and_are_legal():
    drawn = drawn_cases(SPACE, NAMES, 40, seed=3)
    assert len(drawn) == 40
    for one in drawn:
        assert case_of(case_record(one)).training == one.training
        assert one.v[-1] > 0
        assert 0 <= dict(one.free)["s"] < one.training.steps
        assert SPACE.training.most_levels >= one.N
    assert len({one.training.m for one in drawn}) > 3
    assert len({one.training.weighting for one in drawn}) == 4


def test_noise_levels_are_raised_into_the_space():
    space = Cases(training=TrainingSpace(least_sigma=1.0, by_hand=False))
    for one in (*drawn_cases(space, NAMES, 30, seed=1), *boundary_cases(space, NAMES)):
        assert one.v[-2] >= 1.0 - 1e-12


def test_the_simplest_network_interpolates():
    first = next(calculator_cases(SPACE, NAMES))
    assert training_number(first, "loss_em").value[0] == 0
    assert float(training_number(first, "loss_moved").value) == 0.5


def test_given_networks_survive_their_records():
    for one in islice(calculator_cases(SPACE, NAMES), 5):
        assert case_of(case_record(one)) == one or str(case_of(case_record(one))) == str(one)
        assert case_of(case_record(one)).training.given == one.training.given


@pytest.mark.parametrize(
    "relation",
    [
        Le(grad2[s], 1.9 * lambda_max[s] * loss_em[s]),
        Eq(loss_lin[s], loss_em[s]),
        Ge(lambda_max[s], 2 * trace_K[s] / (n * N)),
        Le(loss_em[s + 1], loss_em[s] * 0.9),
    ],
    ids=str,
)
def test_false_statements_are_refuted(relation):
    from theory.claims import Claim

    claim = Claim(id="false", title="false", relation=relation, source="test", cases=SPACE)
    assert verify_claim(claim, examples=10).status is Status.REFUTED


def test_lemma_8_is_refuted_by_one_unit():
    verdict = verify_claim(find("wht24.lemma8.printed"), examples=10)
    assert verdict.status is Status.REFUTED
    shown = verdict.counterexample
    assert shown.certified
    assert (shown.case.training.m, shown.case.training.n, float(shown.lhs.value), float(shown.rhs.value)) == (
        1,
        1,
        0.5,
        0,
    )


@pytest.mark.parametrize("id", ["wht24.thm1.step.printed", "wht24.thm1.narrow", "wht24.remark1.training"])
def test_what_is_expected_false_is_refuted(id):
    assert verify_claim(find(id), examples=10).status is Status.REFUTED


def test_every_word_of_training_is_used_by_a_claim_or_can_be_typed():
    used = set().union(*(claim.names for claim in catalogue().values()))
    assert {"loss_em", "grad2", "lambda_max", "growth", "apart", "layer2"} <= used & WORDS
    assert conjecture_cases(Le(grad2[s], beta[0]), "score", None).training is not None


def test_a_statement_about_no_step_of_the_run_is_refused():
    from theory.claims import Claim

    claim = Claim(id="far", title="far", relation=Le(loss_em[99], loss_em[0]), source="test", cases=SPACE)
    with pytest.raises(ValueError, match=r"loss_em\[99\] reaches index 99, but the run has indices 0 to 3"):
        Evaluator(claim).screen(case())


def test_data_of_a_mixture_are_drawn_for_the_network():
    mixture = GaussianMixture(weights=[0.5, 0.5], means=[-1.0, 1.0], stds=[0.0, 0.0])
    setup = Training(n=50, m=2).setup(mixture, V)
    assert {abs(row[0]) for row in setup.points} == {1.0}

"""Theorem 1 of Wang, He, Tao: what the bend is, what is true with it, and where the form without it breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Le, Max, Product, sqrt

from numerics.enclosures import Relation
from numerics.targets import Gaussian, GaussianMixture
from numerics.training import Training
from theory.claims import find
from theory.vocabulary import K, bend, h, lambda_max, lambda_min, loss_em, s
from verify.cases import Case
from verify.evaluate import Evaluator
from verify.search import verify_claim
from verify.verdicts import Status

TRUE, OBSERVED = find("wht24.thm1.corrected"), find("wht24.thm1.observed")
CONTRACTION = Max(1 - h * lambda_min[s], h * lambda_max[s] - 1)

# noise -2.42 at the input (0.37, 1): one step of half the stable size bends more than it descends
FAR = Case(Gaussian(d=1, var=9.0), (1.0, 0.5), training=Training(n=1, m=128, layers=3, factor=0.5, steps=1, seed=21606))
# two inputs 0.1 apart with noises -2.11 and 1.99
NEAR = Case(
    GaussianMixture(weights=[0.5, 0.5], means=[2.111, -1.886], stds=[0.0, 0.0]),
    (1.0, 0.5),
    training=Training(n=2, m=128, layers=3, factor=0.25, steps=1, seed=57704),
)


def with_factor(factor: float, **changes) -> Case:
    return replace(FAR, training=replace(FAR.training, factor=factor, **changes))


def sides(claim, case: Case):
    found = Evaluator(claim).screen(case)
    return found.lhs, found.rhs


def test_the_form_with_the_bend_is_supported():
    verdict = verify_claim(TRUE, examples=40)
    assert verdict.status is Status.SUPPORTED
    assert verdict.tightness.max == pytest.approx(1)


def kept(factor):
    return Le(sqrt(loss_em[K]), Product(factor, (s, 0, K - 1)) * sqrt(loss_em[0]))


def test_without_the_bend_it_is_refuted():
    false = replace(TRUE, id="false", relation=kept(CONTRACTION))
    assert verify_claim(false, examples=80).status is Status.REFUTED


@pytest.mark.parametrize(
    ("factor", "case"),
    [
        (CONTRACTION + bend[s] / 2, with_factor(1.0, steps=6)),
        ((CONTRACTION + bend[s]) * 0.99, with_factor(1.0, steps=6)),
        (1 - h * lambda_min[s] + bend[s], with_factor(1.9, m=8, layers=1, seed=0)),
        (Max(1 - h * lambda_max[s], h * lambda_max[s] - 1) + bend[s], with_factor(0.5, n=2, m=8, seed=0)),
    ],
    ids=["half the bend", "a smaller constant", "smallest eigenvalue alone", "largest eigenvalue alone"],
)
def test_false_variants_break_where_the_claim_holds(factor, case):
    assert Evaluator(replace(TRUE, id="false", relation=kept(factor))).screen(case).relation is Relation.VIOLATED
    assert Evaluator(TRUE).screen(case).relation is not Relation.VIOLATED


@pytest.mark.parametrize("case", [FAR, NEAR], ids=["large noise", "nearly equal inputs"])
def test_larger_steps_break_the_form_without_the_bend(case):
    left, right = sides(OBSERVED, case)
    assert left.lower > 1.002 * right.upper
    assert Evaluator(TRUE).screen(case).relation is not Relation.VIOLATED


def test_its_own_steps_do_not():
    left, right = sides(OBSERVED, with_factor(0.1, steps=6))
    assert left.upper < 0.99 * right.lower


def test_with_one_residual_both_sides_are_one_number():
    assert Evaluator(TRUE).screen(FAR).hidden < 1e-9

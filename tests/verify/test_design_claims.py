"""Claims on the design space: verdicts, and false variants that die. What is drawn: test_design_cases.py."""

from dataclasses import replace

import pytest
from sympy import Eq, Ge, Le, Max, Min, Product, Rational, Sum, atan, cos, exp, log, pi, sqrt

from theory.claims import Expected, Form, catalogue, find
from theory.claims.design_threshold import geometric_cost
from theory.claims.edm_weighting import P_STD, edm_density, edm_lambda
from theory.claims.wht24_optimality import MEAN_STEP
from theory.claims.wht24_remark3 import BEST_OF_BOUND
from theory.claims.wht24_table1 import EXPONENTIAL_D_TERM, R, polynomial_d_term
from theory.claims.wht24_table2 import (
    LOW_MEAN_EXPONENTIAL,
    factor_exponential,
    factor_polynomial,
    printed_exponential,
    printed_polynomial,
)
from theory.vocabulary import E_D, E_S, N, P_mean, V_out, beta, d, excess, k, lam, m2, rho, sigma, v
from verify.search import verify_claim
from verify.verdicts import Status

STEMS = (
    "wht24.optimality",
    "wht24.table1.",
    "wht24.table2.",
    "wht24.remark3.",
    "wht24.i1.",
    "design.",
    "edm.weighting",
)
OF_DESIGN = [claim for claim in catalogue().values() if claim.id.startswith(STEMS)]
TRUE = [claim.id for claim in OF_DESIGN if claim.expected is Expected.SUPPORTED]
REFUTED = [claim.id for claim in OF_DESIGN if claim.expected is Expected.REFUTED]

# the quick suite looks at all of them
SHORT = {"wht24.optimality", "wht24.remark3.bound", "wht24.table1.exponential", "edm.weighting"}
LONG = {"exponential limit for polynomial grids", "no power of R", "no power of R, sqrt", "tan with scale 1"}

STEPS = (k, 0, N - 1)
L = log(R)
A = Max(rho, 1)
SHORTER = Max(v[k + 1] / v[k], Rational(1, 5))
MIDDLE = log(sigma[0] * sigma[N]) / 2
COST = E_S + E_D
ANGLE = (atan(sigma[0]) - atan(sigma[N])) / N


def left(id):
    return find(id).relation.lhs


def i1(id, right):
    return id, Le(left(id), right)


FALSE = {
    "5 % above the optimum": (
        "wht24.optimality",
        Ge(left("wht24.optimality"), Rational(21, 20) * N * (MEAN_STEP - 1 + exp(-MEAN_STEP))),
    ),
    "steps up to ln 5": (
        "wht24.optimality.argument.corrected",
        Ge(Sum((1 - SHORTER) ** 2, STEPS), N * (1 - Product(SHORTER, STEPS) ** (1 / N)) ** 2),
    ),
    "5 % below the exponential limit": (
        "wht24.table1.exponential",
        Le(N * EXPONENTIAL_D_TERM, Rational(19, 20) * L**2),
    ),
    "exponential limit for polynomial grids": ("wht24.table1.polynomial", Le(N * polynomial_d_term(), L**2)),
    "5 % above the least bound": (
        "wht24.remark3.bound",
        Ge(rho**2 * R ** (1 / rho), Rational(21, 20) * exp(2) * BEST_OF_BOUND**2),
    ),
    "a larger rho is worse": ("wht24.remark3.corrected", Ge(polynomial_d_term(2 * rho), polynomial_d_term())),
    "polynomial beats exponential": (
        "wht24.remark3.exponential",
        Le(polynomial_d_term(), EXPONENTIAL_D_TERM),
    ),
    "no room for the spread": (
        "wht24.table2.polynomial.corrected",
        Le(factor_polynomial(Min(P_mean, MIDDLE), Max(rho, 1)), printed_polynomial(Min(P_mean, MIDDLE), Max(rho, 1))),
    ),
    "mean e times too high": (
        "wht24.table2.exponential.corrected",
        Le(factor_exponential(Min(P_mean, MIDDLE + 1)), printed_exponential(Min(P_mean, MIDDLE + 1))),
    ),
    "half of P X": (
        "wht24.table2.exponential.corrected",
        Le(factor_exponential(LOW_MEAN_EXPONENTIAL), printed_exponential(LOW_MEAN_EXPONENTIAL) / 2),
    ),
    "no power of R": i1("wht24.i1.edm.polynomial", m2 / v[0] + d * A**2 / N + (m2 + d) * (A**2 / N + A**3 / N**2)),
    "cubes alone": i1("wht24.i1.edm.exponential", m2 / v[0] + d * L**3 / N + (m2 + d) * (L**3 / N + L**3 / N**2)),
    "a third of m2": i1(
        "wht24.i1.edm.exponential", m2 / (3 * v[0]) + d * L**2 / N + (m2 + d) * (L**2 / N + L**3 / N**2)
    ),
    "no power of R, sqrt": i1(
        "wht24.i1.sqrt.polynomial", m2 / v[0] + (2 * d + m2) * 4 * Max(rho, Rational(1, 2)) ** 2 / N
    ),
    "a sixteenth": i1("wht24.i1.sqrt.exponential", m2 / v[0] + (2 * d + m2) * L**2 / (4 * N)),
    "sum for difference": (
        "design.threshold",
        Eq(COST, d * log(v[0] / v[N]) / 2 + (excess[0] + d) / 2 * Sum(1 - v[k + 1] / v[k], STEPS)),
    ),
    "best up to 2 d": (
        "design.threshold.below",
        Ge(Max(0, 2 * d - excess[N]) * COST, Max(0, 2 * d - excess[N]) * geometric_cost(excess[N])),
    ),
    "worst from 4/5 d": (
        "design.threshold.above",
        Le(Max(0, excess[0] - 4 * d / 5) * COST, Max(0, excess[0] - 4 * d / 5) * geometric_cost(excess[0])),
    ),
    "geometric in v": (
        "design.optimal.gaussian.score",
        Ge(E_D, N * (MEAN_STEP - 1 + exp(-MEAN_STEP)) / 2),
    ),
    "tan with scale 1": ("design.optimal.gaussian.ode", Le(V_out, (lam + v[N]) * cos(ANGLE) ** (2 * N))),
    "on the denoising loss": (
        "edm.weighting",
        Eq(beta[0], P_STD * sqrt(2 * pi) * edm_lambda(sigma[0]) * edm_density(sigma[0])),
    ),
    "density of ln sigma": (
        "edm.weighting",
        Eq(beta[0], P_STD * sqrt(2 * pi) * sigma[0] ** 3 * edm_lambda(sigma[0]) * edm_density(sigma[0])),
    ),
}


def test_the_claims_that_are_promised_are_there():
    assert len(TRUE) == 19
    assert len(REFUTED) == 5
    assert {find(id).form for id in REFUTED} == {Form.PRINTED, Form.CONJECTURE}
    assert {id for id, _ in FALSE.values()} == set(TRUE)  # a false variant of every true claim


@pytest.mark.parametrize("id", [id if id in SHORT else pytest.param(id, marks=pytest.mark.long) for id in TRUE])
def test_what_is_said_to_be_true_is_supported(id):
    verdict = verify_claim(find(id), 30)
    assert verdict.status in (Status.SUPPORTED, Status.CERTIFIED)
    assert verdict.examples >= 30


@pytest.mark.parametrize(
    "id", [pytest.param(id, marks=pytest.mark.long) if id.startswith("wht24.table2.") else id for id in REFUTED]
)
def test_what_is_said_to_be_false_is_refuted_by_a_simple_case(id):
    verdict = verify_claim(find(id), 10)
    assert verdict.status is Status.REFUTED
    assert verdict.counterexample.certified
    assert verdict.counterexample.case.N == 2
    assert dict(verdict.counterexample.case.free).get("level", 1) == 1


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name in LONG else name for name in FALSE]
)
def test_false_variants_are_refuted(name):
    id, relation = FALSE[name]
    assert verify_claim(replace(find(id), id=f"{id}~", relation=relation), 10).status is Status.REFUTED

"""Limits of many steps against long sums in numbers, and minima over a parameter."""

from itertools import product

import pytest
from sympy import Integral, Max, Rational, Sum, Symbol, exp, log, sinh, sqrt

from theory.claims.wht24_theorem2 import D_TERM, D_TERM_PRINTED, DISCRETISATION
from theory.compiler import compile_array
from theory.derivations.closed_form import closed_form, numbers
from theory.derivations.limits import NoLimit, limit_of_many_steps
from theory.derivations.optimum import NoOptimum, minimise
from theory.grids import exponential, karras, linear, tan, vp
from theory.grids.formulas import rho, sigma_max, sigma_min
from theory.symbols import N, k
from theory.vocabulary import E_D, J, d, eps2, m2, mmse, sigma, v

STEPS = (k, 0, N - 1)
LOG_R = log(sigma_max / sigma_min)
KARRAS = 4 * rho**2 * sinh(LOG_R / (2 * rho)) ** 2


def same(a, b) -> bool:
    return bool((a - b).simplify() == 0)


def test_the_d_term_in_closed_form():
    for term in (D_TERM, D_TERM_PRINTED):
        found = limit_of_many_steps(term, "exponential")
        assert found.power == 1
        assert found.smooth
        assert same(found.value, LOG_R**2)
        assert same(limit_of_many_steps(term, "karras").value, KARRAS)
    ends = limit_of_many_steps(D_TERM, "linear").value
    assert same(ends, (sigma_max - sigma_min) ** 2 / (sigma_max * sigma_min))


def test_another_term_has_another_limit():
    """The test of the closed forms above can fail: without the -1, or with twice the term, the limit is another."""
    assert limit_of_many_steps(Sum(log(v[k] / v[k + 1]), STEPS), "karras").power == 0
    assert not same(limit_of_many_steps(2 * D_TERM, "karras").value, KARRAS)


GRIDS = {
    "exponential": exponential,
    "karras": karras,
    "linear": linear,
    "tan": lambda *a: tan(*a, c=0.5),
    "vp": lambda n, *_: vp(n, eps_s=0.05),
}
TERMS = {"D term": D_TERM, "discretisation": DISCRETISATION}
LONG = {("discretisation", grid) for grid in ("karras", "linear", "tan")}  # smooth as the exponential grid is
PAIRS = [pytest.param(*pair, marks=[pytest.mark.long] * (pair in LONG)) for pair in product(TERMS, GRIDS)]


@pytest.mark.parametrize(("term", "grid"), PAIRS)
def test_limits_agree_with_long_sums(term, grid):
    term, grid = TERMS[term], GRIDS[grid]
    few, many = grid(9, 0.1, 10.0), grid(400001, 0.1, 10.0)
    found = limit_of_many_steps(term, few.name)
    value = numbers(found, few).subs({d: 2, m2: Rational(3, 10)})
    if value.atoms(Integral):  # min(m2, d v) within
        value = numbers(limit_of_many_steps(term.subs({d: 2, m2: Rational(3, 10)}), few.name), few)
    truth = 400000 * compile_array(term)({"v": many.v, "d": 2.0, "m2": 0.3})
    assert float(value) == pytest.approx(truth, rel=2e-3)
    assert float(value) != pytest.approx(1.01 * truth, rel=2e-3)


def test_a_riemann_sum_of_the_score_error():
    found = limit_of_many_steps(Sum((v[k] - v[k + 1]) * eps2[k], STEPS) / 2, "karras")
    assert found.power == 0
    assert found.value.has(Integral)
    assert "eps2" in str(found.value)


def test_what_has_no_limit_is_not_guessed():
    with pytest.raises(NoLimit, match="cancel"):
        limit_of_many_steps(Sum(log(v[k] / v[k + 1]), STEPS) - log(v[0] / v[N]), "karras")
    with pytest.raises(NoLimit, match="pieces"):
        limit_of_many_steps(D_TERM, "laplace")
    with pytest.raises(NoLimit, match="does not run over the grid"):
        limit_of_many_steps(Sum(v[k], (k, 0, 2 * N)), "karras")


def test_curves_may_stand_in_a_limit():
    area = Sum(Integral(J(Symbol("w", positive=True)), (Symbol("w", positive=True), v[k + 1], v[k])), STEPS)
    rest = area - Sum((v[k] - v[k + 1]) * J(v[k]), STEPS)
    found = limit_of_many_steps(rest, "exponential")
    assert found.power == 1
    assert "Derivative" in str(found.value)


def test_smoothness_is_not_taken_for_granted():
    assert limit_of_many_steps(D_TERM, "tan").smooth
    assert not limit_of_many_steps(D_TERM, "polyexponential").smooth
    assert not limit_of_many_steps(D_TERM, "vp").smooth


def test_closed_forms_on_geometric_grids():
    found = closed_form(D_TERM, "exponential")
    assert not found.has(Sum)
    x = 2 * LOG_R / N
    assert same(found.expand(force=True), (N * (x - 1 + exp(-x)) / 2).expand(force=True))
    assert closed_form(D_TERM, "karras").has(Sum)
    assert closed_form(mmse(v[0]), "karras") == mmse(sigma_max**2)


def test_the_paper_s_bound_has_its_minimum_and_the_true_limit_has_none():
    bound = minimise(rho**2 * (sigma_max / sigma_min) ** (1 / rho), rho)
    assert bound.reached
    assert same(bound.at, LOG_R / 2)
    assert same(bound.value, exp(2) * LOG_R**2 / 4)
    limit = minimise(limit_of_many_steps(D_TERM, "karras").value, rho)
    assert not limit.reached
    assert limit.at.is_infinite
    assert same(limit.value, LOG_R**2)


def test_minima_over_ends_of_the_grid():
    found = minimise(rho**2 * (sigma[0] / sigma[N]) ** (1 / rho), rho)
    assert same(found.at, log(sigma[0] / sigma[N]) / 2)
    x = Symbol("x", positive=True)
    assert minimise(1 + exp(x), x).at == 0
    assert minimise((x - 3) ** 2, x).at == 3


def test_no_optimum_is_guessed():
    x = Symbol("x", positive=True)
    for e, why in (
        (E_D, "does not depend"),
        (-((x - 3) ** 2), "no sign"),
        ((x - 1) ** 2 * (x - 3) ** 2, "no sign"),
        (Sum(v[k] ** x, STEPS), "no closed form"),
        (x * Max(0, 1 - x), "no sign"),
        (sqrt(x) * (x - 2) ** 3, "no sign"),
    ):
        with pytest.raises(NoOptimum, match=why):
            minimise(e, x)

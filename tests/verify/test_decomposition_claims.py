"""Theorem 3 and Corollary 1: verdicts, false variants that die, free arguments, what is refused."""

from contextlib import suppress
from dataclasses import replace
from itertools import islice

import pytest
from sympy import Ge, Le, Max, Rational, Sum, log

from numerics.enclosures import Relation
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable
from theory.claims import Expected, find
from theory.claims.wht24_corollary1 import _KEPT, _RATIO
from theory.claims.wht24_theorem2 import DISCRETISATION
from theory.claims.wht24_theorem3 import FLOOR, FOUR
from theory.vocabulary import (
    E_D,
    E_I,
    C,
    E_S_em,
    E_S_gd,
    E_S_lim,
    K,
    KL_gd,
    L_em_star,
    L_pop,
    N,
    eps2_gd,
    eps_approx,
    eps_est,
    eps_n,
    eps_train,
    eta,
    k,
    lam,
    m2,
    mmse,
    v,
    weight_max,
    weight_min,
)
from verify.boundary import boundary_cases
from verify.calculator import calculator_cases
from verify.cases import Case
from verify.draws import drawn_cases
from verify.evaluate import Evaluator
from verify.linear_cases import LIMITS, SAMPLED, WEIGHTED, linear_choices
from verify.measurements import BallMeasurements, FloatMeasurements
from verify.search import verify_claim
from verify.verdicts import Status

TRUE = [
    *(f"wht24.thm3{name}" for name in ("", ".factor", ".max", ".triangle", ".floor")),
    *(f"wht24.cor1.{name}" for name in ("corrected", "score.corrected", "limit.below", "limit.above")),
    *(f"wht24.cor1.{name}" for name in ("score.floor", "output.floor", "weighted_floor")),
]
REFUTED = ["wht24.thm3.vanishing", "wht24.cor1.printed", "wht24.cor1.score.printed"]
FREE = (("eta", 0.1), ("w0", -0.25), ("K", 3.0), ("n", 2.0), ("draw", 1.0), ("weighting", 3.0))
CASE = Case(Gaussian(d=1, var=1.0), (4.0, 1.0, 0.25), "score", "noise", None, FREE)

_steps = (k, 0, N - 1)
_first, _last = (Sum((v[k] - v[k + 1]) * eps2_gd[j], _steps) / 2 for j in (k, k + 1))
_riemann = Sum((v[k] - v[k + 1]) * mmse(v[k]) / v[k] ** 2, _steps)
_score = find("wht24.cor1.score.corrected").relation.rhs
_kept = _KEPT / Max(0, 1 - 2 * eta * (lam + v[0])) ** K  # what the start alone leaves
FALSE = {
    "the smallest factor": ("wht24.thm3.factor", Le(E_S_em, weight_min * (L_pop - FLOOR))),
    "half of the factor": ("wht24.thm3.factor", Le(E_S_em, weight_max * (L_pop - FLOOR) / 2)),
    "the largest factor from below": ("wht24.thm3.max", Ge(E_S_em, weight_max * (L_pop - FLOOR))),
    "the loss for its excess": ("wht24.thm3.max", Ge(E_S_em, weight_min * L_pop)),
    "no statistical error": ("wht24.thm3.triangle", Le(L_pop - FLOOR, eps_train + eps_est + eps_approx)),
    "no training error": ("wht24.thm3.triangle", Le(L_pop - FLOOR, eps_n + eps_est + eps_approx - eps_train)),
    "the whole loss": ("wht24.thm3.triangle", Le(L_pop, FOUR)),
    "no start": ("wht24.thm3", Le(E_I + E_S_em + E_D, DISCRETISATION + weight_max * FOUR)),
    "no discretisation": ("wht24.thm3", Le(E_I + E_S_em + E_D, m2 / (2 * v[0]) + weight_max * FOUR)),
    "half of the errors": (
        "wht24.thm3",
        Le(E_I + E_S_em + E_D, m2 / (2 * v[0]) + DISCRETISATION + weight_max * FOUR / 2),
    ),
    "as if it interpolated": ("wht24.thm3.floor", Ge(eps_n + eps_train, 2 * FLOOR)),
    "a higher floor": ("wht24.thm3.floor", Ge(eps_n + eps_train, 3 * FLOOR - 2 * L_em_star)),
    "the training error alone": ("wht24.thm3.floor", Ge(eps_train, 2 * FLOOR - 2 * L_em_star)),
    "twice as fast": ("wht24.cor1.score.corrected", Le(E_S_gd, _score.subs(K, 2 * K))),
    "no more than the start": (
        "wht24.cor1.corrected",
        Le(KL_gd, find("wht24.cor1.corrected").relation.rhs - _score),
    ),
    "above its limit": ("wht24.cor1.limit.below", Ge(E_S_gd, E_S_lim)),
    "the whole integral": ("wht24.cor1.limit.above", Le(2 * E_S_lim, _last)),
    "errors at the steps' starts": ("wht24.cor1.limit.above", Le(E_S_lim, _first)),
    "without training": ("wht24.cor1.score.floor", Ge(E_S_gd, (v[0] - v[N]) / (2 * (lam + v[0])) * _kept**2)),
    "twice the floor": ("wht24.cor1.score.floor", Ge(E_S_gd, (v[0] - v[N]) / (lam + v[0]) * _KEPT**2)),
    "ten times the output": ("wht24.cor1.output.floor", Ge(KL_gd, 5 * (1 / _RATIO - 1 + log(_RATIO)))),
    "once the floor": ("wht24.cor1.weighted_floor", Ge(weight_max * FLOOR, _riemann)),
    "the smallest factor for the floor": (
        "wht24.cor1.weighted_floor",
        Ge(weight_min * 2 * FLOOR, _riemann),
    ),
}


def cases_of(claim):
    """Drawn ones, then those at the edge of the space, then those for a pocket calculator."""
    yield from drawn_cases(claim.cases, claim.names, 30, seed=1)
    yield from islice(boundary_cases(claim.cases, claim.names), 10)
    yield from islice(calculator_cases(claim.cases, claim.names), 200)


def outcomes(claim, most):
    evaluate = Evaluator(claim)
    for case in islice(cases_of(claim), most):
        with suppress(NotAvailable):
            yield evaluate(case)


@pytest.mark.parametrize("id", TRUE)
def test_what_is_said_to_be_true_holds_in_balls(id):
    seen = list(outcomes(find(id), 40))
    assert len(seen) >= 30
    assert not [str(o.case) for o in seen if o.relation is Relation.VIOLATED]
    assert sum(o.certified for o in seen) >= 0.8 * len(seen)
    assert max(o.ratio for o in seen if o.rhs.value > 0) > 0.5  # near enough to be a test


@pytest.mark.parametrize("name", FALSE)
def test_false_variants_have_a_counterexample_in_balls(name):
    id, relation = FALSE[name]
    variant = replace(find(id), id=f"{id}~", relation=relation)
    assert any(o.relation is Relation.VIOLATED and o.certified for o in outcomes(variant, 240))


def test_a_constant_helps_where_something_of_the_floor_is_left():
    """The refutation of ``vanishing`` rests on the right side being 0, not on the constant's size."""
    claim = find("wht24.thm3.vanishing")
    free = {"C": 1e6, "eta": 0.25, "w0": -0.5, "K": 0.0, "n": 2.0, "draw": 0.0, "weighting": 0.0}
    exact_score = Case(Gaussian(d=1, var=1.0), (1.0, 0.5), "score", "noise", None, tuple(free.items()))
    more = replace(claim, id="more", relation=Le(FOUR, C * (L_pop - Rational(9, 10) * FLOOR)))
    assert Evaluator(claim)(exact_score).relation is Relation.VIOLATED
    assert Evaluator(more)(exact_score).relation is Relation.HOLDS


@pytest.mark.parametrize("id", REFUTED)
def test_what_is_expected_false_is_refuted_by_balls(id):
    claim = find(id)
    assert claim.expected is Expected.REFUTED
    verdict = verify_claim(claim, 10)
    assert verdict.status is Status.REFUTED
    assert verdict.counterexample.certified
    assert float(verdict.counterexample.rhs.value) == 0  # so that no constant in front of it helps
    assert float(verdict.counterexample.lhs.value) > 0.05
    if id == "wht24.thm3.vanishing":  # by the exact score, without training
        case = verdict.counterexample.case
        free = dict(case.free)
        assert (free["K"], free["w0"]) == (0, -1 / (float(case.target.axis_variances[0]) + case.v[0]))


@pytest.mark.parametrize("id", [*TRUE, *REFUTED])
def test_every_case_has_its_arguments(id):
    claim = find(id)
    needed = {"weighting"} if claim.names & WEIGHTED else set()
    needed |= {"eta", "w0", "K", "n", "draw", "weighting"} if claim.names & SAMPLED else set()
    needed |= {"eta", "w0", "K"} if claim.names & LIMITS else set()
    for case in drawn_cases(claim.cases, claim.names, 20, seed=0):
        free = dict(case.free)
        assert needed <= free.keys() <= needed | {"eta", "w0", "K", "C"}
        if claim.names & LIMITS:
            assert free["w0"] == 0
            assert 2 * free["eta"] * (float(case.target.axis_variances[0]) + case.v[0]) < 1
        if claim.names & SAMPLED:
            assert free["n"] in range(1, 33)
            assert free["K"] in range(33)


def test_training_sets_interpolate_and_do_not():
    claim = find("wht24.thm3.floor")
    few = [dict(c.free)["n"] < c.target.d for c in drawn_cases(claim.cases, claim.names, 100, seed=0)]
    assert 5 < sum(few) < 95
    assert linear_choices({"E_D"}) == {}
    assert set(linear_choices({"weight_max"})) == {"weighting"}


def test_a_bound_of_many_levels_is_not_that_of_one():
    """The factor is an equality on a geometric grid with equal weights, and loose by its extremes otherwise."""
    even = replace(CASE, v=(4.0, 2.0, 1.0, 0.5), free=(*FREE[:-1], ("weighting", 0.0)))
    bell = replace(even, free=FREE)
    for case, tight in ((even, True), (bell, False)):
        here = FloatMeasurements(case)
        floor = float((here["beta_lin"] * here["v"] ** -1)[:-1].value @ (1 / (1 + 1 / here["v"].value[:-1]))) / 2
        bound = float(here["weight_max"].value) * (float(here["L_pop"].value) - floor)
        assert (bound == pytest.approx(float(here["E_S_em"].value), rel=1e-12)) is tight


@pytest.mark.parametrize("name", sorted(SAMPLED | WEIGHTED))
def test_float64_and_balls_measure_the_same(name):
    here, there = FloatMeasurements(CASE)[name], BallMeasurements(CASE)[name]
    for place in range(3) if here.ndim else (None,):
        value, ball = (here, there) if place is None else (here[place], there[place])
        assert abs(float(value.value) - float(ball.mid())) <= float(value.radius) + 1e-15


def test_what_cannot_be_trained_says_so():
    unstable = tuple((name, 0.4 if name == "eta" else value) for name, value in FREE)
    for change, name, words in (
        ({"free": ()}, "L_pop", "weighting"),
        ({"free": (("weighting", 7.0),)}, "weight_max", "weighting"),
        ({"free": FREE[-1:]}, "eps_n", "training set"),
        ({"sampler": "denoiser"}, "eps_n", "not for denoiser"),
        ({"target": GaussianMixture([1.0], [0.0], [1.0])}, "eps_n", "mean 0"),
        ({"v": ()}, "weight_max", "on a grid"),
        ({}, "E_S_lim", "w0 = 0"),
        ({"free": (*unstable[:1], ("w0", 0.0), *unstable[2:])}, "KL_lim", "with 4"),
        ({"target": Gaussian(eigenvalues=[1.0, 2.0])}, "KL_lim", "one-dimensional"),
        ({"free": FREE[:-2]}, "draw", "number draw"),
    ):
        for measurements in (FloatMeasurements, BallMeasurements):
            with pytest.raises(NotAvailable, match=words):
                measurements(replace(CASE, **change))[name]

"""Each kind of justification accepts what it shows, and refuses a false step, a wrong direction, a foreign setting."""

from dataclasses import replace

import pytest
from sympy import Integral, Max, Min, Rational, Sum, Symbol, exp, log, oo, sinh

from theory.claims import find
from theory.derivations import Domain, Mark, rests_on
from theory.derivations.kinds import (
    AbelSummation,
    Algebra,
    Assumption,
    CauchySchwarz,
    Definition,
    Jensen,
    Known,
    Monotone,
    SeriesLimit,
    Sign,
    TermByTerm,
)
from theory.grids.formulas import rho, sigma_max, sigma_min
from theory.symbols import N, k
from theory.vocabulary import E_D, E_I, E_S, J, d, eps2, excess, loss, m2, mmse, sigma, u, v, w

STEPS = (k, 0, N - 1)
WITHIN = (w, v[k + 1], v[k])
DELTA = v[k] - v[k + 1]
x = Symbol("x", nonnegative=True)
LOG = log(v[k] / v[k + 1])
COST = x - 1 + exp(-x)
R = sigma_max / sigma_min
TOTAL = Sum(LOG, STEPS)
DOMAIN = Domain()

RIGHT = {
    "algebra": (v[0] * (v[0] - v[1]), "=", v[0] ** 2 - v[0] * v[1], Algebra()),
    "definition": (Sum(DELTA * eps2[k], STEPS), "=", Sum(DELTA / v[k] * excess[k], STEPS), Definition("excess")),
    "definition of sigma": (sigma[0] * sigma[1], "=", (v[0] * v[1]) ** Rational(1, 2), Definition("sigma")),
    "known equality": (J(v[k]), "=", d / v[k] - mmse(v[k]) / v[k] ** 2, Known("info.fisher_mmse")),
    "known at a level": (
        Sum(loss[k], STEPS),
        "=",
        Sum(excess[k] + mmse(v[k]) / v[k], STEPS),
        Known("info.dsm", level=k),
    ),
    "known bound": (3 * mmse(v[1]), "<=", 3 * Min(m2, d * v[1]), Known("info.mmse_bound", at={u: v[1]}, times=3)),
    "known bound from above": (-mmse(w), ">=", -Min(m2, d * w), Known("info.mmse_bound", at={u: w})),
    "known bound in a sum": (
        Sum(mmse(v[k]) * eps2[k], STEPS),
        "<=",
        Sum(Min(m2, d * v[k]) * eps2[k], STEPS),
        Known("info.mmse_bound", at={u: v[k]}, times=eps2[k], over=STEPS),
    ),
    "sign": (v[1] * m2, "<=", v[0] * m2, Sign()),
    "sign of one variable": (COST, "<=", x**2 / 2, Sign(variable=x)),
    "sign of log steps": (Sum(LOG - 1 + v[k + 1] / v[k], STEPS), "<=", Sum(LOG**2, STEPS) / 2, Sign(x, log_step=True)),
    "rises": (Sum(mmse(v[k + 1]), STEPS), "<=", Sum(mmse(v[k]), STEPS), Monotone("mmse", v[k + 1], v[k], over=STEPS)),
    "falls": (
        Sum(Integral(J(w), WITHIN), STEPS),
        "<=",
        Sum(DELTA * J(v[k + 1]), STEPS),
        Monotone("J", v[k + 1], w, within=WITHIN, over=STEPS),
    ),
    "abel": (
        Sum(v[k] * (mmse(v[k]) - mmse(v[k + 1])), STEPS),
        "=",
        v[0] * mmse(v[0]) + Sum((v[k] - v[k - 1]) * mmse(v[k]), (k, 1, N - 1)) - v[N - 1] * mmse(v[N]),
        AbelSummation(of=mmse(v[k]), weight=v[k]),
    ),
    "jensen": (Sum(COST.subs(x, LOG), STEPS), ">=", N * COST.subs(x, TOTAL / N), Jensen(x, COST, LOG)),
    "jensen, concave": (Sum(-(LOG**2), STEPS), "<=", -N * (TOTAL / N) ** 2, Jensen(x, -(x**2), LOG)),
    "cauchy": (
        Sum(v[k] * eps2[k], STEPS) ** 2,
        "<=",
        Sum(v[k] ** 2, STEPS) * Sum(eps2[k] ** 2, STEPS),
        CauchySchwarz(v[k], eps2[k], STEPS),
    ),
    "term by term": (Sum(v[k + 1], STEPS), "<=", Sum(v[k], STEPS), TermByTerm(v[k + 1], v[k], STEPS, Sign())),
    "limit": (Sum(LOG**2, STEPS) / 4, "->", log(R) ** 2, SeriesLimit("exponential", 1)),
    "limit on karras": (
        Sum(LOG**2, STEPS) / 4,
        "->",
        4 * rho**2 * sinh(log(R) / (2 * rho)) ** 2,
        SeriesLimit("karras", 1),
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_true_step_is_checked(name):
    before, relation, after, by = RIGHT[name]
    outcome = by.check(before, after, relation, DOMAIN)
    assert outcome.mark is Mark.CHECKED, outcome.how
    assert outcome.how


@pytest.mark.parametrize("name", RIGHT)
def test_a_changed_constant_fails(name):
    before, relation, after, by = RIGHT[name]
    change = Rational(99, 100) if relation == "<=" else Rational(101, 100)
    if relation == ">=" and name == "known bound from above":
        change = Rational(99, 100)
    assert by.check(before, change * after, relation, DOMAIN).mark is Mark.FAILED
    assert by.check(before, -after, relation, DOMAIN).mark is Mark.FAILED


@pytest.mark.parametrize("name", RIGHT)
def test_the_other_direction_fails(name):
    before, relation, after, by = RIGHT[name]
    other = {"=": "->", "<=": ">=", ">=": "<=", "->": "="}[relation]
    assert by.check(before, after, other, DOMAIN).mark is Mark.FAILED
    if relation in ("<=", ">="):
        assert by.check(before, after, "=", DOMAIN).mark is Mark.FAILED


WRONG_KINDS = (
    "algebra",
    "definition",
    "known equality",
    "sign",
    "rises",
    "abel",
    "jensen",
    "cauchy",
    "term by term",
    "limit",
)


SHOWN_TOO = {("term by term", "sign"), ("rises", "term by term"), ("abel", "algebra")}
PLANTED = [
    (name, other)
    for name in RIGHT
    for other in WRONG_KINDS
    if type(RIGHT[name][3]) is not type(RIGHT[other][3]) and (name, other) not in SHOWN_TOO
]


@pytest.mark.parametrize(("name", "other"), PLANTED)
def test_a_wrong_kind_of_justification_fails(name, other):
    before, relation, after, _ = RIGHT[name]
    planted = RIGHT[other][3]
    assert planted.check(before, after, relation, DOMAIN).mark is Mark.FAILED


def test_an_assumption_is_never_checked():
    outcome = Assumption("because").check(E_D, E_D, "=", DOMAIN)
    assert (outcome.mark, outcome.how) == (Mark.ASSUMED, "because")


def test_claims_that_may_not_be_used():
    step = (mmse(v[0]), Min(m2, d * v[0]), "<=")
    assert "no claim" in Known("info.nothing").check(*step, DOMAIN).how
    refuted = Known("wht24.eq4.printed", level=k).check(eps2[k], 2 * eps2[k], "=", DOMAIN)
    assert (refuted.mark, "refuted" in refuted.how) == (Mark.FAILED, True)
    printed = Known("wht24.lemma12").check(*find("wht24.lemma12").relation.args, "=", DOMAIN)
    assert printed.mark is Mark.ASSUMED, "a printed claim without a complete derivation"


def test_a_circle_is_refused():
    assert "wht24.lemma10" in rests_on("wht24.thm2.corrected")
    assert "budget.initial" in rests_on("wht24.thm2.corrected")
    inside = replace(DOMAIN, proving="wht24.lemma10")
    for used in ("wht24.lemma10", "wht24.thm2.corrected"):
        outcome = Known(used).check(E_I, m2 / (2 * v[0]), "<=", inside)
        assert (outcome.mark, "circle" in outcome.how) == (Mark.FAILED, True)


def test_the_setting_must_be_covered():
    relation = find("budget.denoiser").relation
    here = replace(DOMAIN, cases=find("wht24.lemma9.constant").cases)
    assert "sampler denoiser" in Known("budget.denoiser").check(*relation.args, "=", here).how
    any_dimension = replace(DOMAIN, cases=find("info.fisher_mmse").cases)
    hessian = find("info.hessian").relation
    assert "data alone" in Known("info.hessian").check(*hessian.args, "=", any_dimension).how


def test_a_claim_is_used_only_where_it_speaks_for_all_values():
    lower = Known("wht24.lemma10", at={E_I: E_D}).check(E_D, m2 / (2 * v[0]), "<=", DOMAIN)
    assert (lower.mark, "no statement for all E_I" in lower.how) == (Mark.FAILED, True)
    later = Known("wht24.lemma10", level=k).check(E_I, m2 / (2 * v[k]), "<=", DOMAIN)
    assert (later.mark, "one grid point alone" in later.how) == (Mark.FAILED, True)


def test_weights_must_be_nonnegative():
    weight = v[k + 1] - v[k]
    before, after = Sum(weight * mmse(v[k]), STEPS), Sum(weight * Min(m2, d * v[k]), STEPS)
    bound = Known("info.mmse_bound", at={u: v[k]}, times=weight, over=STEPS)
    assert bound.check(before, after, "<=", DOMAIN).mark is Mark.FAILED
    before, after = Sum(weight * mmse(v[k + 1]), STEPS), Sum(weight * mmse(v[k]), STEPS)
    rising = Monotone("mmse", v[k + 1], v[k], times=weight, over=STEPS)
    assert rising.check(before, after, "<=", DOMAIN).mark is Mark.FAILED


def test_monotone_needs_the_order_of_its_arguments_and_a_known_slope():
    assert "not known" in Monotone("mmse", v[k], v[k + 1]).check(mmse(v[k]), mmse(v[k + 1]), "<=", DOMAIN).how
    assert "no exact claim" in Monotone("hess2", v[1], v[0]).check(m2, m2, "<=", DOMAIN).how


def test_jensen_needs_convexity():
    bend = (1 - exp(-x)) ** 2  # convex below ln 2 only
    before, after = Sum(bend.subs(x, LOG), STEPS), N * bend.subs(x, TOTAL / N)
    outcome = Jensen(x, bend, LOG).check(before, after, ">=", DOMAIN)
    assert (outcome.mark, "convex" in outcome.how) == (Mark.FAILED, True)


def test_left_out_parts_must_be_nonnegative():
    assert Sign().check(E_S + E_D, E_S, ">=", DOMAIN).mark is Mark.CHECKED
    assert Sign().check(E_S + E_D, E_S, "<=", DOMAIN).mark is Mark.FAILED
    curvature = v[k] ** 2 - v[k - 1] * v[k + 1]
    later = (k, 1, N - 1)
    clipped = Sum(mmse(v[k]) * Max(0, curvature), later)
    assert Sign().check(Sum(mmse(v[k]) * curvature, later), clipped, "<=", DOMAIN).mark is Mark.CHECKED
    assert Sign().check(Sum(mmse(v[k]) * curvature, later), 0, "<=", DOMAIN).mark is Mark.FAILED
    assert Sign().check(Integral(mmse(w) / w**2, (w, v[0], oo)), 0, ">=", DOMAIN).mark is Mark.CHECKED

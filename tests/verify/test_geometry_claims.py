"""The geometric lemmas: verdicts, false variants that die, free arguments, and what is charged for the draws."""

from dataclasses import replace

import pytest
from sympy import Eq, Integral, Le, Rational, pi, sin

from numerics.enclosures import Kind
from numerics.targets import Gaussian
from numerics.targets.base import NotAvailable
from theory.claims import find
from theory.vocabulary import V_X, I_beta, M_q, P_both, P_cap, P_q, V_q, angle, cap_angle, dim, eps, layers, m, u, x, x2
from verify.calculator import RUNS
from verify.cases import Case
from verify.draws import drawn_cases
from verify.error_rates import experiments_per_case
from verify.geometry_cases import DRAWN, asked
from verify.geometry_measurements import incomplete_beta
from verify.measurements import BallMeasurements, FloatMeasurements
from verify.search import verify_claim
from verify.verdicts import Status

SAMPLED = [
    "wht24.lemma2",
    "wht24.lemma3.draws",
    *(f"wht24.lemma4.{name}" for name in ("data.mean", "data.variance", "mean", "variance", "chebyshev")),
]
REFUTED = ["wht24.lemma2.independent", "wht24.lemma3.any_angle", "wht24.lemma4.one_layer"]
HALF = Rational(1, 2)
POINT = Gaussian(d=1, var=0.0)

FALSE = {
    "half of the circle": ("wht24.lemma2", Eq(P_both(angle), (pi - angle) / pi)),
    "angle itself": ("wht24.lemma2", Eq(P_both(angle), angle / (2 * pi))),
    "one dimension more": (
        "wht24.lemma3.draws",
        Eq(P_cap(cap_angle), HALF * I_beta(sin(cap_angle) ** 2, dim / 2, HALF)),
    ),
    "whole sphere": (
        "wht24.lemma3",
        Eq(
            Integral(sin(x) ** (dim - 2), (x, 0, cap_angle)),
            Integral(sin(x) ** (dim - 2), (x, 0, pi / 2)) * HALF * I_beta(sin(cap_angle) ** 2, (dim - 1) / 2, HALF),
        ),
    ),
    "no cross term": ("wht24.lemma4.data.variance", Eq(V_X, 2 * u**2 * dim)),
    "half the cross term": ("wht24.lemma4.data.variance", Eq(V_X, 2 * u**2 * dim + 2 * u * x2)),
    "kurtosis of a normal": ("wht24.lemma4.variance", Eq(V_q, (1 + 2 / m) ** (layers + 1) - 1)),
    "one layer less": ("wht24.lemma4.variance", Eq(V_q, (1 + 5 / m) ** layers - 1)),
    "doubling": ("wht24.lemma4.mean", Eq(M_q, 2)),
    "third power": ("wht24.lemma4.chebyshev", Le(P_q(eps), ((1 + 5 / m) ** (layers + 1) - 1) / eps**3)),
}


@pytest.mark.parametrize("id", [pytest.param(id, marks=pytest.mark.long) if ".data." in id else id for id in SAMPLED])
def test_draws_support_what_is_true_at_the_stated_error_rate(id):
    verdict = verify_claim(find(id), 10)
    assert verdict.status is Status.SUPPORTED
    assert 0 < verdict.error_rates["false_alarm"] <= 1e-9
    assert verdict.detectable.best < 0.5


def test_the_area_of_a_cap_is_proved_to_be_the_integral():
    verdict = verify_claim(find("wht24.lemma3"), 20)
    assert verdict.status is Status.SUPPORTED
    assert f"{verdict.examples} of them in ball arithmetic" in verdict.how
    assert verdict.detectable.median < 1e-12


@pytest.mark.parametrize("id", REFUTED)
def test_what_is_said_to_be_false_is_refuted(id):
    verdict = verify_claim(find(id), 40)
    assert verdict.status is Status.REFUTED
    assert Kind.SAMPLED in (verdict.counterexample.lhs.kind, verdict.counterexample.rhs.kind)


@pytest.mark.parametrize("name", FALSE)
def test_false_variants_are_refuted(name):
    id, relation = FALSE[name]
    assert verify_claim(replace(find(id), id=f"{id}~", relation=relation), 10).status is Status.REFUTED


def test_every_draw_is_charged():
    assert DRAWN <= RUNS
    for id in SAMPLED:
        assert experiments_per_case(find(id).relation) == 1
    assert experiments_per_case(Eq(P_both(angle), P_both(2 * angle) * V_q)) == 3
    assert experiments_per_case(find("wht24.lemma3").relation) == 1  # nothing random


@pytest.mark.parametrize("id", [*SAMPLED, "wht24.lemma3", *REFUTED])
def test_every_case_has_the_arguments_that_are_asked_for(id):
    claim = find(id)
    for case in drawn_cases(claim.cases, claim.names, 20, seed=0):
        free = dict(case.free)
        assert free.keys() - {"u"} == set(asked(claim.names))
        assert free.get("dim", 2) in range(2, 51)
        assert 0 <= free.get("angle", 0) <= 3.1416
        assert 0 <= free.get("cap_angle", 0) <= 1.5708


def test_a_missing_argument_is_named():
    with pytest.raises(NotAvailable, match="dim must be given"):
        FloatMeasurements(Case(POINT))["P_cap"](1.0)
    with pytest.raises(NotAvailable, match="no dimension"):
        FloatMeasurements(Case(POINT))["dim"]
    for name in sorted(DRAWN):
        with pytest.raises(NotAvailable, match="no proved enclosure"):
            BallMeasurements(Case(POINT))[name]


def test_repetitions_draw_anew():
    case = Case(POINT, free=(("dim", 3.0), ("m", 4.0), ("layers", 1.0), ("x2", 1.0), ("u", 2.0)))
    first, second = (FloatMeasurements(case, 1e-6, experiment) for experiment in (0, 1))
    for name in ("V_q", "M_X", "V_X", "M_q"):
        assert first[name].value != second[name].value
        assert first[name].sources.keys().isdisjoint(second[name].sources)
        assert set(first[name].sources.values()) == {1e-6}


@pytest.mark.parametrize("at", [0.0, 1e-12, 0.3, 0.999, 1.0])
@pytest.mark.parametrize("a", [0.5, 1.0, 24.5])
def test_the_incomplete_beta_function_against_balls(at, a):
    import flint

    found = incomplete_beta(at, a, 0.5)
    truth = float(flint.arb(at).beta_lower(flint.arb(a), flint.arb(0.5), regularized=True).mid())
    assert abs(float(found.value) - truth) <= float(found.radius) + 1e-16
    assert float(found.radius) < 1e-7
    assert abs(float(incomplete_beta(at, a + 0.5, 0.5).value) - truth) > float(found.radius) or at in (0.0, 1e-12, 1.0)

"""The search must kill false claims, spare true ones, and never call a tool failure a verdict."""

import pytest
from sympy import Derivative, Eq, Le, Lt, Rational, Sum, log

from numerics.enclosures import Relation
from numerics.targets import Gaussian, GaussianMixture
from theory.claims import Cases, Claim, Family, find
from theory.vocabulary import E_D, E_I, KL, C, H, J, KL_path, N, d, hess2, k, lam, m2, mmse, u, v
from verify.cases import Case
from verify.conclude import conclude
from verify.evaluate import Evaluator
from verify.measurements import FloatMeasurements
from verify.search import search_shard, verify_claim
from verify.verdicts import Status

X = log(v[k] / v[k + 1])
STEPS = (k, 0, N - 1)
SCORE = Cases(samplers=("score",), max_steps=4)


def claim(relation, cases=SCORE):
    return Claim(id="test", title="test", relation=relation, source="test", cases=cases)


FALSE = {
    "half the constant of Lemma 10": Le(E_I, m2 / (4 * v[0])),
    "1 percent off Lemma 10": Le(E_I, Rational(99, 100) * m2 / (2 * v[0])),
    "an eighth": Le(E_D, d / 8 * Sum(X**2, STEPS)),
    "Fisher information with the wrong power": Eq(J(u), d / u - mmse(u) / u**3),
    "Fisher information with the wrong sign": Eq(J(u), d / u + mmse(u) / u**2),
    "de Bruijn without the half": Eq(H(v[0]) - H(v[1]), X.subs(k, 0)),
    "off by 1e-9": Eq(J(u), d / u - mmse(u) / u**2 * (1 + Rational(1, 10**9))),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_claims_are_refuted_with_a_small_proved_counterexample(name):
    verdict = verify_claim(claim(FALSE[name]), examples=10, seed=3)
    assert verdict.status is Status.REFUTED
    assert verdict.counterexample is not None
    assert verdict.counterexample.certified
    assert verdict.counterexample.case.N <= 3
    assert verdict.largest_violation is not None


@pytest.mark.parametrize(
    "id", ["info.fisher_mmse", "wht24.lemma10", "wht24.thm2.discretisation.corrected", "gauss.variance.score"]
)
def test_true_claims_survive(id):
    verdict = verify_claim(find(id), examples=10, seed=5)
    assert verdict.status in (Status.SUPPORTED, Status.CERTIFIED)
    assert verdict.counterexample is None
    assert verdict.examples > 0
    assert verdict.tightest is not None


def test_certified_means_that_balls_separated_every_case():
    cases = Cases(families=(Family.GAUSSIAN,), samplers=("score",), max_steps=3)
    verdict = verify_claim(claim(Le(E_I, m2 / v[0] + 1), cases), examples=20)
    assert verdict.status is Status.CERTIFIED
    assert verdict.examples >= 20
    assert f"all {verdict.examples} cases" in verdict.how


def test_an_equality_is_never_certified():
    verdict = verify_claim(find("gauss.fisher"), examples=15)
    assert verdict.status is Status.SUPPORTED
    assert verdict.proved == ()


def test_without_a_simple_violation_the_smallest_that_any_shard_shrank_to_is_shown():
    far = claim(Le(u, 5000 + J(u)), Cases(families=(Family.GAUSSIAN,)))
    parts = [search_shard(far, 120, 1, shard) for shard in range(2)]
    shrunk = [part.minimal for part in parts if part.minimal is not None]
    assert len(shrunk) >= 2
    assert not any(part.simple for part in parts)
    verdict = conclude(far, parts, 1)
    assert verdict.status is Status.REFUTED
    assert str(verdict.counterexample.case) in {str(o.case) for o in shrunk}
    assert len(str(verdict.counterexample.case)) == min(len(str(o.case)) for o in shrunk)
    assert verdict.largest_violation.ratio >= max(o.ratio for o in shrunk)


def test_same_seed_same_verdict_other_seed_other_cases():
    def run(seed):
        json = verify_claim(find("wht24.eq4.printed"), examples=10, seed=seed).as_json()
        del json["seconds"]
        return json

    assert run(1) == run(1)
    assert run(1)["tightness"] != run(2)["tightness"]


def test_what_cannot_be_measured_is_inconclusive_and_says_why():
    verdict = verify_claim(
        claim(Le(J(u), 1 / (lam + u))), examples=10, target=GaussianMixture([0.5, 0.5], [0, 1], [1, 1])
    )
    assert verdict.status is Status.INCONCLUSIVE
    assert "one-dimensional Gaussian" in verdict.how
    assert not verdict.as_expected


def test_float64_alone_does_not_refute_within_its_error():
    """A difference of 1e-17 cannot be seen in float64; the balls see it."""
    tiny = claim(Eq(J(u), d / u - mmse(u) / u**2 + Rational(1, 10**17)))
    case = Case(Gaussian(d=1, var=1.0), free=(("u", 2.0),))
    evaluate = Evaluator(tiny)
    env = FloatMeasurements(case)
    assert evaluate.decide(*(side(env) for side in evaluate.floats)) is Relation.UNDECIDED
    assert evaluate(case).relation is Relation.VIOLATED
    assert evaluate(case).certified


def test_targets_that_are_fixed_are_used():
    verdict = verify_claim(claim(Le(KL, KL_path)), examples=40, target=Gaussian(d=2, var=0.5))
    assert verdict.tightest is not None
    assert verdict.tightest.case.target.d == 2


def test_the_hessian_claim_needs_its_sign():
    verdict = verify_claim(claim(Eq(Derivative(J(u), u), hess2(u)), Cases()), examples=20)
    assert verdict.status is Status.REFUTED


def test_a_side_without_a_value_is_not_support():
    verdict = verify_claim(claim(Le(log(1 - u), 1000), Cases()), examples=20)
    assert verdict.status is Status.INCONCLUSIVE
    assert "no finite value" in verdict.how


def test_an_unnamed_constant_is_refuted_only_if_no_constant_helps():
    some = Le(E_D, C * Rational(1, 10**7) * d * Sum(X**2, STEPS) + C * m2 / v[N])
    assert verify_claim(claim(some), examples=10).status is not Status.REFUTED
    none = Le(E_D, -C * d * Sum(X**2, STEPS))
    assert verify_claim(claim(none), examples=10).status is Status.REFUTED


def test_a_strict_inequality_that_touches_is_not_supported():
    verdict = verify_claim(claim(Lt(J(u), d / u), Cases(families=(Family.POINT,))), examples=15)
    # where both sides are exact numbers (u a power of 2) equality itself is proved, and refutes
    assert verdict.status is Status.REFUTED
    assert verdict.counterexample.lhs.value == verdict.counterexample.rhs.value
    thirds = Case(Gaussian(d=1, var=0.0), free=(("u", 3.0),))
    assert Evaluator(claim(Lt(J(u), d / u), Cases()))(thirds).relation is Relation.UNDECIDED


def test_wide_sampling_errors_are_not_support():
    flat = GaussianMixture([0.5, 0.5], [[0.0, 0.0], [1.0, 0.0]], [0.5, 0.5], samples=64)
    verdict = verify_claim(claim(Le(J(u), Rational(9999, 10000) * J(u)), Cases()), examples=10, target=flat)
    assert verdict.status is not Status.SUPPORTED


def test_two_point_data_break_the_quarter_bound_that_gaussians_obey():
    verdict = verify_claim(claim(Le(E_D, d / 4 * Sum(X**2, STEPS))), examples=20)
    assert verdict.status is Status.REFUTED
    assert isinstance(verdict.counterexample.case.target, GaussianMixture)


def test_nothing_on_both_sides_is_not_the_tightest_case():
    """At data of variance 0 both sides are 0, which says nothing of the factor 5."""
    verdict = verify_claim(claim(Le(mmse(u), 5 * d * m2 * u / (m2 + d * u)), Cases()), examples=20)
    assert verdict.status is Status.SUPPORTED
    assert verdict.tightest.lhs.value > 0
    assert verdict.tightness.max == pytest.approx(0.2, abs=0.01)

"""The violation that a verdict says it would have seen, and claims on real runs that see theirs."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from scipy.stats import norm
from sympy import Add, Rational, sqrt

from numerics.enclosures import Enclosure, Kind, Relation
from numerics.targets import Gaussian
from theory.claims import Claim, catalogue, find
from theory.vocabulary import E_D, E_I, E_S, F_out, N, lam, v, x
from verify.calculator import calculator_cases
from verify.cases import Case
from verify.draws import drawn_cases
from verify.evaluate import TRUSTED_MARGIN, Evaluator, Outcome
from verify.power import Detectable, detectable, fluctuation, smallest_violation

CASE = Case(Gaussian(d=1, var=1.0), (2.0, 1.0))
RUNS = [id for id in catalogue() if id.startswith("run.") and not id.endswith("printed")]


def outcome(lhs: Enclosure, rhs: Enclosure, certified: bool = False) -> Outcome:
    return Outcome(CASE, Relation.HOLDS, lhs, rhs, certified, False, 64 * certified)


def number(value: float, radius: float, kind: Kind = Kind.EXACT) -> Enclosure:
    return Enclosure.of(value, radius, kind)


def test_proved_sides_need_their_radii() -> None:
    o = outcome(number(2.0, 1e-3, Kind.CERTIFIED), number(3.0, 2e-3, Kind.CERTIFIED), certified=True)
    assert smallest_violation(o) == pytest.approx(3e-3 / (2 - 3e-3))


def test_float64_sides_need_the_trusted_margin() -> None:
    o = outcome(number(2.0, 1e-9), number(3.0, 2e-9))
    r = smallest_violation(o)
    assert r == pytest.approx(TRUSTED_MARGIN * 3e-9 / 2, rel=1e-5)
    # exactly there the evaluation begins to trust a violation
    evaluate = Evaluator(find("gauss.fisher"))
    for factor, trusted in ((1.001, True), (0.999, False)):
        right = number(2.0 / (1 + factor * r), 2e-9)
        assert evaluate.trust(Relation.VIOLATED, o.lhs, right) is trusted


def test_a_sampled_side_needs_its_fluctuation_too() -> None:
    estimate = Enclosure.sampled(2.0, 0.1, "an experiment", 1e-6)
    share = np.sqrt(np.log(100) / np.log(2e6))
    assert fluctuation(estimate) == pytest.approx(0.1 * share)
    assert fluctuation(number(2.0, 0.1)) == 0
    needed = 0.1 * (1 + share)
    assert smallest_violation(outcome(estimate, number(3.0, 0.0))) == pytest.approx(needed / (1.9 - needed))


@pytest.mark.parametrize("alpha", [0.3, 0.05, 0.01, 1e-6, 1e-12])
def test_the_fluctuation_of_a_gaussian_estimate_is_not_understated(alpha: float) -> None:
    estimate = Enclosure.sampled(0.0, norm.isf(alpha / 2), "a standard normal estimate", alpha)
    assert norm.isf(0.01) * 0.999 <= fluctuation(estimate) <= 1.4 * norm.isf(0.01)


def test_a_side_within_its_error_shows_nothing() -> None:
    assert smallest_violation(outcome(Enclosure.sampled(0.01, 0.1, "a", 1e-6), number(3.0, 0.0))) == np.inf
    assert smallest_violation(outcome(number(0.0, 0.0), number(0.0, 0.0))) == np.inf


def test_best_median_and_constant() -> None:
    sides = [(1.0, 4.0), (1.0, 1.25), (0.0, 1.0), (3.0, 4.0)]
    seen = [outcome(number(a, 1e-9 * (i + 1)), number(b, 0.0)) for i, (a, b) in enumerate(sides)]
    found = detectable(seen)
    assert found is not None
    assert found.best == pytest.approx(1e-6, rel=1e-3)
    assert found.median == pytest.approx(4e-6 / 3, rel=1e-3)
    assert found.constant == pytest.approx(0.8, rel=1e-5)
    assert (found.probability, found.cases, found.blind) == (1.0, 4, 1)
    assert found.as_json() == {
        "best": found.best,
        "median": found.median,
        "constant": found.constant,
        "probability": 1.0,
        "cases": 4,
        "blind": 1,
    }
    assert str(found) == (
        "would have seen a violation of 1.3e-06 of the right side (median of 3 cases, 1 show none; best 1.0e-06), "
        "and a right side smaller by 20 %"
    )


def test_nothing_to_speak_of() -> None:
    assert detectable([]) is None
    undefined = outcome(Enclosure.of(np.nan), number(1.0, 0.0))
    assert detectable([undefined]) is None
    blind = detectable([outcome(number(0.0, 0.0), number(-1.0, 0.0))])
    assert blind is not None
    assert (blind.best, blind.constant) == (np.inf, None)
    assert blind.as_json()["best"] is None
    assert "no case would have shown" in str(blind)


def test_a_sampled_statement_says_its_probability() -> None:
    text = str(Detectable(best=1e-3, median=2e-3, constant=0.87, probability=0.99, cases=10, blind=0))
    assert text == (
        "would have seen, with probability 0.99, a violation of 2.0e-03 of the right side (median case; best 1.0e-03), "
        "and a right side smaller by 13 %"
    )


# --- claims on real runs ---------------------------------------------------------------------------------------


def violations(claim: Claim, most: int = 150) -> list[Outcome]:
    """Violations of a claim on its simple and drawn cases, until there is one."""
    evaluate = Evaluator(claim)
    simple = islice(calculator_cases(claim.cases, claim.names), most)
    for case in [*simple, *drawn_cases(claim.cases, claim.names, 10, seed=0)]:
        found = evaluate(case)
        if found.relation is Relation.VIOLATED and found.trusted:
            return [found]
    return []


@pytest.mark.parametrize("id", RUNS)
def test_true_claims_on_real_runs_hold(id: str) -> None:
    claim = find(id)
    assert not violations(claim, most=20)


def falsified(id: str, right: object, **cases: object) -> Claim:
    claim = find(id)
    relation = claim.relation.func(claim.relation.lhs, right)
    return replace(claim, id="false", relation=relation, cases=replace(claim.cases, **cases))  # type: ignore[arg-type]


@pytest.mark.parametrize("id", ["run.variance.score", "run.variance.denoiser", "run.recursion", "run.mean.corrected"])
def test_five_percent_off_is_seen_on_real_runs(id: str) -> None:
    """A variance is known to 4 % there; a mean as well, where it is large beside the standard deviation."""
    (found,) = violations(falsified(id, Rational(19, 20) * find(id).relation.rhs))
    assert Kind.SAMPLED in (found.lhs.kind, found.rhs.kind)
    assert not found.certified


def test_the_wrong_sampler_is_seen() -> None:
    for id, other in (("run.variance.score", "denoiser"), ("run.variance.denoiser", "score")):
        assert violations(falsified(id, find(id).relation.rhs, samplers=(other,)))


def test_a_dropped_term_is_seen() -> None:
    assert violations(falsified("run.variance.score", lam + v[N]))


@pytest.mark.parametrize(
    ("parts", "cases"),
    [
        ((E_I, E_D), {}),
        ((E_S, E_D), {}),
        ((E_I, E_S), {"samplers": ("score",), "score_error": False}),
    ],
    ids=str,
)
def test_pinsker_without_one_of_the_errors_is_seen(parts, cases) -> None:
    assert violations(falsified("run.pinsker", sqrt(Add(*parts) / 2), **cases))


def test_half_of_pinsker_is_seen() -> None:
    assert violations(falsified("run.pinsker", find("run.pinsker").relation.rhs / 2))


def test_the_output_law_at_another_point_is_not_that_of_the_runs() -> None:
    assert violations(falsified("run.output_law", F_out(x + Rational(1, 10))))


def test_the_printed_mean_is_refuted_by_real_runs() -> None:
    (found,) = violations(find("run.mean.printed"))
    assert found.case.target.mean[0] != 0

"""One false-alarm budget: how it is split, that it cannot be overspent, and how it reaches what is measured."""

from __future__ import annotations

import hypothesis
import numpy as np
import pytest
from hypothesis import Phase
from sympy import Abs, Eq, Integral, Le

from numerics.backends import EnclosureOps
from numerics.targets import Gaussian, GaussianMixture, PointCloud
from theory.claims import find
from theory.compiler import compile_array
from theory.vocabulary import E_D, F_run, J, M_run, N, V_out, V_run, cdf, lam, u, v, w, x
from verify.calculator import calculator_cases
from verify.cases import Case
from verify.draws import for_each_case
from verify.error_rates import FALSE_ALARM, Account, ErrorBudget, Ledger, OverspentError, experiments_per_case
from verify.evaluate import Evaluator
from verify.measurements import FloatMeasurements

LINE = Gaussian(d=1, var=0.37, mean=1.0)
CASE = Case(LINE, (4.0, 1.0, 0.25), "score")
PLANE = GaussianMixture([0.4, 0.6], [[-1.0, 0.0], [1.0, 0.5]], [0.3, 0.3])
CLOUD = PointCloud([[-1.0, 0.0], [1.0, 0.5], [0.2, 2.0]])


def test_the_budget_is_split_evenly() -> None:
    budget = ErrorBudget(claims=50)
    assert budget.run == FALSE_ALARM == 1e-6
    assert 50 * budget.per_claim == pytest.approx(1e-6)
    assert 50 * 800 * 3 * budget.per_experiment(800, 3) == pytest.approx(1e-6)


@pytest.mark.parametrize(("run", "claims"), [(0.0, 1), (1.0, 1), (1e-6, 0)])
def test_impossible_budgets_are_refused(run: float, claims: int) -> None:
    with pytest.raises(ValueError, match=r"run =|claims ="):
        ErrorBudget(run, claims)
    with pytest.raises(ValueError, match="at least 1"):
        ErrorBudget().per_experiment(0)


def test_experiments_of_a_case_are_counted_beforehand() -> None:
    assert experiments_per_case(Eq(V_run, lam + v[N])) == 1
    assert experiments_per_case(Eq(V_run + M_run, V_out)) == 2
    assert experiments_per_case(Le(Abs(F_run(x) - cdf(x, v[N])) + F_run(x) ** 2, F_run(2 * x))) == 2
    assert experiments_per_case(Eq(V_out, lam)) == 1
    once = experiments_per_case(Le(J(u), 1))
    assert experiments_per_case(Le(J(u), J(w))) == 2 * once
    assert experiments_per_case(Le(Integral(J(w), (w, 1, u)), 1)) > 5 * once


@pytest.mark.parametrize("target", [PLANE, CLOUD])
@pytest.mark.parametrize(
    "relation", [Le(Integral(J(w), (w, v[1], v[0])), 1), Le(E_D, J(v[0])), Le(J(v[N] * 3), 1)], ids=str
)
def test_a_case_makes_no_more_experiments_than_counted(target, relation) -> None:
    env = FloatMeasurements(Case(target, (4.0, 1.0, 0.25), "score"), 1e-5)
    asked: list[str] = []
    rated = env.case.target
    means = rated._sampling._sampled if target is PLANE else rated._sampled
    original = means._sources
    means._sources = lambda name, levels: asked.append(name) or original(name, levels)
    try:
        value = compile_array(relation.lhs - relation.rhs, EnclosureOps())(env)
    finally:
        del means._sources
    assert 0 < len(value.sources) <= len(asked) <= experiments_per_case(relation)


def test_an_experiment_is_charged_once() -> None:
    ledger = Ledger(1e-6)
    for _ in range(3):
        ledger.charge("a", 4e-7)
        ledger.charge("b", 6e-7)
    assert ledger.spent == pytest.approx(1e-6)


def test_overspending_stops_with_an_error_and_is_not_recorded() -> None:
    ledger = Ledger(1e-6)
    ledger.charge("a", 9e-7)
    with pytest.raises(OverspentError, match=r"b at alpha = 2e-07 .* budget of 1e-06"):
        ledger.charge("b", 2e-7)
    assert ledger.charged == {"a": 9e-7}


def test_an_experiment_that_returns_at_a_higher_rate_costs_the_higher_rate() -> None:
    ledger = Ledger(1e-6)
    ledger.charge("a", 1e-7)
    ledger.charge("a", 5e-7)
    ledger.charge("a", 1e-7)
    assert ledger.spent == 5e-7


def test_nothing_is_charged_once_the_verdict_is_fixed() -> None:
    ledger = Ledger(1e-6)
    ledger.decided()
    ledger.charge("a", 1.0)
    assert ledger.spent == 0


@pytest.mark.parametrize("drawn", [[10], [34, 33, 33]])
def test_the_shards_of_a_claim_share_its_budget(drawn: list[int]) -> None:
    relation = find("run.pinsker").relation
    plans = [Account.planned(relation, 1e-9, 150, drawn, shard, experiment=5) for shard in range(len(drawn))]
    assert len({plan.alpha for plan in plans}) == 1
    assert sum(plan.ledger.total for plan in plans) == pytest.approx(1e-9)
    assert plans[0].ledger.total > plans[-1].ledger.total or len(drawn) == 1
    assert {plan.experiment for plan in plans} == {5}


@pytest.mark.parametrize("count", [10, 50, 200])
def test_hypothesis_shows_no_more_cases_than_planned(count: int) -> None:
    """The search pushes the slack up as it draws, which is when hypothesis overshoots."""
    claim, seen = find("gauss.fisher"), []
    room = Account.planned(claim.relation, 1e-9, 0, [count])

    def look(case: Case) -> None:
        seen.append(case)
        hypothesis.target(float(len(seen) % 17))

    for_each_case(look, claim.cases, claim.names, count, 3, phases=(Phase.generate, Phase.target))
    assert count <= len(seen) <= room.ledger.total / room.alpha


def test_an_account_charges_what_stands_behind_a_number() -> None:
    account = Account.planned(Eq(V_run, 1), 1e-9, 2, [0])
    for start in ("noise", "exact"):
        env = FloatMeasurements(Case(LINE, CASE.v, start=start), account.alpha, account.experiment)
        account.charge(env["V_run"].sources)
    assert account.ledger.spent == pytest.approx(2 * account.alpha)


def test_a_search_within_its_plan_stays_within_the_budget() -> None:
    """The sources that a claim's cases report, one for each random experiment, against the ledger."""
    claim, count = find("run.recursion"), 12
    budget = ErrorBudget(claims=30)
    alpha = budget.per_experiment(count, experiments_per_case(claim.relation))
    cases = [case for case in calculator_cases(claim.cases, claim.names) if case.N == 1][: count + 1]
    ledger = Ledger(budget.per_claim)
    for case in cases[:-1]:
        for source, rate in FloatMeasurements(case, alpha)["V_run"].sources.items():
            ledger.charge(source, rate)
    assert ledger.spent == pytest.approx(budget.per_claim)
    ((source, rate),) = FloatMeasurements(cases[-1], alpha)["V_run"].sources.items()
    with pytest.raises(OverspentError):
        ledger.charge(source, rate)


# --- how alpha reaches what is measured -------------------------------------------------------------------------


def test_real_runs_take_the_error_rate_and_the_seed() -> None:
    wide, narrow = (FloatMeasurements(CASE, alpha)["V_run"] for alpha in (1e-9, 0.1))
    assert (wide.alpha, narrow.alpha) == (1e-9, 0.1)
    assert wide.radius > 3 * narrow.radius
    assert wide.sources.keys() == narrow.sources.keys()
    repeated = FloatMeasurements(CASE, 1e-9, experiment=1)["V_run"]
    assert repeated.value != wide.value
    assert repeated.sources.keys().isdisjoint(wide.sources)
    assert Evaluator(find("run.variance.score"))(CASE).lhs.alpha < 1e-9  # a rate is there without being asked for


@pytest.mark.parametrize("target", [PLANE, CLOUD])
def test_sampled_curves_take_the_error_rate_and_the_seed(target) -> None:
    levels = np.array([0.3, 1.0])
    rated = target.at_error_rate(1e-4, seed=3)
    assert rated is target.at_error_rate(1e-4, seed=3)
    assert rated.measure("J", levels).alpha == 1e-4
    wider = target.at_error_rate(1e-12, 3).measure("J", levels)
    assert np.all(rated.measure("J", levels).radius < 0.9 * wider.radius)
    assert target.measure("J", levels).alpha == 1e-8  # the target itself is as it was made
    other = target.at_error_rate(1e-4, seed=4).measure("J", levels)
    assert np.all(other.value != rated.measure("J", levels).value)


@pytest.mark.parametrize("target", [PLANE, CLOUD])
def test_a_search_has_draws_of_its_own_at_each_level(target) -> None:
    """Shared draws make neighbouring levels' errors nearly equal; a search that chooses levels must not see that."""
    levels = np.array([0.5, 0.5000001])
    shared = target.measure("mmse", levels)
    assert abs(shared.value[0] - shared.value[1]) < 1e-5 * shared.value[0]
    own = target.at_error_rate(1e-8).measure("mmse", levels)
    assert abs(own.value[0] - own.value[1]) > 1e-3 * own.value[0]


@pytest.mark.parametrize("make", [lambda: PLANE.at_error_rate(1e-5, 99), lambda: CLOUD.at_error_rate(1e-5, 99)])
def test_an_interval_does_not_depend_on_what_was_asked_before(make) -> None:
    fresh, used = make(), make()
    used.measure("J", np.array([0.1, 0.5, 2.0]))
    question = np.array([0.5, 2.0])
    first, second = fresh.measure("J", question), used.measure("J", question)
    np.testing.assert_array_equal(first.value, second.value)
    np.testing.assert_array_equal(first.radius, second.radius)
    assert first.sources == second.sources


def test_data_that_sample_nothing_are_left_alone() -> None:
    line = GaussianMixture([0.5, 0.5], [-1.0, 1.0], [0.1, 0.2])
    assert LINE.at_error_rate(0.1) is LINE
    assert line.at_error_rate(0.1) is line

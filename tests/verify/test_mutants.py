"""Every claim that is expected to be true has false variants, and they die; planted faults are noticed."""

from dataclasses import replace
from itertools import islice

import pytest
from sympy import Le, Rational

from theory.claims import Expected, catalogue, find
from verify.mutants import mutable_claims, mutants
from verify.mutants.hunt import hunt, hunt_on, hunting_grounds, survivors
from verify.mutants.implementation import FAULTS, complaint, planted
from verify.mutants.reasons import PROOFS, of_part, part_of
from verify.mutants.run import FAULT_EXAMPLES, MutantRun, run_mutants
from verify.mutants.table import Fate, mutant_table, row_of, unexplained
from verify.search import verify_claim
from verify.verdicts import Status

TRUE = [c.id for c in mutable_claims()]
# hunted whole in seconds: an equality, a closed form, bounds that are tight
SMALL = [
    "info.fisher_mmse",
    "gauss.ode",
    "wht24.lemma10",
    "info.mmse_bound",
    "wht24.thm2.dterm.quadratic",
    "run.recursion",
]
SLOW = ["full_error.bound"]
WITNESSES = sorted({fault.witnesses[0] for fault in FAULTS})
QUIET = ["info.fisher_mmse", "wht24.lemma9.constant", "ntk.gram"]  # of float64 and balls, of chains, of networks


@pytest.mark.parametrize(
    "id",
    [id if i % 6 == 1 and id not in SLOW else pytest.param(id, marks=pytest.mark.long) for i, id in enumerate(TRUE)],
)
def test_false_variants_of_every_true_claim_die(id):
    """Of the first variants on the first cases, every sixth claim; the long form and ``verify --mutants`` hunt all."""
    claim = find(id)
    found = hunt_on(mutants(claim)[:12], islice(hunting_grounds(claim, examples=10), 60))
    if id == "gauss.point.denoiser":  # 0 == 0 has no false multiples
        assert all(one.apart == 0 for one in found)
        return
    dead = [one for one in found if one.killed is not None]
    assert all(one.killed.trusted for one in dead)
    assert len(dead) >= (3 if claim.is_equality else 1), [one.mutant.change for one in survivors(found)]


@pytest.mark.parametrize("id", SMALL)
def test_no_survivor_is_unexplained(id):
    table = mutant_table(find(id), examples=40, seed=0)
    assert not list(unexplained([table])), list(unexplained([table]))
    assert table.count(Fate.KILLED) >= 3
    assert table.kill_rate == 1


@pytest.mark.long
@pytest.mark.parametrize("id", TRUE)
def test_no_survivor_of_any_claim_is_unexplained(id):
    table = mutant_table(find(id), examples=150, seed=0)
    assert not list(unexplained([table])), list(unexplained([table]))


@pytest.mark.parametrize("id", ["wht24.lemma10", "wht24.thm2.dterm.quadratic", "wht24.thm2.dterm.printed"])
def test_tight_bounds_do_not_survive_five_percent_less(id):
    claim = find(id)
    tighter = [m for m in mutants(claim) if m.claim.relation.rhs == Rational(19, 20) * claim.relation.rhs]
    assert len(tighter) == 1
    (found,) = hunt_on(tighter, hunting_grounds(claim, examples=10))
    assert found.killed is not None


def test_five_percent_less_is_not_asked_of_a_bound_that_is_not_tight():
    table = mutant_table(find("run.pinsker"), examples=10, seed=0)
    assert not any("19/20" in row.change and row.fate is Fate.UNEXPLAINED for row in table.rows)


def test_twice_a_bound_is_still_a_bound():
    claim = find("wht24.lemma10")
    weaker = [m for m in mutants(claim) if m.claim.relation.rhs == 2 * claim.relation.rhs]
    (found,) = hunt_on(weaker, hunting_grounds(claim, examples=10))
    assert found.killed is None
    assert row_of(found).fate is Fate.WEAKER


@pytest.mark.parametrize("part", ["(v[0] - v[1])*Min(m2, d*v[0])/(2*v[0]**2)", "Sum(Max(0, -v[k + 1]*v[k - 1]"])
def test_half_of_a_data_term_dies_by_a_rare_component(part):
    """No case that float64 can decide shows it: the mmse must fall within a small factor of the noise level."""
    claim = find("wht24.thm2.discretisation.corrected")
    halved = [m for m in mutants(claim) if m.change.startswith(part) and m.change.endswith("times 1/2")]
    assert len(halved) == 1
    variant = halved[0].claim
    assert not any(c.id == variant.id for c in catalogue().values())
    from verify.boundary import boundary_cases, rare
    from verify.evaluate import Evaluator

    evaluate = Evaluator(variant)
    rare_cases = (case for case in islice(boundary_cases(claim.cases, claim.names), 400) if rare(case))
    outcomes = (evaluate(case) for case in rare_cases)
    assert any(o.trusted and o.certified for o in outcomes)


def test_a_hole_in_the_search_is_called_unexplained():
    """With too few cases a false variant survives, and is not explained away."""
    claim = find("wht24.thm2.discretisation.corrected")
    found = hunt_on(mutants(claim)[::4], islice(hunting_grounds(claim, examples=10), 12))
    assert Fate.UNEXPLAINED in {row_of(one).fate for one in found}


def test_reasons_are_of_variants_that_exist():
    for id, change in PROOFS:
        assert change in {m.change for m in mutants(find(id))}, (id, change)


def test_variants_differ_from_the_claim_and_from_each_other():
    for id in ("info.fisher_mmse", "wht24.thm2.corrected", "gauss.variance.denoiser"):
        found = mutants(find(id))
        relations = {m.claim.relation for m in found}
        assert len(relations) == len(found) > 10
        assert find(id).relation not in relations


def test_claims_expected_false_are_not_mutated():
    assert {c.id for c in catalogue().values() if c.expected is Expected.REFUTED}.isdisjoint(TRUE)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_noticed(fault):
    with planted(fault):
        assert complaint(find(fault.witnesses[0]), FAULT_EXAMPLES, 0)


@pytest.mark.parametrize("id", [id if id in QUIET else pytest.param(id, marks=pytest.mark.long) for id in WITNESSES])
def test_without_a_fault_no_witness_complains(id):
    assert complaint(find(id), 10, 0) == ""


@pytest.mark.long
def test_the_number_of_processes_does_not_matter():
    jobs = [(find(id), None) for id in ("gauss.fisher", "wht24.lemma10")]
    one, two = ([s.as_json() for s in _without_faults(jobs, workers).summaries] for workers in (1, 2))
    assert one == two


def _without_faults(jobs, workers) -> MutantRun:
    from unittest.mock import patch

    with patch("verify.mutants.run.FAULTS", ()):
        return run_mutants(jobs, 10, 0, workers)


def test_variants_are_hunted_from_the_same_cases_each_time():
    claim = find("wht24.lemma10")
    first, second = (hunt(claim, examples=10) for _ in range(2))
    assert [str(o.killed and o.killed.case) for o in first] == [str(o.killed and o.killed.case) for o in second]


@pytest.mark.long
@pytest.mark.parametrize("part", ["(v[0] - v[1])*Min(m2, d*v[0])/(2*v[0]**2)", "Sum(Max(0, -v[k + 1]*v[k - 1]"])
def test_a_verdict_on_half_of_a_data_term_is_refuted(part):
    """The search of a verdict, at the quick suite's size, sees the rare component too."""
    claim = find("wht24.thm2.discretisation.corrected")
    (halved,) = (m for m in mutants(claim) if m.change.startswith(part) and m.change.endswith("times 1/2"))
    assert verify_claim(halved.claim, examples=40).status is Status.REFUTED


def test_a_change_elsewhere_in_the_sum_is_no_change_of_its_part():
    claim = find("wht24.thm2.corrected")
    part = part_of(claim)
    elsewhere = {"m2/(2*v[0]) times 1/2", "right side times 1/2"}
    chosen = {m.change: m for i, m in enumerate(mutants(claim)) if i % 10 == 0 or m.change in elsewhere}
    changes = {change: of_part(m, part) for change, m in chosen.items()}
    assert elsewhere <= {change for change, within in changes.items() if within is None}
    assert sum(within is not None for within in changes.values()) > 5
    user = replace(claim, relation=Le(claim.relation.lhs, 2 * claim.relation.rhs))
    assert part_of(user) is None


def test_variants_of_real_runs_are_compared_at_the_numbers_that_the_run_showed():
    found = hunt_on(mutants(find("run.variance.score"))[:8], islice(hunting_grounds(find("run.variance.score")), 12))
    assert all(one.compared > 0 for one in found if one.cases and one.killed is None)
    assert not any(row_of(one).fate is Fate.SAME for one in found)

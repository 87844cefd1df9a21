"""The sentence of a verdict: for every status, with its numbers."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Ge, Gt, Le, Lt

from numerics.enclosures import Enclosure, Kind, Relation
from numerics.targets import Gaussian
from theory.claims import Claim, find
from theory.vocabulary import E_D, E_I
from verify.cases import Case
from verify.evaluate import Outcome
from verify.power import Detectable
from verify.reports.quotes import quote
from verify.reports.sides import sides
from verify.reports.words import both, evidence
from verify.verdicts import Status, Tightness, Verdict

BOUND = Claim("mine.b", "a bound", Le(E_D, E_I), "own note")
CASE = Case(Gaussian(d=1, var=0.0), v=(2.0, 1.0))
WHERE = "N = 1, v = (2, 1), data gaussian(d=1, var=0)"


def outcome(
    left: float, right: float, relation: Relation, kind: Kind = Kind.CERTIFIED, radius=1.9e-9, **more
) -> Outcome:
    """A case with these sides, turned as a search turns them."""
    one, other = (Enclosure(np.asarray(x), np.asarray(radius), kind) for x in (left, right))
    certified = kind is Kind.CERTIFIED
    return Outcome(CASE, relation, one, other, certified, True, 64 if certified else 0, **more)


def verdict(status: Status, how: str, claim: Claim = BOUND, **more) -> Verdict:
    settings = {"examples": 1200, "tightness": Tightness(None, None), "seed": 7, "seconds": 1.0}
    return Verdict(claim, status, how, **(settings | more))


def refuted(left: float, right: float, largest: Outcome | None = None, claim: Claim = BOUND, **more) -> Verdict:
    shown = outcome(left, right, Relation.VIOLATED, equality=claim.is_equality)
    return verdict(
        Status.REFUTED, "certified by ball arithmetic", claim, counterexample=shown, largest_violation=largest, **more
    )


def test_refuted_gives_the_counterexample_both_sides_and_the_largest_violation():
    worst = outcome(3.0, 1.5, Relation.VIOLATED)
    assert quote(refuted(0.125, 0.0625, worst), "1.2") == (
        f"scoreproof 1.2 refutes “a bound” (mine.b; own note, exact): at {WHERE}, the left side is 0.125 and the right "
        "side 0.0625 (± 4e-09, ball arithmetic); the largest violation found is by a factor of 2; 1,200 cases tried, "
        "seed 7."
    )


def test_a_bound_from_below_is_told_in_its_own_direction():
    claim = replace(BOUND, relation=Ge(E_D, E_I))
    assert "the left side is 0.0625 and the right side 0.125" in quote(refuted(0.125, 0.0625, claim=claim))


def test_sides_are_told_apart_by_as_many_digits_as_it_takes():
    close = outcome(1 + 3e-12, 1.0, Relation.VIOLATED, radius=1e-14)
    assert (sides(BOUND, close).left, sides(BOUND, close).right) == ("1.000000000003", "1")
    assert sides(BOUND, close).error == "2e-14"


def test_a_bound_that_is_not_positive_has_no_factor():
    worst = outcome(3.0, -1.0, Relation.VIOLATED)
    assert "the largest violation found is of a bound that is not positive" in quote(refuted(0.125, 0.0625, worst))
    assert "largest" not in quote(refuted(0.125, -1.0, worst))


@pytest.mark.parametrize(
    ("left", "right", "radius", "words"),
    [
        (3.0, 1.5, 1e-12, "is by a factor of 2;"),
        (3.0, 1.5, 0.125, "is by a factor of at least 1.76923;"),  # 2.875/1.625
        (1 + 1e-9, 1.0, 1e-16, "is by 1e-09 of the right side;"),
        (1 + 1e-9, 1.0, 1e-10, "is by at least 8e-10 of the right side;"),
        (3.0, -1e-3, 1e-2, "is of a bound that is not positive within its error;"),
        (3.0, 0.0, 0.0, "is of a bound that is not positive;"),
    ],
)
def test_the_largest_violation_is_told_as_far_as_its_errors_leave_it_known(
    left: float, right: float, radius: float, words: str
):
    worst = outcome(left, right, Relation.VIOLATED, Kind.SAMPLED, radius)
    assert f"the largest violation found {words}" in quote(refuted(0.5, 0.25, worst))


@pytest.mark.parametrize("compare", [Lt, Gt])
@pytest.mark.parametrize("radius", [2.3e-308, 0.0])
def test_a_violation_by_equal_sides_has_no_size(compare: type, radius: float):
    equal = outcome(0.0, 0.0, Relation.VIOLATED, radius=radius)
    told = quote(refuted(0.0, 0.0, equal, replace(BOUND, relation=compare(E_D, E_I))))
    assert "the left side is 0 and the right side 0 (" in told
    assert "largest" not in told


@pytest.mark.parametrize(("compare", "above"), [(Ge, "left"), (Gt, "left"), (Le, "right"), (Lt, "right")])
def test_shares_are_those_of_the_side_that_bounds_the_other(compare: type, above: str):
    claim = replace(BOUND, relation=compare(E_D, E_I))
    worst = outcome(1 + 1e-9, 1.0, Relation.VIOLATED, radius=1e-16)
    assert f"by 1e-09 of the {above} side" in quote(refuted(0.5, 0.25, worst, claim))
    held = verdict(Status.SUPPORTED, "held on 40 cases", claim, detectable=Detectable(1e-9, 2e-8, 0.5, 1.0, 40, 0))
    assert f"of the {above} side would have been seen" in quote(held)
    (power,) = [line for label, line in evidence(held) if label == "power"]
    assert (
        power
        == f"would have seen a violation of 2.0e-08 of the {above} side (median case; best 1.0e-09), and a "
        + (f"{above} side smaller by 50 %")
    )


@pytest.mark.parametrize(
    ("compare", "sign", "ratio", "above"),
    [
        (Le, "left 2 > 1 right", "lhs/rhs = 2 at", "right"),
        (Lt, "left 2 > 1 right", "lhs/rhs = 2 at", "right"),
        (Ge, "left 1 < 2 right", "rhs/lhs = 2 at", "left"),
        (Gt, "left 1 < 2 right", "rhs/lhs = 2 at", "left"),
    ],
)
def test_the_evidence_is_told_in_the_claim_s_own_direction(compare: type, sign: str, ratio: str, above: str):
    claim = replace(BOUND, relation=compare(E_D, E_I))
    found = refuted(2.0, 1.0, outcome(2.0, 1.0, Relation.VIOLATED), claim)
    lines = [line for _, line in evidence(found)]
    assert lines[1].startswith(sign)
    assert lines[2].startswith(ratio)
    infinite = replace(found, largest_violation=outcome(2.0, -1.0, Relation.VIOLATED))
    assert evidence(infinite)[2][1].startswith(f"the {above} side is not positive at")


@pytest.mark.parametrize(
    ("left", "right", "radius", "sign"),
    [
        (1.0004, 1.0, 1e-9, ">"),  # a violation that a larger constant may mend
        (5.0, 1.0, 1e-9, ">"),
        (1.0, 1.0, 1e-9, "="),
        (1 + 1e-9, 1.0, 1e-9, "="),
        (1.5, 1.0, 0.3, "vs"),
    ],
)
def test_sides_that_are_apart_are_not_called_equal(left: float, right: float, radius: float, sign: str):
    found = both(verdict(Status.INCONCLUSIVE, "open"), outcome(left, right, Relation.UNDECIDED, radius=radius))
    assert found.split()[2] == sign


def test_a_refuted_equality_is_off_by_a_relative_difference():
    claim = find("gauss.mmse")
    worst = outcome(1.0, 4.0, Relation.VIOLATED, equality=True)
    told = quote(refuted(0.125, 0.25, worst, claim))
    assert "the largest violation found is by a relative difference of 0.75" in told
    rough = outcome(1.0, 4.0, Relation.VIOLATED, Kind.SAMPLED, 0.5, equality=True)  # 1.5 and 3.5 are 2/4.5 apart
    assert "is by a relative difference of at least 0.444;" in quote(refuted(0.125, 0.25, rough, claim))


def test_a_sampled_refutation_states_its_error_probability():
    told = quote(refuted(0.5, 0.25, error_rates={"false_alarm": 2.5e-10}))
    assert "; sampling is wrong with probability at most 2.5e-10; 1,200 cases tried" in told


def test_certified_by_a_derivation_names_what_it_rests_on_and_the_tightest_case():
    claim = find("wht24.thm2.corrected")
    how = (
        "a checked derivation of 4 steps covers all cases, given budget.initial, tested and not proved here; "
        "held on 1,200 cases, 45 of them in ball arithmetic"
    )
    close = outcome(0.25, 0.5, Relation.HOLDS)
    assert quote(verdict(Status.CERTIFIED, how, claim, tightest=close), "1.2") == (
        f"scoreproof 1.2 certifies “{claim.title}” (wht24.thm2.corrected; {claim.source}, corrected): a checked "
        "derivation of 4 steps covers all cases, given budget.initial, tested and not proved here; no case tried "
        f"violates it; the closest case is {WHERE}, where the left side is 0.25 and the right side 0.5 (± 4e-09, ball "
        "arithmetic); 1,200 cases tried, seed 7."
    )


def test_certified_on_cases_says_that_others_are_not_covered():
    how = "ball arithmetic separates the sides on all 1200 cases"
    told = quote(verdict(Status.CERTIFIED, how, tightest=outcome(0.5, 0.5, Relation.HOLDS, radius=0.0)))
    assert f"{how}, and says nothing of others; it is tight at {WHERE}, where both sides are 0.5 (± 0, ball" in told
    assert "derivation" not in told


def test_supported_says_how_many_cases_what_would_have_been_seen_and_what_was_not_measured():
    how = (
        "held on 40 cases, 34 of them in ball arithmetic; sides touch on 2, where ...; not measured: 3 cases: too wide"
    )
    seen = Detectable(1e-9, 2.31e-8, 0.5, 1.0, 40, 0)
    told = quote(verdict(Status.SUPPORTED, how, examples=40, detectable=seen), "1.2")
    assert told == (
        "scoreproof 1.2 supports “a bound” (mine.b; own note, exact): it held on 40 cases, 34 of them in ball "
        "arithmetic; a violation of 2.4e-08 of the right side would have been seen in the median case; not measured: "
        "3 cases: too wide; seed 7."
    )


def test_cases_that_would_have_shown_nothing_are_counted():
    told = quote(verdict(Status.SUPPORTED, "held on 40 cases", detectable=Detectable(1e-9, 2e-8, 0.5, 1.0, 40, 39)))
    assert "would have been seen in the median of 1 case, and 39 would have shown none" in told
    none = Detectable(np.inf, np.inf, None, 1.0, 40, 40)
    told = quote(verdict(Status.SUPPORTED, "held on 40 cases", detectable=none))
    assert "; no case would have shown a violation of any relative size;" in told


def test_what_is_random_is_seen_with_a_probability():
    seen = Detectable(1e-2, 0.052, None, 0.99, 40, 0)
    told = quote(verdict(Status.SUPPORTED, "held on 40 cases", detectable=seen, error_rates={"false_alarm": 1e-10}))
    assert "sampling is wrong with probability at most 1.0e-10" in told
    assert "would have been seen with probability 0.99 in the median case" in told


@pytest.mark.parametrize(
    ("largest", "words"),
    [
        (1.02e-11, "as measured, the two sides differ by at most 1.1e-11 of their size"),
        (0.0, "as measured, the two sides are equal"),
        (None, "the two sides agree within their errors"),
    ],
)
def test_an_equality_is_as_close_as_its_largest_difference(largest: float | None, words: str):
    held = verdict(Status.SUPPORTED, "held on 40 cases", find("gauss.mmse"), tightness=Tightness(largest, None))
    assert f"; {words}; " in quote(held)
    closest = outcome(0.5, 0.5, Relation.UNDECIDED, radius=1.2e-9, equality=True)
    errors = "" if largest is None else f", and the errors at {WHERE} could hide a difference of 4.8e-09"
    assert f"; {words}{errors}; " in quote(replace(held, tightest=closest))


@pytest.mark.parametrize(
    "closest",
    [
        outcome(0.0, 0.0, Relation.UNDECIDED),
        outcome(0.5, 0.4, Relation.UNDECIDED, Kind.SAMPLED, radius=0.2),
    ],
)
def test_a_case_that_shows_nothing_is_not_called_the_closest(closest: Outcome):
    told = quote(verdict(Status.SUPPORTED, "held on 40 cases, 0 of them in ball arithmetic", tightest=closest))
    assert "N = 1" not in told


def test_a_rate_says_its_exponents_and_its_own_error_rate():
    rates = {"sentence": "the printed rate n^-3 is loose by n^a, a in [2.5, 2.9]", "variables": {}}
    one = verdict(Status.SUPPORTED, "81 runs; ...", rates=rates, examples=81, error_rates={"false_alarm": 1e-5})
    assert quote(one, "1.2") == (
        "scoreproof 1.2 supports, as a rate, “a bound” (mine.b; own note, exact): the printed rate n^-3 is loose by "
        "n^a, a in [2.5, 2.9]; wrong with probability at most 1e-05; 81 trained networks tried, seed 7."
    )
    open_rate = replace(one, status=Status.INCONCLUSIVE, how="more seeds would tell")
    assert "could not decide “a bound” (mine.b; own note, exact): more seeds would tell;" in quote(open_rate)


def test_inconclusive_says_why():
    told = quote(verdict(Status.INCONCLUSIVE, "no case could be measured: 4 cases: too wide", examples=0), "1.2")
    assert told == (
        "scoreproof 1.2 could not decide “a bound” (mine.b; own note, exact): no case could be measured: 4 cases: too "
        "wide; 0 cases tried, seed 7."
    )


@pytest.mark.parametrize(
    ("examples", "how", "end"),
    [
        (40, "held on 40 cases", "; seed 7."),
        (40, "held on 140 cases", "; 40 cases tried, seed 7."),
        (1200, "held on 1200 cases", "; seed 7."),
        (1, "held on 1 cases", "; 1 case tried, seed 7."),
        (3, "held on 5 cases; not measured: 3 cases: too wide", "; 3 cases tried, seed 7."),
    ],
)
def test_the_number_of_cases_is_told_once_and_not_taken_for_another(examples: int, how: str, end: str):
    assert quote(verdict(Status.SUPPORTED, how, examples=examples)).endswith(end)


def test_a_quote_is_one_line_without_characters_that_a_terminal_would_obey():
    claim = replace(BOUND, title="a\x1b[2J bound\nof\u202e two\x07  lines", source="own\r\nnote")
    told = quote(verdict(Status.SUPPORTED, "held on 40 cases", claim), "1.2")
    assert told.startswith(
        "scoreproof 1.2 supports “a\\x1b[2J bound of\\u202e two\\x07 lines” (mine.b; own note, exact): it held on"
    )


def test_the_version_is_the_installed_one_unless_another_reached_the_verdict():
    from importlib.metadata import version

    assert quote(refuted(2.0, 1.0)).startswith(f"scoreproof {version('scoreproof')} refutes")

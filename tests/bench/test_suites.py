"""The rows of suites: what a worker changes, or does not find, is seen."""

from __future__ import annotations

import pytest

from verify.bench.row import Setting
from verify.bench.rows import suites


def verdict(id: str, status: str = "supported", seconds: float = 1.0, as_expected: bool = True) -> dict:
    return {"id": id, "status": status, "as_expected": as_expected, "seconds": seconds}


def test_what_is_compared_is_all_but_the_time() -> None:
    mine = suites.without_seconds([verdict("b"), verdict("a", seconds=3.0)])
    theirs = suites.without_seconds([verdict("a"), verdict("b", seconds=2.0)])
    assert suites.differing(mine, theirs) == 0
    assert suites.differing(mine, theirs[:1]) == 1
    assert suites.differing(mine, suites.without_seconds([verdict("a", "refuted"), verdict("b")])) == 1


def test_a_verdict_that_is_not_expected_is_counted_and_none_at_all_too() -> None:
    assert suites.unexpected([verdict("a")]) == 0
    assert suites.unexpected([verdict("a"), verdict("b", as_expected=False)]) == 1
    assert suites.unexpected([]) == 1


def test_copies_of_a_claim_are_searched_each_for_itself() -> None:
    assert suites.copies(2, 10, "gauss.mmse")() == ["supported", "supported"]


def test_the_paper_suite_is_measured_against_its_time_alone() -> None:
    (row,) = (one for one in suites.ROWS if one.name == "paper-suite")
    assert row.at_most == 180
    assert row.make(Setting("small")).other is None


def test_a_command_that_ends_badly_is_no_time() -> None:
    with pytest.raises(RuntimeError, match="no-such-option"):
        suites.run(("--no-such-option",), 1)


@pytest.mark.long
def test_two_workers_give_what_one_gives() -> None:
    case = suites.quick(Setting("small"))
    mine = case.ours()
    assert [one["id"] for one in mine] == ["gauss.fisher", "gauss.mmse"]
    assert [found.ours for found in case.check(mine, case.other())] == [0, 0]

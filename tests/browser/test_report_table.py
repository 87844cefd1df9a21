"""The table of claims: what the filter leaves, what it says, and the order that a click on a heading gives."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect
from small_run import SmallRun

HEADS = "#claims thead th"
TYPED: dict[str, set[str]] = {  # and the claims that have all of it in their id, title, source or formula
    "gauss": {"gauss.fisher", "gauss.mmse"},
    "  WHT24 eq4  ": {"wht24.eq4.printed"},
    "logarithm of": {"own.undefined"},
    "onerror=": {"own.hostile"},
    "no claim has this": set(),
}
READ_COLUMN = """column => [...document.querySelectorAll("#claims tbody tr")].map(row => {
    const cell = row.cells[column];
    return [row.dataset.claim, cell.dataset.value ?? cell.textContent.trim()];
})"""


def shown(page: Page) -> set[str]:
    """Claims whose rows are visible."""
    rows = page.locator("#claims tbody tr").filter(visible=True)
    return set(rows.evaluate_all("rows => rows.map(row => row.dataset.claim)"))


def sections(page: Page) -> set[str]:
    """Claims whose sections are visible."""
    return set(
        page.locator("details.claim").filter(visible=True).evaluate_all("all => all.map(one => one.dataset.claim)")
    )


def boxes(page: Page, *wanted: str) -> None:
    """Tick these statuses and no other."""
    for status in ("certified", "supported", "refuted", "inconclusive"):
        page.locator(f"#filters input[value={status}]").set_checked(status in wanted)


def order(page: Page) -> list[str]:
    return page.locator("#claims tbody tr").evaluate_all("rows => rows.map(row => row.dataset.claim)")


def head(page: Page, name: str) -> Any:
    return page.locator(HEADS).filter(has=page.get_by_role("button", name=name, exact=True))


def test_a_status_leaves_its_claims(report: Page, small_run: SmallRun):
    for status in ("certified", "supported", "refuted", "inconclusive"):
        boxes(report, status)
        wanted = small_run.ids(status=status)
        assert wanted, status
        assert shown(report) == sections(report) == wanted
        expect(report.get_by_role("status")).to_have_text(f"{len(wanted)} of {len(small_run.verdicts)} claims")


def test_every_word_typed_must_be_there(report: Page, small_run: SmallRun) -> None:
    for typed, wanted in TYPED.items():
        report.get_by_role("searchbox").fill(typed)
        assert shown(report) == sections(report) == wanted, typed
        expect(report.get_by_role("status")).to_have_text(f"{len(wanted)} of {len(small_run.verdicts)} claims")


def test_text_and_boxes_narrow_together_and_an_emptied_filter_shows_all(report: Page, small_run: SmallRun):
    report.get_by_label("only not as expected").check()
    assert shown(report) == small_run.ids(as_expected=False)
    boxes(report, "refuted")
    assert shown(report) == small_run.ids(as_expected=False, status="refuted")
    report.get_by_role("searchbox").fill("undefined")
    assert shown(report) == set()
    report.get_by_role("searchbox").fill("")
    boxes(report, "certified", "supported", "refuted", "inconclusive")
    report.get_by_label("only not as expected").uncheck()
    assert shown(report) == set(small_run.verdicts)


def test_enter_in_the_search_keeps_the_page(report: Page):
    report.get_by_role("searchbox").fill("gauss")
    report.get_by_role("searchbox").press("Enter")
    expect(report.get_by_role("searchbox")).to_have_value("gauss")


def test_every_column_sorts_both_ways(report: Page):
    for column, kind in enumerate(report.locator(HEADS).evaluate_all("all => all.map(one => one.dataset.sort)")):
        click = report.locator(HEADS).nth(column).get_by_role("button").click
        for direction in ("ascending", "descending"):
            before = dict(report.evaluate(READ_COLUMN, column))
            click()
            expect(report.locator(HEADS).nth(column)).to_have_attribute("aria-sort", direction)
            expect(report.locator("#claims th[aria-sort]")).to_have_count(1)
            after = report.evaluate(READ_COLUMN, column)
            assert dict(after) == before  # whole rows moved, and none was lost
            values = [value for _, value in after if value]
            keys = [float(value) for value in values] if kind == "number" else [value.casefold() for value in values]
            assert keys == sorted(keys, reverse=direction == "descending"), f"column {column}, {direction}"
            assert all(not value for _, value in after[len(values) :]), "what has no value stands last"


def test_numbers_are_sorted_as_numbers(report: Page, small_run: SmallRun):
    cases = {id: v["examples"] for id, v in small_run.verdicts.items()}
    assert sorted(cases.values()) != sorted(cases.values(), key=str)  # or this would test nothing
    head(report, "cases").get_by_role("button").click()
    found = [cases[id] for id in order(report)]
    assert found == sorted(cases.values())


def test_sorting_is_stable_in_both_directions(report: Page, small_run: SmallRun):
    by_cases = head(report, "cases").get_by_role("button")
    by_verdict = head(report, "verdict").get_by_role("button")
    by_cases.click()
    before = order(report)
    for _ in range(2):
        by_verdict.click()
        after = order(report)
        for status in ("supported", "refuted"):
            same = small_run.ids(status=status)
            assert len(same) > 2
            assert [id for id in after if id in same] == [id for id in before if id in same]


def test_sorting_keeps_the_filter(report: Page, small_run: SmallRun):
    boxes(report, "refuted")
    head(report, "title").get_by_role("button").click()
    assert shown(report) == small_run.ids(status="refuted")

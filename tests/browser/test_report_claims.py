"""One claim: opened by link, address and keyboard; copied; and text that tries to break out of it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from small_run import HOSTILE, SmallRun
from watched import DESKTOP, WatchedPages

ONE = "wht24.thm2.dterm.quadratic"


def claim(page: Page, id: str) -> Locator:
    return page.locator(f'details.claim[data-claim="{id}"]')


def opened(page: Page) -> set[str]:
    return set(page.locator("details.claim[open]").evaluate_all("all => all.map(one => one.dataset.claim)"))


def test_claims_are_closed_until_asked_for(report: Page):
    assert opened(report) == set()
    expect(claim(report, ONE).locator(".quote")).to_be_hidden()


def test_a_link_of_the_table_opens_the_claim(report: Page):
    report.locator("#claims").get_by_role("link", name=ONE).click()
    assert opened(report) == {ONE}
    expect(claim(report, ONE).locator(".quote")).to_be_visible()
    expect(claim(report, ONE).locator("summary")).to_be_focused()
    expect(claim(report, ONE).locator("summary")).to_be_in_viewport()


def test_the_same_link_opens_it_again_after_it_was_closed(report: Page):
    link = report.locator("#claims").get_by_role("link", name=ONE)
    link.click()
    claim(report, ONE).locator("summary").click()
    assert opened(report) == set()
    link.click()
    assert opened(report) == {ONE}


def test_an_address_with_a_claim_opens_it(pages: WatchedPages, small_run: SmallRun):
    page = pages.open(f"{small_run.url}#{ONE}", viewport=DESKTOP)
    assert opened(page) == {ONE}
    expect(claim(page, ONE).locator("summary")).to_be_in_viewport()
    page.evaluate("location.hash = '#gauss.mmse'")
    expect(claim(page, "gauss.mmse")).to_have_attribute("open", "")


def test_an_address_without_a_claim_opens_none(report: Page, small_run: SmallRun):
    for hash in ("#", "#nothing", "#%E0%A4%A", "#claims", "#<img src=x>"):
        report.goto(f"{small_run.url}{hash}")
        assert opened(report) == set(), hash


def test_a_link_shows_a_claim_that_the_filter_hid(report: Page):
    report.get_by_role("searchbox").fill("gauss")
    expect(claim(report, "own.undefined")).to_be_hidden()
    report.locator("#inconclusive").get_by_role("link", name="own.undefined").click()
    expect(claim(report, "own.undefined").locator(".quote")).to_be_visible()


def test_keys_alone_reach_and_open_a_claim(report: Page):
    press, focused = report.keyboard.press, report.locator(":focus")
    press("Tab")
    expect(focused).to_have_text("Skip to the claims")
    expect(focused).to_be_in_viewport()
    press("Enter")
    for _ in range(40):
        press("Tab")
        assert focused.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
        if focused.evaluate("one => one.matches('#claims tbody a')"):
            break
    id = focused.inner_text()
    press("Enter")
    assert opened(report) == {id}
    expect(claim(report, id).locator("summary")).to_be_focused()
    press("Enter")
    assert opened(report) == set()


def test_keys_alone_sort_and_filter(report: Page):
    report.keyboard.press("Tab")
    report.keyboard.press("Enter")
    report.keyboard.press("Tab")  # from the skip link to the first heading
    report.keyboard.press("Space")
    expect(report.locator("#claims thead th").first).to_have_attribute("aria-sort", "ascending")
    for _ in range(2):
        report.keyboard.press("Shift+Tab")  # back to the last box of the filter
    focused = report.locator(":focus")
    report.keyboard.press("Space")
    assert focused.evaluate("one => one.form.id") == "filters"


def test_open_all_and_close_all_act_on_what_the_filter_left(report: Page, small_run: SmallRun):
    report.get_by_role("searchbox").fill("gauss")
    report.get_by_role("button", name="Open all").click()
    assert opened(report) == {id for id in small_run.verdicts if id.startswith("gauss.")}
    report.get_by_role("searchbox").fill("")
    report.get_by_role("button", name="Open all").click()
    assert opened(report) == set(small_run.verdicts)
    report.get_by_role("button", name="Close all").click()
    assert opened(report) == set()


def test_buttons_copy_the_sentence_and_the_command(pages: WatchedPages, small_run: SmallRun):
    page = pages.open(f"{small_run.url}#{ONE}", permissions=["clipboard-read", "clipboard-write"])
    section = claim(page, ONE)
    section.locator(".quote + button.copy").click()
    expect(section.locator(".quote + button.copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == section.locator(".quote").inner_text()
    command = section.locator(".reproduce code.copyable").first
    command.locator("+ button.copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == command.inner_text()
    assert copied.startswith(f"scoreproof verify --claim {ONE} ")


def test_a_refused_clipboard_is_told_on_the_button(pages: WatchedPages, small_run: SmallRun):
    page = pages.open(f"{small_run.url}#{ONE}")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')) }")
    button = claim(page, ONE).locator(".quote + button.copy")
    button.click()
    expect(button).to_have_text("Not allowed here")


def test_hostile_text_is_shown_and_not_run(report: Page):
    report.get_by_role("button", name="Open all").click()
    report.get_by_role("searchbox").fill("<img")
    expect(report.locator('#claims tr[data-claim="own.hostile"] td').last).to_have_text(HOSTILE)
    for name in ("source", "setting", "note"):
        term = claim(report, "own.hostile").locator("dt", has_text=name)
        expect(term.locator("+ dd")).to_contain_text(HOSTILE)
    assert report.evaluate("window.hostile") is None
    expect(report.locator("img[src=x]")).to_have_count(0)
    expect(report.locator("script")).to_have_count(1)

"""The page on its own: without a network, without a script, on paper."""

from __future__ import annotations

import io
import re
import unicodedata

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from small_run import SmallRun
from watched import WatchedPages

ONE = "wht24.thm2.dterm.quadratic"


def bare(text: str) -> str:
    """Text without spaces and ends of lines, and with ligatures taken apart."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def printed(page: Page) -> str:
    """The text of the page on paper."""
    return bare("".join(one.extract_text() for one in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages))


def sentence(page: Page, id: str) -> str:
    return bare(page.locator(f'details[data-claim="{id}"] .quote').text_content() or "")


def test_one_file_is_all_that_is_asked_for(pages: WatchedPages, small_run: SmallRun):
    asked: list[str] = []
    page = pages.open(small_run.url)
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.get_by_role("button", name="Open all").click()
    page.get_by_role("searchbox").fill("gauss")
    assert [url for url in asked if not url.startswith("data:")] == [small_run.url]
    assert page.evaluate("performance.getEntriesByType('resource').map(one => one.name)") == []
    # an address that Chromium would look up without a request that a test can see
    expect(page.locator("link")).to_have_count(0)


def test_the_page_forbids_itself_to_load_and_run_what_is_not_its_own(pages: WatchedPages, small_run: SmallRun):
    page = pages.open(small_run.url, offline=False)
    refused = page.evaluate(
        """() => new Promise(resolve => {
            const refused = [];
            document.addEventListener("securitypolicyviolation", event => {
                refused.push(event.effectiveDirective);
                if (refused.length === 2) resolve(refused.sort());
            });
            document.body.append(Object.assign(new Image(), { src: "http://127.0.0.1:9/leak.png" }));
            document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = 1" }));
            setTimeout(() => resolve(refused), 3000);
        })"""
    )
    assert [one.split("-")[0] for one in refused] == ["img", "script"]
    assert page.evaluate("window.ran") is None
    pages.complaints.clear()  # which are of these two


def test_without_a_script_everything_can_be_read(pages: WatchedPages, small_run: SmallRun):
    page = pages.open(small_run.url, java_script_enabled=False)
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#claims tbody tr")).to_have_count(len(small_run.verdicts))
    expect(page.locator("#claims thead button")).to_have_count(0)
    section = page.locator(f'details[data-claim="{ONE}"]')
    section.locator("summary").click()
    expect(section.locator(".quote")).to_be_visible()
    expect(section.locator("math").first).to_be_visible()
    assert page.locator("button").filter(visible=True).count() == 0  # nothing that would not work


@pytest.mark.parametrize("script", [pytest.param(True, marks=pytest.mark.long), False])
def test_paper_shows_closed_claims(pages: WatchedPages, small_run: SmallRun, script: bool):
    page = pages.open(small_run.url, java_script_enabled=script)
    text = printed(page)
    for id in small_run.verdicts:
        assert sentence(page, id) in text, id


def test_paper_shows_what_the_filter_left_and_says_so_without_controls(report: Page, small_run: SmallRun):
    report.get_by_role("searchbox").fill("gauss.mmse")
    text = printed(report)
    assert f"1of{len(small_run.verdicts)}claims" in text
    assert sentence(report, "gauss.mmse") in text
    assert sentence(report, ONE) not in text
    for control in ("Copythesentence", "Openall", "onlynotasexpected", "Skiptotheclaims"):
        assert control not in text


def test_claims_are_as_before_after_printing(report: Page):
    report.locator(f'details[data-claim="{ONE}"] summary').click()
    report.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(report.locator("details:not([open])")).to_have_count(0)
    report.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(report.locator("details[open]")).to_have_count(1)

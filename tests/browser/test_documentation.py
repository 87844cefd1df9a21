"""The built documentation, opened from the disk: nothing is asked of a network, search works, a phone can read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from watched import DESKTOP, PHONE, WatchedPages

pytestmark = pytest.mark.long  # the pages are built first


@pytest.fixture
def files(browser: Browser) -> Iterator[WatchedPages]:
    """Opens pages that may ask for other files of the disk, and for nothing else."""
    with WatchedPages(browser, "file://") as opened:
        yield opened


def test_search_finds_a_page_from_the_disk(site: Path, files: WatchedPages) -> None:
    page = files.open((site / "tutorials" / "own-theorem.html").as_uri(), viewport=DESKTOP)
    page.get_by_role("textbox", name="Search").click()
    page.keyboard.type("pocket calculator", delay=30)
    found = page.locator(".md-search-result__link")
    expect(found.filter(has_text="Test your own theorem").first).to_be_visible()


def test_no_page_is_wider_than_a_phone(site: Path, files: WatchedPages) -> None:
    page = files.open((site / "index.html").as_uri(), viewport=PHONE)
    found = sorted(set(site.rglob("*.html")) - {site / "404.html"})  # only a server shows that one
    assert len(found) > 25
    for path in found:
        page.goto(path.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path.relative_to(site)} is {wide} pixels wider than the screen"


def test_a_phone_reaches_every_group_of_pages(site: Path, files: WatchedPages) -> None:
    page = files.open((site / "index.html").as_uri(), viewport=PHONE)
    page.locator("label.md-header__button[for=__drawer]").click()
    back = page.locator(".md-nav--primary label.md-nav__title:visible").last
    back.click()
    for group in ("Tutorials", "Schedules", "The paper", "Verdicts", "How-to", "Reference", "Project"):
        expect(page.locator(".md-nav--primary > .md-nav__list > li > label", has_text=group).first).to_be_visible()

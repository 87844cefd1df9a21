"""The page on a phone and on a desktop, light, dark and on paper: nothing cut, nothing over another, all readable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from accessibility import violations
from layout import faults
from playwright.sync_api import Page
from small_run import SmallRun, write_small_run
from watched import DESKTOP, PHONE, WatchedPages

SIZES = {"phone": PHONE, "desktop": DESKTOP}
Picture = Callable[[Page, str], None]


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_or_overlaps(pages: WatchedPages, small_run: SmallRun, picture: Picture, size: str):
    page = pages.open(small_run.url, viewport=SIZES[size])
    assert faults(page) == []
    page.get_by_role("button", name="Open all").click()
    assert faults(page) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        picture(page, f"report-{size}-{scheme}")
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_all_can_use_it(pages: WatchedPages, small_run: SmallRun, size: str, scheme: str):
    page = pages.open(small_run.url, viewport=SIZES[size], color_scheme=scheme)
    for status in ("certified", "supported", "refuted", "inconclusive"):  # one of each: all would take long
        page.locator(f"details.claim[data-status={status}] summary").first.click()
    assert violations(page) == []


def test_other_widths(report: Page):
    report.get_by_role("button", name="Open all").click()
    for width in (320, 640, 1024, 1216, 1600):  # 320 and 640 are also a desktop at 400 % and 200 %
        report.set_viewport_size({"width": width, "height": 800})
        assert faults(report) == [], width


@pytest.mark.long
def test_every_section_is_laid_out_well(pages: WatchedPages, tmp_path: Path, picture: Picture):
    run = write_small_run(tmp_path, every_section=True)
    for name, size in SIZES.items():
        page = pages.open(run.url, viewport=size)
        picture(page, f"report-{name}-every-section")
        for section in ("unexpected", "inconclusive", "graph", "schedules", "regimes", "mutants"):
            assert page.locator(f"section#{section}").is_visible(), section
        assert faults(page) == []
        assert violations(page) == []


def test_paper_is_laid_out_well(pages: WatchedPages, small_run: SmallRun, picture: Picture):
    page = pages.open(small_run.url, viewport={"width": 690, "height": 1000}, color_scheme="dark")
    page.emulate_media(media="print")
    picture(page, "report-print")
    assert faults(page) == []
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_forced_colours_leave_the_badges_different(pages: WatchedPages, small_run: SmallRun, picture: Picture):
    page = pages.open(small_run.url, viewport=DESKTOP, forced_colors="active")
    picture(page, "report-forced-colours")
    borders = {
        page.locator(f".badge.{status}").first.evaluate(
            "one => (style => style.borderTopWidth + style.borderTopStyle)(getComputedStyle(one))"
        )
        for status in ("supported", "refuted", "inconclusive")
    }
    assert len(borders) == 3

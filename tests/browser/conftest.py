"""A headless Chromium of this machine, pages that are watched, and one report that all tests of the folder read.

``make browser`` installs Chromium where there is none; SCOREPROOF_BROWSER names another one. Without a browser the
tests are skipped, but fail where CI or SCOREPROOF_BROWSER_REQUIRED is 1 or true. SCOREPROOF_SCREENSHOTS names a folder
for pictures of the pages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from small_run import SmallRun, write_small_run
from watched import DESKTOP, WatchedPages

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
REQUIRED = ("CI", "SCOREPROOF_BROWSER_REQUIRED")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")


def _chromium() -> str:
    """Path of the browser; where there is none the test is skipped, or fails if a browser must be there."""
    named = os.environ.get("SCOREPROOF_BROWSER")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    if found is not None:
        return found
    tried = f"SCOREPROOF_BROWSER={named}" if named else f"none of {', '.join(NAMES)} on PATH"
    missing = f"no browser ({tried}): run `make browser`, or set SCOREPROOF_BROWSER to a Chromium"
    if any(os.environ.get(name, "").lower() not in ("", "0", "false") for name in REQUIRED):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = _chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def pages(browser: Browser) -> Iterator[WatchedPages]:
    """Opens pages; the test fails at its end if one logged an error, or asked for anything but what it may."""
    with WatchedPages(browser) as opened:
        yield opened


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> SmallRun:
    """The report of a few claims, written once for all processes of the test run."""
    if worker_id == "master":
        return write_small_run(tmp_path_factory.mktemp("report"))
    shared = SmallRun(tmp_path_factory.getbasetemp().parent / "browser-report")
    with FileLock(f"{shared.folder}.lock"):
        if not (shared.folder / "index.html").exists():
            write_small_run(shared.folder)
    return shared


@pytest.fixture
def report(pages: WatchedPages, small_run: SmallRun) -> Page:
    """The report on a desktop, as it opens."""
    return pages.open(small_run.url, viewport=DESKTOP)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built."""
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(words, cwd=ROOT, env=environment, check=True, timeout=300)
    return folder


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps a picture of the whole page for people to look at, where a folder for them is named."""
    folder = os.environ.get("SCOREPROOF_SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take

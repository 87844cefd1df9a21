"""Every page of the built documentation, as a web server gives it: quiet, on its own, and usable by all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from accessibility import violations
from playwright.sync_api import Browser
from watched import DESKTOP, PHONE, WatchedPages

pytestmark = pytest.mark.long  # the pages are built first
SCHEMES = ("light", "dark")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: requests are not news."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Of a server of the site on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_every_page_is_quiet_and_asks_only_its_own_server(browser: Browser, site: Path, address: str):
    paths = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if path.name != "404.html")
    assert len(paths) > 25
    with WatchedPages(browser, address) as opened:
        page = opened.open(address, viewport=DESKTOP)
        for path in paths:
            page.goto(address + path, wait_until="load")
            broken = page.evaluate("[...document.images].filter(one => one.complete && !one.naturalWidth).length")
            assert broken == 0, f"{path}: {broken} pictures are missing"
        assert not opened.complaints, "\n".join(opened.complaints)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", ["index.html", "verdicts.html", "notation.html", "tutorials/own-theorem.html"])
def test_all_can_use_it(browser: Browser, site: Path, address: str, path: str, scheme: str):
    assert (site / path).exists()
    with WatchedPages(browser, address) as opened:
        page = opened.open(address + path, viewport=PHONE, color_scheme=scheme)
        assert violations(page) == []

"""Pages of a browser that report what went wrong in them, and every request that they made."""

from __future__ import annotations

from typing import Any
from urllib.parse import urldefrag

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


class WatchedPages:
    """Opens pages in contexts of their own; leaving the ``with`` block asserts that all of them were quiet.

    Attributes:
        allowed: beginnings of addresses that pages may ask for besides their own file and ``data:``.
        complaints: errors on the console, exceptions that nobody caught, and requests for anything else.
    """

    def __init__(self, browser: Browser, *allowed: str) -> None:
        self.browser = browser
        self.allowed = allowed
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(self, url: str, **options: Any) -> Page:
        """A loaded page; options as of ``Browser.new_context``, by default with the network switched off."""
        context = self.browser.new_context(**{"offline": not self.allowed, **options})
        self._contexts.append(context)
        page = context.new_page()
        own = urldefrag(url).url

        def asked(request: Request) -> None:
            if urldefrag(request.url).url != own and not request.url.startswith(("data:", *self.allowed)):
                self.complaints.append(f"request for {request.url[:200]}")

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.complaints.append(f"{message.type} on the console: {message.text}")

        context.on("request", asked)
        page.on("console", said)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.goto(url)
        return page

    def __enter__(self) -> WatchedPages:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        for context in self._contexts:
            context.close()
        if kind is None:
            assert not self.complaints, "\n".join(self.complaints)

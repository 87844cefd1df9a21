"""Where results go: the terminal, or JSON to a file or standard output."""

from __future__ import annotations

from rich.console import Console

from verify.reports.files import printable, write_json, writing

__all__ = ["console", "printable", "write_json", "writing"]


def console(json_to: str | None = None, quiet: bool = False) -> Console:
    """A console for people: on standard error where standard output carries JSON, without colour when piped.

    Args:
        json_to: where JSON goes.
        quiet: say nothing at all.
    """
    out = Console(stderr=json_to == "-", quiet=quiet, highlight=False, soft_wrap=True)
    if not out.file.isatty():  # FORCE_COLOR asks for colour in a pipe, not for a spinner in a log
        out.is_interactive = False
    return out

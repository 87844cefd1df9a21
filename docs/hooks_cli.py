"""mkdocs hook: fills the command line's reference into the page that has a place for it, at every build.

It is written from the command line itself, so it cannot go stale.
"""

from __future__ import annotations

import html
import re
from pathlib import PurePath
from typing import Any

PAGE = "reference/command-line.md"
PLACE = "<!-- command line -->"
_SHOWN = (str, int, float, PurePath)  # defaults that tell a reader something


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Replace the place holder of ``reference/command-line.md``.

    Raises:
        ValueError: the page has lost its place holder.
    """
    if page.file.src_uri != PAGE:
        return markdown
    if PLACE not in markdown:
        raise ValueError(f"docs/{PAGE} has no line {PLACE}: put it where the commands belong")
    return markdown.replace(PLACE, command_reference())


def command_reference() -> str:
    """Markdown of every command: what it does, its arguments and its options."""
    from typer.main import get_command

    from verify.cli import app

    commands = leaves(get_command(app), "scoreproof")
    return "\n\n".join(part for path, command in commands for part in _told(path, command))


def leaves(command: Any, path: str) -> list[tuple[str, Any]]:
    """Every command that does something, with the words that call it, in the order of ``--help``."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(path, command)]
    return [leaf for name, one in inner.items() for leaf in leaves(one, f"{path} {name}")]


def _told(path: str, command: Any) -> list[str]:
    arguments = [p for p in command.params if not _is_option(p)]
    options = [p for p in command.params if _is_option(p) and not p.hidden and p.name != "help"]
    words = [path, *("[OPTIONS]" if options else "",), *map(_metavar, arguments)]
    parts = [f"## {path}", f"    {' '.join(filter(None, words))}", _prose(command.help or "")]
    if arguments:
        parts.append(_table("argument", arguments))
    if options:
        parts.append(_table("option", options))
    return parts


def _is_option(parameter: Any) -> bool:
    return bool(parameter.opts[0].startswith("-"))


def _metavar(parameter: Any) -> str:
    named = parameter.metavar or parameter.name.upper()
    if _is_option(parameter) or parameter.required or named.startswith("["):
        return str(named)
    return f"[{named}]"


def _table(head: str, parameters: list[Any]) -> str:
    rows = []
    for p in parameters:
        name = _metavar(p) if not _is_option(p) else p.opts[0] + ("" if p.is_flag else f" {_metavar(p)}")
        notes = []
        if _is_option(p) and p.required:
            notes.append("Required.")
        if _is_option(p) and isinstance(p.default, _SHOWN) and not isinstance(p.default, bool) and p.default != "":
            notes.append(f"Default: `{p.default}`.")
        if p.multiple and "repeat" not in (p.help or ""):
            notes.append("May be repeated.")
        rows.append(f"| `{name}` | {' '.join([_cell(p.help or ''), *notes])} |")
    return f"| {head} | meaning |\n|---|---|\n" + "\n".join(rows)


def _prose(text: str) -> str:
    """A help text as Markdown: rich's bold is a command, and a lone bracket is plain."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        line = " ".join(paragraph.split())
        pieces = re.split(r"\[bold\](.*?)\[/bold\]", line)
        told = (
            f"`{_unescaped(piece)}`" if odd % 2 else html.escape(_unescaped(piece), quote=False)
            for odd, piece in enumerate(pieces)
        )
        paragraphs.append("".join(told))
    return "\n\n".join(paragraphs)


def _unescaped(text: str) -> str:
    return text.replace("\\[", "[")


def _cell(text: str) -> str:
    """Text in a table: code stays, and a bar outside of it does not end the cell."""
    pieces = re.split(r"(`[^`]*`)", _prose(text))
    return "".join(p if p.startswith("`") else p.replace("|", "&#124;").replace("*", "&#42;") for p in pieces)

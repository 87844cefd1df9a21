"""Where results go: the terminal, or JSON to a file or standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from verify.atomic import write_text
from verify.language.errors import BadInput


def console(json_to: str | None = None) -> Console:
    """A console for people: on standard error where standard output carries JSON, without colour when piped."""
    return Console(stderr=json_to == "-", highlight=False, soft_wrap=True)


@contextmanager
def writing(option: str, to: Path | str) -> Iterator[None]:
    """A file is written in here. Raises BadInput, with the option that named it, where that fails."""
    if "\0" in str(to):
        raise BadInput(f"{option} {printable(to)}: a NUL is in no file's name; name another file")
    try:
        yield
    except OSError as why:  # whose own text names the temporary file
        told = f"{option} {printable(to)} cannot be written: {why.strerror or why}"
        raise BadInput(f"{told}; name a file in a folder that exists") from None


def printable(path: Path | str) -> str:
    """The path as it is, or in quotes where it has characters that a terminal would not show."""
    text = str(path)
    return text if text.isprintable() else repr(text)


def write_json(value: Any, to: str | None, option: str = "--json") -> None:
    """``value`` to a file, or to standard output where ``to`` is ``-``; nothing where it is None.

    Args:
        option: that named the file.

    Raises:
        BadInput: the file cannot be written.
    """
    if to is None:
        return
    text = json.dumps(value, indent=2, allow_nan=False)
    if to == "-":
        sys.stdout.write(text + "\n")
    else:
        with writing(option, to):
            write_text(to, text + "\n")

"""Results as files: written at once or not at all, and what is said where that fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from verify.atomic import write_text


@contextmanager
def writing(option: str, to: Path | str) -> Iterator[None]:
    """A file is written in here. Raises BadInput, with the option that named it, where that fails."""
    from verify.language.errors import BadInput  # which loads sympy, and --help needs no file

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


def write_json(value: Any, to: Path | str | None, option: str = "--json") -> None:
    """``value`` to a file, or to standard output where ``to`` is ``-``; nothing where it is None.

    Args:
        option: that named the file.

    Raises:
        BadInput: the file cannot be written.
    """
    if to is None:
        return
    text = json.dumps(value, indent=2, allow_nan=False) + "\n"
    if str(to) == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        with writing(option, to):
            write_text(to, text)

"""Where results go: the terminal, or JSON to a file or standard output."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

from verify.atomic import write_text
from verify.language.errors import BadInput


def console(json_to: str | None = None) -> Console:
    """A console for people: on standard error where standard output carries JSON, without colour when piped."""
    return Console(stderr=json_to == "-", highlight=False, soft_wrap=True)


def write_json(value: Any, to: str | None) -> None:
    """``value`` to a file, or to standard output where ``to`` is ``-``; nothing where it is None."""
    if to is None:
        return
    text = json.dumps(value, indent=2, allow_nan=False)
    if to == "-":
        sys.stdout.write(text + "\n")
    else:
        try:
            write_text(to, text + "\n")
        except ValueError as why:  # a NUL in the path
            raise BadInput(f"--json {to!r}: {why}") from None

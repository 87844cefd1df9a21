"""Docstrings of this project as griffe and Markdown want them, for the pages of the Python API.

Roles of reStructuredText, ``:func:`name```, become code; ``low, high: ends`` under ``Args`` or ``Attributes`` becomes a
row for each of the two names.
"""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

ROLE = re.compile(r":(?:func|class|attr|meth|mod|data|exc):`~?([^`]+)`")
SECTION = re.compile(r"(Args|Attributes|Raises|Returns|Yields):\s*$")
ENTRY = re.compile(r"(\s+)(\w+(?:, \w+)*): (.*)$")


def as_griffe_wants(text: str) -> str:
    """The same docstring with roles as code and one name an entry."""
    lines, out, at = ROLE.sub(r"`\1`", text).splitlines(), [], 0
    named = False
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.strip() and not line[0].isspace():
            section = SECTION.match(line)
            named = section is not None and section[1] in ("Args", "Attributes")
        entry = ENTRY.match(line) if named else None
        if entry is None or "," not in entry[2]:
            out.append(line)
            continue
        more = []
        while at < len(lines) and len(lines[at]) - len(lines[at].lstrip()) > len(entry[1]):
            more.append(lines[at])
            at += 1
        for name in entry[2].split(", "):
            out += [f"{entry[1]}{name}: {entry[3]}", *more]
    return "\n".join(out)


class OwnStyle(Extension):
    """Rewrites every docstring that griffe loads."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = as_griffe_wants(obj.docstring.value)

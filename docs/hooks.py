"""mkdocs hook: fills the vocabulary's table into the page that has a place for it, at every build.

The table is written from ``theory.vocabulary`` itself, so it cannot go stale.
"""

from __future__ import annotations

import html
import re
from typing import Any

from theory.vocabulary import VOCABULARY, Quantity, Shape

PLACE = "<!-- vocabulary -->"
_HEADINGS = {
    Shape.SCALAR: "Numbers",
    Shape.INDEXED: "One value for each grid point",
    Shape.FUNCTION: "Functions",
}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Replace the place holder of ``notation.md``.

    Raises:
        ValueError: the page has lost its place holder.
    """
    if page.file.src_uri != "notation.md":
        return markdown
    if PLACE not in markdown:
        raise ValueError(f"docs/notation.md has no line {PLACE}: put it where the vocabulary's table belongs")
    return markdown.replace(PLACE, vocabulary_tables())


def vocabulary_tables() -> str:
    """Markdown tables of all quantities, one for each shape."""
    parts = []
    for shape, heading in _HEADINGS.items():
        rows = [_row(quantity) for quantity in VOCABULARY.values() if quantity.shape is shape]
        parts += [
            f"### {heading}",
            "| typed | meaning | unit | domain |\n|---|---|---|---|\n" + "\n".join(rows),
        ]
    return "\n\n".join(parts)


def typed(quantity: Quantity) -> str:
    """How a conjecture writes the quantity: ``E_D``, ``v[k]`` or ``J(u)``."""
    if quantity.shape is Shape.INDEXED:
        return f"{quantity.name}[k]"
    return quantity.name + (f"({', '.join(quantity.arguments)})" if quantity.arguments else "")


def _row(quantity: Quantity) -> str:
    cells = map(_plain, (quantity.meaning, quantity.unit, quantity.domain))
    return f"| `{typed(quantity)}` | {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Text that Markdown leaves alone inside a table."""
    return re.sub(r"[|_*`\[\]\\]", lambda c: f"&#{ord(c.group())};", html.escape(text, quote=False))

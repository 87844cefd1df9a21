"""mkdocs hook: fills the vocabulary's table into the page that has a place for it, at every build.

The table is written from ``theory.vocabulary`` itself, so it cannot go stale. The formulas of ``paper.md`` become
MathML, which browsers show without scripts.
"""

from __future__ import annotations

import html
import re
from typing import Any

from theory.vocabulary import VOCABULARY, Axis, Quantity, Shape, sampling, typed

PLACE = "<!-- vocabulary -->"
_HEADINGS = {
    (Shape.SCALAR, Axis.GRID): "Numbers",
    (Shape.INDEXED, Axis.GRID): "One value for each grid point",
    (Shape.INDEXED, Axis.STEPS): "One value for each step of training",
    (Shape.INDEXED, Axis.RESIDUALS): "One value for each residual of the training loss",
    (Shape.FUNCTION, Axis.GRID): "Functions",
}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Replace the place holder of ``notation.md``, and the formulas of ``paper.md``.

    Raises:
        ValueError: the page has lost its place holder.
    """
    if page.file.src_uri == "paper.md":
        from verify.reports.edition_formulas import with_mathml

        return with_mathml(markdown)
    if page.file.src_uri != "notation.md":
        return markdown
    if PLACE not in markdown:
        raise ValueError(f"docs/notation.md has no line {PLACE}: put it where the vocabulary's table belongs")
    return markdown.replace(PLACE, vocabulary_tables())


def vocabulary_tables() -> str:
    """Markdown tables of all quantities, one for each shape and kind of index, the words of sampling first."""
    parts = []
    words = sorted(VOCABULARY.values(), key=lambda quantity: quantity.name not in vars(sampling))
    for kind, heading in _HEADINGS.items():
        rows = [_row(quantity) for quantity in words if (quantity.shape, quantity.axis) == kind]
        parts += [
            f"### {heading}",
            "| typed | meaning | unit | domain |\n|---|---|---|---|\n" + "\n".join(rows),
        ]
    return "\n\n".join(parts)


def _row(quantity: Quantity) -> str:
    cells = map(_plain, (quantity.meaning, quantity.unit, quantity.domain))
    return f"| `{typed(quantity)}` | {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Text that Markdown leaves alone inside a table."""
    return re.sub(r"[|_*`\[\]\\]", lambda c: f"&#{ord(c.group())};", html.escape(text, quote=False))

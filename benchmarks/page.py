"""Tables that a command writes into a page of the documentation, between two marks."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def write_between(page: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- end of name -->``.

    Raises:
        ValueError: the page lacks the marks.
    """
    marks = (f"<!-- {name} -->", f"<!-- end of {name} -->")
    old = page.read_text(encoding="utf-8")
    begin, end = (old.find(mark) for mark in marks)
    if not 0 <= begin < end:
        raise ValueError(f"{page} has no lines {marks[0]} and {marks[1]}: put them where the tables belong")
    page.write_text(f"{old[: begin + len(marks[0])]}\n\n{text}\n\n{old[end:]}", encoding="utf-8")

"""The page on lint has every rule, in the words of the code."""

from __future__ import annotations

from pathlib import Path

from verify.schedules.lint import RULES
from verify.schedules.lint.costs import COSTLY
from verify.schedules.lint.short_steps import SHORT, WASTED

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"


def table() -> str:
    """The first table of docs/lint.md."""
    lines = ["| rule | worst level | finds | why it matters | fix |", "|---|---|---|---|---|"]
    lines += [f"| {r.name} | {r.level} | {r.says} | {r.why} | {r.fix} |" for r in RULES.values()]
    return "\n".join(lines)


def test_the_page_has_the_table_of_the_rules() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")


def test_the_page_states_the_thresholds() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for words in (f"{COSTLY:g} nats per dimension", f"{WASTED:.0%}", f"{SHORT:.0%}"):
        assert words in text


def test_cells_cannot_break_the_table() -> None:
    for rule in RULES.values():
        assert "|" not in rule.says + rule.why + rule.fix
        assert "\n" not in rule.says + rule.why + rule.fix

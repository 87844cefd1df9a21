"""The page on lint has every rule, in the words of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verify.cli import main
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


def test_the_example_prints_what_the_page_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    numbers, command, printed = re.findall(r"```(?:text|console)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[:3]
    (tmp_path / "sigmas.csv").write_text(numbers)
    words = command.split()
    assert words[:2] == ["$", "scoreproof"]
    with pytest.raises(SystemExit) as stop:
        main(words[2:])
    assert stop.value.code == 1
    assert capsys.readouterr().out == printed


def test_cells_cannot_break_the_table() -> None:
    for rule in RULES.values():
        assert "|" not in rule.says + rule.why + rule.fix
        assert "\n" not in rule.says + rule.why + rule.fix

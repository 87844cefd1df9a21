"""docs/speed.md is what the kept results say, and results are kept by the machine that they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import speed
from verify.bench.record import record
from verify.bench.row import Accuracy, Case, Row, Setting
from verify.bench.rows import all_rows
from verify.bench.session import run_row


def told(size: str = "full", wrong: float = 0.0) -> dict[str, Any]:
    """The record of a run of one row, under the name of the first."""

    def sums(setting: Setting) -> Case:
        check = [Accuracy(wrong, None, "nothing", 1.0)]
        return Case(lambda: sum(range(10**4)), lambda: sum(range(10**5)), lambda a, b: check)

    row = Row(next(iter(all_rows())), "a sum", "a longer sum", 2.0, sums, rounds=6)
    return record([run_row(row, Setting())], Setting(size))


def between(text: str, name: str) -> str:
    return text.split(f"<!-- {name} -->")[1].split(f"<!-- end of {name} -->")[0].strip()


def test_the_page_is_what_the_results_say() -> None:
    assert between(speed.PAGE.read_text(encoding="utf-8"), "measured") == speed.page()
    for name, kept in speed.results():
        assert (speed.IMAGES / f"speed-{name}-ratios.png").exists()
        assert (speed.IMAGES / f"speed-{name}-exponents.png").exists()
        assert kept["rows"]


def test_later_rows_count_and_others_stay(tmp_path: Path) -> None:
    file = speed.keep(told(wrong=0.0), tmp_path)
    first = json.loads(file.read_text())
    assert speed.keep(told(wrong=2.0), tmp_path) == file
    (row,) = json.loads(file.read_text())["rows"]
    assert first["rows"][0]["status"] != "missed"
    assert row["status"] == "missed"
    assert row["run"]["commit"]
    text = speed.section(json.loads(file.read_text()), "speed-x")
    assert f"| `{row['name']}` | {row['cells'][0]} |" in text
    assert "a sum; against a longer sum." in text


def test_small_runs_are_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="only full ones are kept"):
        speed.keep(told("small"), tmp_path)
    assert not list(tmp_path.iterdir())

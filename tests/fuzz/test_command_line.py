"""The command line under hostile input: exit code 0, 1 or 2 and no traceback; files only where they were asked for."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import STRAY, Choices, call, disturbed

from verify.cli import main

INPUTS = int(os.environ.get("SCOREPROOF_FUZZ", "600"))
GRID = "karras(n=3, sigma_min=0.5, sigma_max=5)"


def run(*arguments: str) -> tuple[int, str]:
    """Exit code, and what went to standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as stop:
        main(list(arguments))
    assert stop.value.code in (0, 1, 2)
    assert "Traceback" not in err.getvalue(), (arguments, err.getvalue())
    if stop.value.code == 2:
        assert err.getvalue().startswith("error: ")
        assert len(err.getvalue().splitlines()) == 1
    return int(stop.value.code), err.getvalue()


@given(st.sampled_from(["grid", "target", "derive", "conjecture"]), st.binary(min_size=5, max_size=80))
@settings(max_examples=max(12, INPUTS // 200), deadline=None, suppress_health_check=list(HealthCheck))
def test_arguments_made_from_bytes(kind: str, data: bytes) -> None:
    choose = Choices(data)
    if kind == "conjecture":
        run("conjecture", disturbed(choose, "E_I <= m2/(2*v[0])") + choose.of(STRAY), "--examples", "10")
        return
    text = call(choose).replace("1000000", "7")  # as a grid, minutes of honest work
    if kind == "grid":
        run("schedule", "budget", "--json", os.devnull, "--", text)
    elif kind == "derive":
        run("derive", "wht24.lemma10", "--grid=" + text)
    else:
        run("schedule", "budget", GRID, "--json", os.devnull, "--target=" + text)


ODD_NAMES = ["a b;c.json", "$(touch ran).json", "`touch ran`", "-x.json", "%s%n", "é∞.json", "a" * 200, ".hidden"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_json_is_written_to_this_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    code, _ = run("schedule", "budget", GRID, f"--json={name}")
    assert code in (0, 2)
    assert [p.name for p in tmp_path.rglob("*")] == ([name] if code == 0 else [])


@pytest.mark.parametrize("name", ["", ".", "missing/a.json", "a" * 300, "/dev/full"])
def test_json_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("schedule", "budget", GRID, f"--json={name}")[0] == 2
    assert not list(tmp_path.iterdir())


MINE = """
from sympy import Le
from theory.claims import Cases, Claim
from theory.vocabulary import E_I, m2, v
mine = [
    Claim(id=id, title="<script>alert(1)</script>", relation=Le(E_I, m2/v[0]), source='"><img src=x>',
          cases=Cases(samplers=("score",)))
    for id in ("../../escaped", "..", "<b>'$(touch ran)")
]
"""


def test_a_report_stays_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the claims are called; their names are text in the page."""
    inside = tmp_path / "work"
    inside.mkdir()
    monkeypatch.chdir(inside)
    (inside / "mine.py").write_text(MINE)
    before = set(tmp_path.rglob("*"))
    code, _ = run("verify", "mine.py", "--examples", "10", "--report", "a b$(touch ran)", "--json", "v.json")
    assert code == 0
    report = inside / "a b$(touch ran)"
    new = {p for p in set(tmp_path.rglob("*")) - before if "__pycache__" not in p.parts}
    runs = inside / "runs"  # the store of all runs
    outside = {p for p in new if not {report, runs} & {p, *p.parents}}
    assert outside == {inside / "v.json"}
    assert {v["id"] for v in json.loads((inside / "v.json").read_text())} >= {"../../escaped", ".."}
    assert all(p.parent == report for p in new if report in p.parents)
    page = (report / "index.html").read_text()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page


def test_names_with_markup_are_shown_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "[bold]" / "[" / "b]"
    folder.mkdir(parents=True)
    for name in ("[red]x.csv", "[link=file:x]y.csv"):
        (folder / name).write_text("3\n2\n1\n")
        assert run("schedule", "budget", str(folder / name))[0] == 0

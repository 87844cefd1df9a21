"""``--quiet``: the last line, and what is not as it should be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from verify.cli import main

A, B = "karras(n=6, sigma_min=0.1, sigma_max=10)", "exponential(n=6, sigma_min=0.1, sigma_max=10)"
Run = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, list[str]]:
        with pytest.raises(SystemExit) as stop:
            main([str(word) for word in words])
        seen = capsys.readouterr()
        assert seen.err == ""
        assert isinstance(stop.value.code, int)
        return stop.value.code, seen.out.splitlines()

    return call


def test_verify(run: Run) -> None:
    code, lines = run("verify", "--claim", "gauss.fisher", "--examples", 10, "--quiet", "--json", "v.json")
    assert code == 0
    assert len(lines) == 1
    assert lines[0].startswith("1 claim, 0 not as expected, seed 0, ")
    assert json.loads(Path("v.json").read_text())[0]["id"] == "gauss.fisher"


def test_a_certificate_that_cannot_be_written_is_told(run: Run) -> None:
    Path("seed-0").write_text("in the place of the folder")
    words = ("--claim", "wht24.eq4.printed", "--examples", 10, "--quiet", "--no-github", "--store", "s.sqlite")
    _, lines = run("verify", *words)
    assert len(lines) == 2
    assert lines[1].startswith("no certificate for wht24.eq4.printed: ")


def test_conjecture(run: Run) -> None:
    code, lines = run("conjecture", "J(u) <= d/u", "--examples", 10, "-q")
    assert code == 0
    assert len(lines) == 1
    assert lines[0].startswith(("SUPPORTED", "CERTIFIED"))
    code, lines = run("conjecture", "J(u) >= d/u", "--examples", 10, "-q")
    assert code == 1
    assert lines[0].startswith("REFUTED")
    assert any(line.startswith("  smallest") for line in lines)
    assert any("left" in line and "<" in line for line in lines), "sides stand as they were typed"
    assert lines[-1].startswith("  replay     scoreproof replay runs/")


def test_schedules(run: Run) -> None:
    code, lines = run("schedule", "rank", A, B, "--target", "gaussian(d=1, var=.25)", "-q", "--plot", "p.png")
    assert code == 0
    assert len(lines) == 1
    assert lines[0].startswith(("best: karras", "best: exponential"))
    assert Path("p.png").stat().st_size > 1000
    code, lines = run("schedule", "optimise", A, "--target", "gaussian(d=1, var=.25)", "-q")
    assert code == 0
    assert len(lines) == 1
    assert lines[0].startswith("5 steps: objective ")
    for n, expected in ((6, 0), (4, 1)):
        Path("grid.csv").write_text("".join(f"{sigma}\n" for sigma in np.geomspace(10, 0.1, n)))
        more = ["--update"] if n == 6 else []
        words = ["schedule", "check", "grid.csv", "--baseline", "base.json", *more, "-q"]
        code, lines = run(*words, "--target", "gaussian(d=1, var=.25)", "--sampler", "score")
        assert code == expected
        if n == 6:
            assert lines == ["baseline written: base.json"]
        else:
            assert lines[0].startswith("gaussian(d=1, var=.25), score sampler: worse, ")
            assert lines[1] == "worse: 1 worse"
            assert lines[2].startswith("if this is meant: ")
            assert len(lines) == 3

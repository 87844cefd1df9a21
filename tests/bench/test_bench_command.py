"""``scoreproof bench`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verify.bench import session
from verify.bench.row import Accuracy, Case, Row, Scaling, Setting, Unavailable
from verify.bench.rows import all_rows
from verify.bench.session import run_row
from verify.cli import main


def quick(setting: Setting) -> Case:
    return Case(
        ours=lambda: sum(range(setting.pick(10**5, 10**3))),
        other=lambda: sum(range(setting.pick(10**7, 10**5))),
        check=lambda a, b: [Accuracy(0.0, None, "nothing", 1.0)],
    )


def grown(n: int, setting: Setting) -> object:
    return lambda: sum(range(n))


ROW = Row("quick", "a sum", "a longer sum", 2.0, quick, scaling=(Scaling("n", (10**4, 10**5, 10**6), grown, 1.0),))  # type: ignore[arg-type]


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["bench", *words])
    return int(stop.value.code or 0)


def test_every_row_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list") == 0
    shown = capsys.readouterr().out
    for name, row in all_rows().items():
        assert name in shown
        assert row.work
        assert row.against
        assert row.wanted > 0
        assert set(row.devices) <= {"cpu", "cuda"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["information-curve"], "did you mean 'information-curves'?"),
        (["--size", "huge"], "--size huge: give full or small"),
        (["--device", "tpu"], "--device tpu: give cpu or cuda"),
    ],
)
def test_bad_input_is_named(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    assert told in capsys.readouterr().err


def test_a_row_runs_in_a_process_of_its_own_and_its_result_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real row, small: what comes out is read again from the file."""
    file = tmp_path / "result.json"
    code = run("information-curves", "--size", "small", "--no-scaling", "--json", str(file))
    told = json.loads(file.read_text())
    (row,) = told["rows"]
    assert code == (row["status"] != "holds")
    assert row["name"] == "information-curves"
    assert row["timing"]["ratio"]["low"] <= row["timing"]["ratio"]["value"] <= row["timing"]["ratio"]["high"]
    assert {figure["of"] for figure in row["figures"]} == {"ratio", "error"}
    assert told["machine"]["cores"] >= 1
    assert told["versions"]["numpy"]
    assert "information-curves" in capsys.readouterr().out


def test_results_before_a_stop_are_shown_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(rows: object, setting: Setting, rounds: int | None, scaling: bool) -> object:
        yield run_row(ROW, setting, rounds, scaling)
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "run_rows", stopped)
    file = tmp_path / "result.json"
    assert run("--size", "small", "--json", str(file)) == 2
    assert [row["name"] for row in json.loads(file.read_text())["rows"]] == ["quick"]
    assert "quick" in capsys.readouterr().out


def test_what_cannot_run_is_said_and_is_no_failure() -> None:
    def absent(setting: Setting) -> Case:
        raise Unavailable("k-diffusion is not installed: pip install --no-deps k-diffusion")

    found = run_row(Row("absent", "work", "other", 1.0, absent), Setting("small"))
    assert (found.status, found.timing) == ("not run", None)
    assert "k-diffusion" in found.missing
    assert run_row(ROW, Setting("small", "cuda")).missing == "runs on cpu only"


def test_the_exponent_of_a_sum_is_one() -> None:
    (found,) = run_row(ROW, Setting("small")).scaling
    assert found.exponent == pytest.approx(1.0, abs=0.2)

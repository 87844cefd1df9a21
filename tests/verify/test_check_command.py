"""``scoreproof schedule check``: exit codes, what is printed, and its other outputs."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from check_cases import BEFORE, GAUSSIAN, curve, exact_cost

from theory.grids import exponential, karras
from verify.cli import main
from verify.reports.schedule_check import plain_text
from verify.schedules.baseline import check, record


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A baseline of ``BEFORE`` on one Gaussian with both path samplers."""
    path = tmp_path / "base.json"
    record(BEFORE, path, [GAUSSIAN], ["score", "denoiser"])
    return path


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["schedule", "check", *map(str, arguments)])
        seen = capsys.readouterr()
        return stop.value.code, seen.out, seen.err

    return call


FUNCTION = "from theory.grids import karras\ndef grid(n=9):\n    return karras(n, 0.02, 20.0, {rho})\n"


def test_the_command_from_the_first_baseline_to_a_worse_schedule(run, tmp_path):
    (tmp_path / "my.py").write_text(FUNCTION.format(rho=7))
    arguments = ("my.py:grid", "--baseline", "base.json")
    code, _, err = run(*arguments)
    assert (code, err) == (2, "error: no baseline base.json; write it with --update\n")
    assert not (tmp_path / "base.json").exists()

    code, out, _ = run(*arguments, "--target", GAUSSIAN, "--sampler", "score", "--steps", 8, "--update")
    assert code == 0
    assert "baseline written: base.json" in out
    kept = (tmp_path / "base.json").read_bytes()

    code, out, _ = run(*arguments)
    assert code == 0
    assert "same: 1 same" in out

    (tmp_path / "my.py").write_text(FUNCTION.format(rho=20))
    code, out, _ = run(*arguments, "--json", "out.json", "--junit", "out.xml")
    assert code == 1
    assert "if this is meant: scoreproof schedule check my.py:grid --baseline base.json --update" in out
    result = json.loads((tmp_path / "out.json").read_text())
    assert (result["verdict"], result["failed"]) == ("worse", True)
    true = exact_cost(karras(9, 0.02, 20.0, 20).sigmas, "score") - exact_cost(BEFORE.sigmas, "score")
    assert result["rows"][0]["difference"]["value"] == pytest.approx(true, rel=1e-9)
    suite = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert suite.find("testcase/failure").get("type") == "worse"
    assert (tmp_path / "base.json").read_bytes() == kept  # a check writes nothing

    code, out, _ = run(*arguments, "--update", "--json", "-")
    assert code == 0
    assert json.loads(out)["written"]["sigmas"] == karras(9, 0.02, 20.0, 20).sigmas.tolist()
    assert run(*arguments)[0] == 0


def test_the_command_remembers_the_steps_that_it_asked_for(run, tmp_path):
    (tmp_path / "my.py").write_text("from theory.grids import karras\ndef grid(n):\n    return karras(n, 0.02, 20)\n")
    arguments = ("my.py:grid", "--baseline", "base.json")
    assert run(*arguments, "--target", GAUSSIAN, "--steps", 6, "--update")[0] == 0
    code, out, _ = run(*arguments)
    assert code == 0
    assert "identical sigmas" in out
    code, out, _ = run(*arguments, "--steps", 5)
    assert code == 1
    assert "steps changed from 6 to 5" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--sampler", "skore"), "no sampler 'skore'; did you mean 'score'"),
        (("--dimension", 4), "dimension 4 goes with a loss curve"),
        (("--smooth",), "smooth goes with a loss curve"),
        (("--loss-curve", "nowhere.csv"), "nowhere.csv"),
        (("--tolerance", "nan"), "tolerance nan"),
        (("--target", "mixture"), "needs its parameters"),
        (("--plot", "a.txt"), "--plot a.txt"),
    ],
)
def test_bad_input_is_one_line(run, base, options, message):
    code, _, err = run("karras(n=9, sigma_min=0.02, sigma_max=20, rho=5)", "--baseline", base, *options)
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize("name", ["curve.dat", 'it\'s "7".csv'])
def test_a_loss_curve_of_any_name(run, tmp_path, name):
    curve(tmp_path / name, BEFORE.sigmas)
    grid = "karras(n=9, sigma_min=0.02, sigma_max=20)"
    code, _, err = run(grid, "--baseline", "b.json", "--loss-curve", name, "--dimension", 1, "--update")
    assert (code, err) == (0, "")
    assert run(grid, "--baseline", "b.json")[0] == 0
    assert run(grid, "--baseline", "b.json", "--loss-curve", name, "--dimension", 1)[0] == 0


def test_a_file_in_two_senses_is_told_as_it_is(run, tmp_path):
    curve(tmp_path / "curve.csv", BEFORE.sigmas)
    with_d = (tmp_path / "curve.csv").read_text().replace("\n", ",1\n").replace("mse,1", "mse,d")
    (tmp_path / "curve.csv").write_text(with_d)
    grid = (
        "karras(n=9, sigma_min=0.02, sigma_max=20)",
        "--baseline",
        "b.json",
        "--update",
        "--loss-curve",
        "curve.csv",
    )
    assert run(*grid, "--target", "curve.csv")[0] == 0
    code, _, err = run(*grid, "--target", "curve.csv", "--dimension", 1)
    assert (code, err) == (
        2,
        "error: curve.csv is given twice, with another dimension or smoothness; give it once\n",
    )


def test_smooth_is_kept_and_repeated(run, tmp_path):
    curve(tmp_path / "curve.csv", np.geomspace(0.02, 20.0, 25))
    before, now = (f"karras(n=9, sigma_min=0.02, sigma_max=20, rho={rho})" for rho in (7, 5))
    data = ("--baseline", "b.json", "--sampler", "score", "--loss-curve", "curve.csv", "--dimension", 1)
    radius = {}
    for smooth in ((), ("--smooth",)):
        assert run(before, *data, *smooth, "--update")[0] == 0
        run(now, "--baseline", "b.json", "--json", "out.json")
        radius[smooth] = json.loads((tmp_path / "out.json").read_text())["rows"][0]["difference"]["radius"]
    assert radius["--smooth",] < radius[()]


def test_optimise_takes_a_curve_for_smooth(tmp_path, monkeypatch, capsys):
    curve(tmp_path / "curve.csv", np.geomspace(0.02, 20.0, 25))
    monkeypatch.chdir(tmp_path)
    words = "schedule optimise --loss-curve curve.csv --dimension 1 --steps 4 --sigma-max 20 --sigma-min .02"
    radius = []
    for more in ([], ["--smooth"]):
        with pytest.raises(SystemExit) as stop:
            main([*words.split(), "--points", "129", "--json", "-", *more])
        assert stop.value.code == 0
        radius.append(json.loads(capsys.readouterr().out)["objective"]["radius"])
    assert radius[1] < radius[0]


def test_the_picture(run, base, tmp_path):
    grid = "karras(n=9, sigma_min=0.02, sigma_max=20, rho=5)"
    run(grid, "--baseline", base, "--plot", "p.png")
    assert (tmp_path / "p.png").stat().st_size > 10_000


def test_the_table_in_words(base):
    text = plain_text(check(exponential(9, 0.02, 20.0), base, name="my grid"))
    lines = text.splitlines()
    assert lines[0] == f"my grid against {base}"
    assert GAUSSIAN in lines
    score = next(line for line in lines if line.startswith("  score"))
    true = exact_cost(exponential(9, 0.02, 20.0).sigmas, "score") - exact_cost(BEFORE.sigmas, "score")
    assert f"{true:+.6g} ± " in score
    assert lines[-1] == "worse: 1 better, 1 worse"

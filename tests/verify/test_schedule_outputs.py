"""What the schedule commands write: never over their own input, found out before any work, said in one line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from verify.cli import main
from verify.cli.output import write_json
from verify.cli.schedule.outputs import check_outputs
from verify.language.errors import BadInput

A = "karras(n=4, sigma_min=.5, sigma_max=4)"
B = "exponential(n=4, sigma_min=.5, sigma_max=4)"
MIXTURE = "mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])"
FUNCTION = "def grid():\n    return [4.0, 2.0, 0.5]\n"
OPTIMISE = ("optimise", A, "--target", "gaussian(d=1, var=.25)", "--points", "65")


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Exit code, standard output and standard error of one schedule command, in a folder with some input."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text("4\n2\n0.5\n")
    (tmp_path / "other.csv").write_text("4\n1\n0.5\n")
    (tmp_path / "sigmas.json").write_text("[4, 2, 0.5]")
    (tmp_path / "f.py").write_text(FUNCTION)
    (tmp_path / "points.csv").write_text("0\n1\n2\n")
    (tmp_path / "curve.csv").write_text("sigma,loss,d\n" + "".join(f"{s},{s / (s + 1)},1\n" for s in (0.5, 1, 2, 4)))
    (tmp_path / "folder").mkdir()

    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["schedule", *map(str, arguments)])
        seen = capsys.readouterr()
        return stop.value.code or 0, seen.out, seen.err

    return call


@pytest.fixture
def baseline(run):
    """``b.json`` of ``good.csv``, and the same file by another name."""
    assert run("check", "good.csv", "--baseline", "b.json", "--target", "gaussian(d=1, var=1)", "--update")[0] == 0
    os.symlink("b.json", "link.json")
    return Path("b.json")


OVERWRITING = [
    (("lint", "f.py:grid", "--json", "f.py"), "--json f.py is the grid's own file"),
    (("lint", " f.py:grid", "--sarif", "folder/../f.py"), "is the grid's own file"),
    (("lint", "good.csv", "--sarif", "good.csv"), "--sarif good.csv is the grid's own file"),
    (("lint", "good.csv", "--target", "points.csv", "--json", "points.csv"), "is the target's own file"),
    (("rank", A, "sigmas.json", "--target", "digits", "--json", "sigmas.json"), "is the grid's own file"),
    (("rank", A, B, "--loss-curve", "curve.csv", "--json", "curve.csv"), "--json curve.csv is the loss curve"),
    (("rank", A, B, "--target", 'loss_curve("curve.csv")', "--json", "curve.csv"), "is the target's own file"),
    (("optimise", "good.csv", "--target", "digits", "--json", "good.csv"), "is the grid's own file"),
    ((*OPTIMISE, "--export", "comfyui", "--output", "a.py", "--json", "a.py"), "--output a.py"),
    (("budget", "sigmas.json", "--json", "sigmas.json"), "is the grid's own file"),
    (("compare", A, "sigmas.json", "--json", "sigmas.json"), "is the grid's own file"),
    (("lint", "good.csv", "--json", "a.json", "--sarif", "a.json"), "--json a.json and --sarif a.json"),
    (("lint", "good.csv", "--json", "a.json", "--sarif", "folder/../a.json"), "--json a.json and --sarif"),
    # another input of theirs, which this command was not given
    (("lint", "good.csv", "--sarif", "other.csv"), "--sarif other.csv is there and ends in .csv; write .sarif or"),
    (("budget", A, "--json", "f.py"), "--json f.py is there and ends in .py; write .json"),
    # where nothing can be written
    (("budget", A, "--json", "none/a.json"), "--json none/a.json: there is no folder none"),
    (("budget", A, "--plot", "none/a.png"), "--plot none/a.png: there is no folder none"),
    (("budget", A, "--json", "folder"), "--json folder is a folder"),
    (("lint", "good.csv", "--sarif", "none/a.sarif"), "--sarif none/a.sarif: there is no folder none"),
    ((*OPTIMISE, "--export", "comfyui", "--output", "none/a.py"), "--output none/a.py: there is no folder none"),
    (("budget", A, "--json", "a\0.json"), "--json"),
    (("compare", A, B, "--plot", "a.doc"), "pictures are written as .png, .svg or .pdf"),
]


@pytest.mark.parametrize(("arguments", "said"), OVERWRITING)
def test_an_output_that_cannot_be_is_refused_before_any_work(run, tmp_path, monkeypatch, arguments, said):
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for worker in ("verify.schedules.lint.lint", "verify.schedules.ranking.rank", "verify.schedules.optimum.optimise"):
        monkeypatch.setattr(worker, None)  # would be a TypeError
    monkeypatch.setattr("verify.schedules.grid_budget", None)
    monkeypatch.setattr("verify.schedules.compare", None)
    code, out, err = run(*arguments)
    assert (code, out) == (2, ""), err
    assert said in err
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--json", "b.json"), "--json b.json is the baseline itself; name another file"),
        (("--json", "link.json"), "--json link.json is the baseline itself"),
        (("--update", "--json", "./b.json"), "is the baseline itself"),
        (("--junit", "b.json"), "--junit b.json is the baseline itself"),
        (("--junit", "good.csv"), "--junit good.csv is the grid's own file"),
        (("--junit", "none/a.xml"), "--junit none/a.xml: there is no folder none"),
        (("--loss-curve", "curve.csv", "--json", "curve.csv"), "is the loss curve"),
        (("--target", "points.csv", "--plot", "points.csv"), "--plot points.csv"),
    ],
)
def test_a_check_does_not_write_over_its_input(run, tmp_path, baseline, options, said):
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    code, out, err = run("check", "good.csv", "--baseline", "b.json", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_picture_is_not_drawn_over_the_baseline(run, tmp_path, baseline):
    shutil.copy("b.json", "b.png")
    code, _, err = run("check", "good.csv", "--baseline", "b.png", "--plot", "b.png")
    assert code == 2
    assert "--plot b.png is the baseline itself" in err
    assert Path("b.png").read_bytes() == baseline.read_bytes()


@pytest.mark.parametrize("file", ["good.csv", "none/b.json", "folder"])
def test_a_new_baseline_is_no_input_and_has_a_folder(run, tmp_path, file):
    code, out, err = run("check", "good.csv", "--baseline", file, "--update")
    assert (code, out) == (2, "")
    assert f"--baseline {file}" in err
    assert Path("good.csv").read_text() == "4\n2\n0.5\n"


def test_results_may_be_written_again_and_to_what_is_no_file(run, tmp_path):
    for _ in range(2):
        assert run("lint", "good.csv", "--json", "a.json", "--sarif", "a.sarif.json", "--plot", "A.PNG")[0] == 0
    assert Path("A.PNG").read_bytes().startswith(b"\x89PNG")
    assert json.loads(Path("a.json").read_text())["schedules"]
    assert run("budget", A, "--json", "/dev/null")[0] == 0
    assert run("budget", A, "--json", "results")[0] == 0  # no ending
    assert json.loads(run("budget", A, "--json", "-")[1])["grid"]


def test_a_second_name_of_one_file_is_seen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.json").write_text("1")
    os.link("a.json", "b.json")
    with pytest.raises(BadInput, match=r"--json b.json is the baseline itself"):
        check_outputs({"--json": "b.json"}, [("the baseline itself", Path("a.json"))])
    check_outputs({"--json": "c.json", "--plot": None, "--sarif": "-"}, [("the baseline itself", Path("a.json"))])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(run, tmp_path):
    (tmp_path / "folder").chmod(0o555)
    code, _, err = run("budget", A, "--json", "folder/a.json")
    assert code == 2
    assert "--json folder/a.json: the folder folder may not be written" in err


def test_what_fails_in_writing_names_the_option_and_the_file(tmp_path):
    with pytest.raises(BadInput, match=r"^--sarif .*none/a.sarif cannot be written: No such file or directory; name"):
        write_json({}, str(tmp_path / "none" / "a.sarif"), "--sarif")
    with pytest.raises(BadInput, match=r"^--json "):
        write_json({}, "a\0b")


def test_a_picture_that_fails_in_writing_names_the_option(run, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "temporary")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", full)
    code, _, err = run("budget", A, "--plot", "a.png")
    assert code == 2
    assert "--plot a.png cannot be written: No space left on device" in err
    assert "temporary" not in err


@pytest.mark.parametrize("name", ["[/x]", *(pytest.param(n, marks=pytest.mark.long) for n in ("[bold]", "[red"))])
def test_labels_are_not_markup(run, tmp_path, name):
    """``[/x].csv`` is a file in the folder ``[``."""
    Path(name).parent.mkdir(exist_ok=True)
    Path(f"{name}.csv").write_text("4\n2\n0.5\n")
    np.save(f"{name}.npy", np.array([[0.0], [1.0]]))
    grid, data = f"{name}.csv", ("--target", f"{name}.npy")
    for words in (("lint", grid, *data), ("budget", grid, *data), ("compare", "other.csv", grid, *data)):
        code, out, err = run(*words, "--plot", f"{name}.png")
        assert (code, err) == (0, ""), words
        assert f"picture: {name}.png\n" in out
        assert grid in out
    # a pair that path and output rank oppositely, which is told with their names
    low, high, n = 0.02, 20.0, 9
    Path(grid).write_text("".join(f"{sigma}\n" for sigma in np.geomspace(high, low, n)))
    usual = f"karras(n={n}, sigma_min={low}, sigma_max={high})"
    code, out, err = run("compare", usual, grid, "--target", MIXTURE)
    assert (code, err) == (0, "")
    assert f"path KL and output KL rank {grid} and" in out
    Path(grid).write_text("4\n2\n0.5\n")
    for words in (("rank", "other.csv", grid, *data), (*OPTIMISE[:1], grid, *data, "--points", "9")):
        code, out, err = run(*words)
        assert (code, err) == (0, ""), words
        assert grid in out
    code, _, err = run(*OPTIMISE, "--family", name)
    assert code == 2
    assert name in err
    assert "Traceback" not in err


def test_one_unreadable_schedule_is_told_before_any_is_judged(run):
    code, out, err = run("lint", "good.csv", "missing.csv")
    assert (code, out) == (2, "")
    assert "missing.csv" in err


def test_ctrl_c_is_told(tmp_path, preloaded):
    """The signal comes while the user's own file runs."""
    started = tmp_path / "started"
    (tmp_path / "slow.py").write_text(
        f"import pathlib, time\ndef grid():\n    pathlib.Path({str(started)!r}).touch()\n    time.sleep(60)\n"
    )
    words = ["schedule", "rank", A, f"{tmp_path}/slow.py:grid", "--target", "digits"]
    running = preloaded.start(words, tmp_path)
    end = time.monotonic() + 60
    while not started.exists() and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(running, signal.SIGINT)
    done = preloaded.finish()
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "error: stopped\n")

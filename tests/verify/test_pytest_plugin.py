"""The pytest plugin, in projects of its own that pytester makes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from theory.grids import exponential, karras
from verify.reports.schedule_check import plain_text
from verify.schedules.baseline import check, record

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[2]
TARGET = "gaussian(d=1, var=0.25)"
FIXTURE = f"""
from theory.grids import karras
def test_schedule(schedule_check):
    schedule_check(karras(9, 0.02, 20, RHO).sigmas.tolist(), baseline="base.json", target={TARGET!r}, sampler="score")
"""
MARKER = f"""
import pytest
from theory.grids import karras
@pytest.fixture
def rho():
    return RHO
@pytest.mark.schedule(baseline="base.json", target=[{TARGET!r}], sampler="score")
def test_sigmas(rho):
    return karras(9, 0.02, 20, rho)
"""


WITH_0 = f"""
from theory.grids import karras
def test_schedule(schedule_check):
    sigmas = karras(9, 0.02, 20, 7).sigmas.tolist() + [0.0] * RHO
    schedule_check(sigmas, baseline="base.json", target={TARGET!r}, sampler="score")
"""


@pytest.fixture(scope="module", autouse=True)
def _loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """pytester forgets the modules that were loaded within it, and torch cannot be loaded twice: load all before."""
    base = tmp_path_factory.mktemp("loaded") / "base.json"
    record(karras(3, 0.1, 10), base)
    plain_text(check(karras(4, 0.1, 10), base))


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config):
    """Runs pytest on a file whose ``RHO`` is a number; the plugin is there as where scoreproof is installed."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # files of one second and size pass for each other's
    plugin = () if pytestconfig.pluginmanager.hasplugin("scoreproof") else ("-p", "verify.pytest_plugin")

    def run(source: str, rho: float, *arguments: str, folder: str = ".") -> pytest.RunResult:
        (pytester.path / folder / "test_it.py").write_text(source.replace("RHO", str(rho)))
        return pytester.runpytest_inprocess(*plugin, "-p", "no:cacheprovider", "--strict-markers", *arguments)

    return run


def test_a_lost_0_fails_the_test(project):
    project(WITH_0, 1, "--schedule-update").assert_outcomes(passed=1)
    project(WITH_0, 1).assert_outcomes(passed=1)
    lost = project(WITH_0, 0)
    lost.assert_outcomes(failed=1)
    lost.stdout.fnmatch_lines(["*cannot tell the 0 at the end is gone*append the 0 again*", "if this is meant: *"])


@pytest.mark.parametrize("source", [FIXTURE, MARKER], ids=["fixture", "marker"])
def test_a_schedule_is_held_to_its_baseline(project, pytester, source):
    first = project(source, 7)
    first.assert_outcomes(failed=1)
    first.stdout.fnmatch_lines(["*no baseline *base.json; write it with pytest --schedule-update test_it.py::*"])
    assert not (pytester.path / "base.json").exists()

    written = project(source, 7, "--schedule-update")
    written.assert_outcomes(passed=1)
    written.stdout.fnmatch_lines(["baseline written: base.json"])
    kept = json.loads((pytester.path / "base.json").read_text())
    assert kept["sigmas"] == karras(9, 0.02, 20).sigmas.tolist()

    project(source, 7).assert_outcomes(passed=1)
    project(source, 6).assert_outcomes(passed=1)  # better on this target
    worse = project(source, 20)
    worse.assert_outcomes(failed=1)
    worse.stdout.fnmatch_lines(
        [TARGET, "  score     worse *+*± *", "worse: 1 worse", "if this is meant: pytest --schedule-update *"]
    )
    assert "Traceback" not in worse.stdout.str()
    assert json.loads((pytester.path / "base.json").read_text()) == kept


def test_the_order_of_these_schedules_is_the_one_of_another_program():
    """The verdicts above, from the closed form of the Gaussian's budget: E_D = 1/2 sum ln(a/a') - 1 + a'/a."""
    import numpy as np

    def cost(rho: float) -> float:
        a = 0.25 + np.asarray(karras(9, 0.02, 20, rho).sigmas) ** 2
        return float(np.sum(np.log(a[:-1] / a[1:]) - 1 + a[1:] / a[:-1]) / 2)

    assert cost(6) < cost(7) < cost(20)


def test_nothing_is_returned(project):
    source = '@__import__("pytest").mark.schedule(baseline="b.json")\ndef test_it():\n    karras = RHO\n'
    result = project(source, 7)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_it returns nothing; return the noise schedule*"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "*missing * 'baseline'; write @pytest.mark.schedule(baseline, target=..., *"),
        ('"b.json", targets="digits"', "*unexpected keyword argument 'targets'; write @pytest.mark.schedule*"),
        ('"b.json", target="gausian(d=1, var=1)"', "*did you mean 'gaussian'*"),
        ('"b.json", sampler="skore"', "*no sampler 'skore'; did you mean 'score'*"),
        ('"b.json", dimension=3', "*dimension 3 goes with a loss curve*"),
        ('"b.json", smooth=True', "*smooth goes with a loss curve*"),
        ('"b.json", "digits"', "*too many positional arguments; write @pytest.mark.schedule*"),
        ('"b.json", tolerance=-1', "*tolerance -1; give a number of nats*"),
        ('"b.json", steps=4', "*steps*4 were asked for*"),
    ],
)
def test_what_is_wrong_is_said(project, pytester, arguments, message):
    source = f"""
import pytest
@pytest.mark.schedule({arguments})
def test_it():
    return [RHO, 1.0, 0.1]
"""
    result = project(source, 7, "--schedule-update")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([message])
    assert not (pytester.path / "b.json").exists()


WRONG = [
    (
        '"b.json", targets="digits"',
        "*unexpected keyword argument 'targets'; write schedule_check(grid, baseline, ...)*",
    ),
    ("5", "baseline = 5; give the name of a file"),
    ('"b.json", target=5', "target = 5; give a text or a list of texts"),
    ('"b.json", target=["digits", 5]', "target = ?'digits', 5?; give a text or a list of texts"),
    ('"b.json", sampler=5', "sampler = 5; give a text or a list of texts"),
    ('"b.json", tolerance="x"', "tolerance 'x'; give a number of nats, 0 or larger"),
    ('"b.json", steps="x"', "steps = 'x'; a grid has a whole number of steps, at least one"),
    ('"b.json", loss_curve=5, dimension=1', "loss_curve = 5; give the name of a file"),
    ('"b.json", loss_curve="c.csv", dimension="x"', "dimension = 'x'; give a whole number of 1 or more"),
    ('"b.json", loss_curve="c.csv", smooth="x"', "smooth = 'x'; give True or False"),
]


@pytest.mark.parametrize("how", ["fixture", "marker"])
@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_types_are_one_line(project, pytester, how, arguments, message):
    fixture = f"def test_it(schedule_check):\n    schedule_check([RHO, 1.0, 0.1], {arguments})\n"
    marker = f"import pytest\n@pytest.mark.schedule({arguments})\ndef test_it():\n    return [RHO, 1.0, 0.1]\n"
    result = project({"fixture": fixture, "marker": marker}[how], 7, "--schedule-update")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([message if how == "fixture" else message.partition("; write")[0] + "*"])
    assert "_hold" not in result.stdout.str()
    assert "pytest_plugin.py" not in result.stdout.str()
    assert not (pytester.path / "b.json").exists()


UNCHECKED = """
import pytest, unittest
class TestIt(unittest.TestCase):
    @pytest.mark.schedule(baseline="base.json")
    def test_it(self):
        return [RHO, 1.0, 0.1]
"""
LATER = """
import pytest
@pytest.mark.schedule(baseline="base.json")
async def test_it():
    return [RHO, 1.0, 0.1]
"""


@pytest.mark.parametrize("source", [UNCHECKED, LATER], ids=["TestCase", "async"])
def test_the_marker_is_refused_where_it_would_check_nothing(project, source):
    result = project(source, 7)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["test_it: the schedule marker works on plain test functions, *use the fixture*"])


def test_other_methods_of_a_test_case_are_left_alone(project):
    source = "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self):\n        assert RHO\n"
    project(source, 7).assert_outcomes(passed=1)


@pytest.mark.parametrize("handed", ["schedule", "'my.py:schedule'"])
def test_a_function_is_asked_for_the_steps_of_its_baseline(project, pytester, handed):
    """The command compares nine steps with nine; 18 of a worse function must not pass for better."""
    (pytester.path / "my.py").write_text(
        "from theory.grids import karras\ndef schedule(n=19, rho=7):\n    return karras(n, 0.02, 20, rho)\n"
    )
    source = f"""
from my import schedule
def test_it(schedule_check):
    steps = {{}} if RHO > 7 else {{"steps": 9}}
    schedule_check({handed}, "base.json", target={TARGET!r}, sampler="score", **steps)
"""
    path = ("-p", "no:cacheprovider", "-o", "pythonpath=.")
    project(source, 7, *path, "--schedule-update").assert_outcomes(passed=1)
    assert json.loads((pytester.path / "base.json").read_text())["steps_asked"] == 9
    project(source, 8, *path).assert_outcomes(passed=1)
    text = (pytester.path / "my.py").read_text()
    (pytester.path / "my.py").write_text(text.replace("rho=7", "rho=40"))
    sys.modules.pop("my", None)
    worse = project(source, 8, *path)
    worse.assert_outcomes(failed=1)
    worse.stdout.fnmatch_lines(["*score     worse *"])
    sys.modules.pop("my", None)
    project(source, 8, *path, "--schedule-update").assert_outcomes(passed=1)
    kept = json.loads((pytester.path / "base.json").read_text())
    assert (kept["steps"], kept["steps_asked"]) == (9, 9)


def test_two_tests_do_not_write_one_baseline(project, pytester):
    source = f"""
import pytest
from theory.grids import karras
@pytest.mark.parametrize("n", [5, 5.0, 9])
def test_it(schedule_check, n):
    schedule_check(karras(int(n), 0.02, 20, RHO), "base.json", target={TARGET!r}, sampler="score")
"""
    result = project(source, 7, "--schedule-update")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["base.json is also written by test_it.py::test_it?5.0?, with other sigmas; give each its own file"]
    )
    assert json.loads((pytester.path / "base.json").read_text())["steps"] == 4


def test_the_command_that_accepts_works_where_pytest_was_called(project, pytester, monkeypatch):
    """pytest's own names of tests are relative to its root, which is another folder here."""
    (pytester.path / "pytest.ini").write_text("[pytest]\n")
    inner, source = pytester.mkdir("sub"), FIXTURE.replace("def test_schedule", "class TestIt:\n  def test_schedule")
    source = source.replace("(schedule_check)", "(self, schedule_check)")
    monkeypatch.chdir(inner)
    result = project(source, 7, folder="sub")
    result.assert_outcomes(failed=1)
    found = next(line for line in result.stdout.lines if "write it with pytest --schedule-update" in line)
    command = found.partition("write it with pytest ")[2].split()
    assert command[-1] == "test_it.py::TestIt::test_schedule"
    project(source, 7, *command, folder="sub").assert_outcomes(passed=1)
    assert (inner / "base.json").exists()


def test_what_is_no_schedule_is_said(project):
    result = project(FIXTURE.replace("karras(9, 0.02, 20, RHO).sigmas.tolist()", "[3.0, RHO, 1.0]"), 7)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*sigma*7*"])


def test_the_error_of_the_test_itself_keeps_its_traceback(project):
    source = MARKER.replace("return karras(9, 0.02, 20, rho)", "return {}['steps']")
    result = project(source, 7)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">*return {}*", "E*KeyError: 'steps'"])


def test_a_loss_curve_lies_beside_the_test(project, pytester):
    """A curve of exact data, d = 1, var = 1/4: mse = v/(1 + 4 v); its rows are the levels of both grids."""
    levels = sorted({float(s) for grid in (karras(9, 0.02, 20), exponential(9, 0.02, 20)) for s in grid.sigmas})
    rows = [f"{s!r},{s * s / (1 + 4 * s * s)!r}" for s in levels]
    folder = pytester.mkdir("sub")
    (folder / "curve.csv").write_text("\n".join(["sigma,mse", *rows]) + "\n")
    source = """
from theory.grids import exponential, karras
def test_it(schedule_check):
    grid = karras(9, 0.02, 20) if RHO == 7 else exponential(9, 0.02, 20)
    schedule_check(grid, "base.json", loss_curve="curve.csv", dimension=1, sampler="denoiser")
"""
    project(source, 7, "--schedule-update", folder="sub").assert_outcomes(passed=1)
    kept = json.loads((folder / "base.json").read_text())
    assert kept["data"][0]["target"] == "curve.csv"
    assert kept["data"][0]["dimension"] == 1
    project(source, 7, folder="sub").assert_outcomes(passed=1)
    project(source, 1, folder="sub").assert_outcomes(passed=1)  # exponential is better for the denoiser sampler


def test_other_tests_are_left_alone_and_nothing_heavy_is_loaded():
    """A project with the plugin but without schedules does not wait for torch, numpy or sympy."""
    code = (
        "import sys, pytest; before = set(sys.modules); import verify.pytest_plugin;"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; print(sorted(new - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "['verify']", done.stderr

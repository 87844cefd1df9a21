"""The page on the regression check: its files are those of the example, its commands print what it says."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from verify.cli import main
from verify.schedules.baseline import check, record

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "regression.md").read_text()
EXAMPLE = ROOT / "examples" / "regression"
BLOCK = re.compile(r'^```(\w+)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
INSTALL = "python -m pip install path/to/scoreproof"
pytest_plugins = ["pytester"]


def blocks() -> Iterator[tuple[str, str, str]]:
    for found in BLOCK.finditer(PAGE):
        yield found[1], found[2] or "", found[3]


def steps() -> list[tuple[list[str], str]]:
    """Commands of one console block, and the text that follows it."""
    out: list[tuple[list[str], str]] = []
    for language, _, body in blocks():
        if language == "console":
            out.append(([line.removeprefix("$ ") for line in body.splitlines()], ""))
        elif language == "text":
            out[-1] = (out[-1][0], body)
    return out


def told(text: str) -> list[str]:
    """Lines without the last digits of rounding errors, which differ between processors."""
    return [re.sub(r"± \S+?(?=[ )]|$)", "±", line) for line in text.splitlines()]


@pytest.fixture(scope="module", autouse=True)
def _loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """pytester forgets the modules that were loaded within it, and torch cannot be loaded twice: load all before."""
    base = tmp_path_factory.mktemp("loaded") / "base.json"
    record([2.0, 1.0], base)
    check([2.0, 1.5, 1.0], base)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The page's files, and data of its last section."""
    for _, title, body in blocks():
        if title:
            (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / title).write_text(body)
    np.save(tmp_path / "points.npy", np.random.default_rng(0).normal(size=(30, 2)))
    sigmas = np.geomspace(0.002, 80, 60)
    rows = "".join(f"{s:.17g},{64 * 0.25 * s**2 / (0.25 + s**2):.17g}\n" for s in sigmas)
    (tmp_path / "curve.csv").write_text("sigma,mse\n" + rows)
    return tmp_path


@pytest.fixture
def plugin(pytestconfig: pytest.Config) -> tuple[str, ...]:
    """Options that load the plugin where this installation has not been made anew since it came."""
    return () if pytestconfig.pluginmanager.hasplugin("scoreproof") else ("-p", "verify.pytest_plugin")


def test_the_page_has_the_example_word_by_word() -> None:
    files = {title: body for _, title, body in blocks() if title}
    assert set(files) == {
        "schedule.py",
        "test_schedule.py",
        "pytest.ini",
        ".pre-commit-config.yaml",
        ".github/workflows/schedule.yml",
    }
    for title, body in files.items():
        assert (EXAMPLE / title).read_text() == body, title


def test_the_commands_print_what_the_page_says(project, plugin, pytester, monkeypatch, capsys):
    monkeypatch.chdir(project)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(command: str) -> tuple[int, str]:
        words = shlex.split(command)
        if words[0] == "scoreproof":
            with pytest.raises(SystemExit) as stop:
                main(words[1:])
            return int(stop.value.code or 0), capsys.readouterr().out
        if words[:3] == ["python", "-m", "pytest"]:
            with monkeypatch.context() as path:
                path.syspath_prepend(str(project))
                result = pytester.runpytest_inprocess(*plugin, "-q", f"--rootdir={project}", *words[3:], str(project))
            capsys.readouterr()
            return int(result.ret), result.stdout.str()
        assert words[0] == "sed", command
        return subprocess.run(words, check=True).returncode, ""

    for commands, says in steps():
        if commands == [INSTALL]:
            continue
        codes, outputs = zip(*map(run, commands), strict=True)
        wanted = [0] * len(commands)
        wanted[-1] = 1 if "if this is meant:" in says else 0
        assert list(codes) == wanted, (commands, outputs)
        if "pytest" in commands[-1]:  # among the lines that pytest always has
            assert says.strip() in outputs[-1], commands
        elif says:
            assert told(outputs[-1]) == told(says), commands
    assert {path.name for path in project.glob("*.json")} == {
        "baseline.json",
        "baseline_9_steps.json",
        "points.json",
        "curve.json",
    }


def test_the_example_passes_and_a_worse_schedule_does_not(tmp_path, monkeypatch) -> None:
    """Against the baselines that lie there: what a clone of the repository sees."""
    spec = importlib.util.spec_from_file_location("example_schedule", EXAMPLE / "schedule.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for n, file in ((19, "baseline.json"), (10, "baseline_9_steps.json")):
        assert not check(module.grid(n), EXAMPLE / file).failed
        assert check(module.grid(n, rho=5.0), EXAMPLE / file).failed
        assert check(module.grid(n, rho=7.01), EXAMPLE / file).verdict == "better"


def test_the_hooks_call_the_command() -> None:
    """pre-commit's required keys; both hooks and the CI file run the command that the page runs."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert hook["entry"] == "scoreproof schedule check"
    assert hook["pass_filenames"] is False
    (repository,) = yaml.safe_load((EXAMPLE / ".pre-commit-config.yaml").read_text())["repos"]
    (local,) = repository["hooks"]
    command = next(c for commands, _ in steps() for c in commands if "--update" not in c and c.startswith("scoreproof"))
    assert local["entry"] == command
    workflow = yaml.safe_load((EXAMPLE / ".github/workflows/schedule.yml").read_text())
    runs = [step.get("run", "") for step in workflow["jobs"]["schedule"]["steps"]]
    assert any(line.startswith(command) for line in runs)
    assert all(re.search(local["files"], name) for name in ("schedule.py", "baseline.json"))


def test_the_requirements_do_not_take_a_stranger_by_its_name() -> None:
    """scoreproof is installed from its repository: a bare name would ask a package index for whoever has it there."""
    lines = [line.strip() for line in (EXAMPLE / "requirements.txt").read_text().splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert not any(re.match(r"scoreproof\b(?! @ )", line) for line in wanted)
    (path,) = [line for line in wanted if "/" in line]
    assert tomllib.loads((EXAMPLE / path / "pyproject.toml").read_text())["project"]["name"] == "scoreproof"


@pytest.mark.long
def test_the_example_in_a_process_of_its_own(tmp_path, plugin) -> None:
    """The long form: the installed command's module and pytest, started as a user starts them."""
    for file in filter(Path.is_file, EXAMPLE.iterdir()):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    checks = [sys.executable, "-m", "verify", "schedule", "check", "schedule.py:grid", "--baseline", "baseline.json"]
    tests = [sys.executable, "-m", "pytest", *plugin]
    for words, code in ((checks, 0), (tests, 0)):
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, done.stdout + done.stderr
    text = (tmp_path / "schedule.py").read_text()
    (tmp_path / "schedule.py").write_text(text.replace("rho=7.0", "rho=5.0"))
    for words in (checks, tests):
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "worse" in done.stdout

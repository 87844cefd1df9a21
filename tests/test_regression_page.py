"""The page on the regression check: its files are those of the example, its hooks run its command."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from verify.schedules.baseline import check

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "regression.md").read_text()
EXAMPLE = ROOT / "examples" / "regression"
BLOCK = re.compile(r'^```(\w+)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def blocks() -> Iterator[tuple[str, str, str]]:
    for found in BLOCK.finditer(PAGE):
        yield found[1], found[2] or "", found[3]


def commands() -> list[str]:
    """Everything that the page tells to type."""
    return [
        line.removeprefix("$ ") for language, _, body in blocks() if language == "console" for line in body.splitlines()
    ]


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
    command = next(c for c in commands() if "--update" not in c and c.startswith("scoreproof"))
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

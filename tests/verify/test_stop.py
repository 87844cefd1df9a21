"""Ctrl-C, typed at a real terminal: every command ends at once, without a traceback, and says what is kept.

A driver imports everything once and forks a process with a terminal of its own for each command.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 4.0  # seconds that a command may take to end, on a machine that has other work too

DRIVER = r"""
import json, os, pty, re, select, signal, sys, time
import verify.cli, verify.runner, verify.mutants.run, verify.replay.check, verify.reports.live, verify.schedules.optimum
from verify.search import verify_claim
from theory.claims import find
verify_claim(find("gauss.fisher"), 10, 0)  # what is imported late

def stop(words, ready, later):
    '''Type Ctrl-C once the screen shows ``ready`` and ``later`` seconds have passed.'''
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", COLUMNS="150", LINES="30")
        try:
            verify.cli.main(words)
        except SystemExit as stop:
            sys.stdout.flush(); sys.stderr.flush()
            os._exit(stop.code or 0)
        os._exit(99)
    seen, stopped, until = "", None, time.monotonic() + 90
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # closed: the process has ended
                break
            if not part:
                break
            seen += part.decode(errors="replace")
        if stopped is None and re.search(ready, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)):
            time.sleep(later)
            os.write(terminal, b"\x03")
            stopped = time.monotonic()
    else:
        os.kill(pid, signal.SIGKILL)
    took = None if stopped is None else time.monotonic() - stopped
    return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "seen": seen, "took": took}

print(json.dumps([stop(*one) for one in json.loads(sys.argv[1])]))
"""


def stopped(folder: Path, *commands: tuple[str, str, float]) -> list[dict[str, Any]]:
    """What was seen of commands that were stopped, with their exit codes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    for name in ("NO_COLOR", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        environment.pop(name, None)
    told = json.dumps([(shlex.split(words), ready, later) for words, ready, later in commands])
    words = [sys.executable, "-c", DRIVER, told]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    for one, (command, _, _) in zip(found, commands, strict=True):
        assert one["took"] is not None, f"{command} was not ready:\n{one['seen']}"
        assert one["code"] == 2, one["seen"]
        assert "Traceback" not in one["seen"], one["seen"]
        assert one["took"] < PATIENCE, f"{command} took {one['took']:.1f} s to end"
        assert one["seen"].count("\x1b[?25h") >= one["seen"].count("\x1b[?25l"), "the cursor is shown again"
        assert last(one).startswith("error: stopped"), one["seen"]
    return found


def last(one: dict[str, Any]) -> str:
    """The last line, without what moves the cursor."""
    line = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", str(one["seen"].rstrip().splitlines()[-1]))
    return line.removeprefix("^C")  # which the terminal echoes


SHARDS = r"[1-9]\d*/\d+ shards"


@pytest.mark.long
def test_verify_and_conjecture(tmp_path: Path) -> None:
    run, typed = stopped(
        tmp_path,
        ("verify --claim gauss.mmse --claim info.tweedie --examples 30000 --json v.json --junit v.xml", SHARDS, 0.2),
        ('conjecture "J(u) <= d/u" --examples 100000 --json c.json', r"[1-9]\d*/100000", 0.2),
    )
    assert "0 of 2 verdicts are reached" in last(run)
    assert "shards are kept in runs/scoreproof.sqlite" in last(run)
    assert last(run).endswith(
        "go on with: scoreproof verify --claim gauss.mmse --claim info.tweedie --examples 30000 --json v.json "
        "--junit v.xml --resume"
    )
    assert json.loads((tmp_path / "v.json").read_text()) == []
    assert (tmp_path / "v.xml").read_text().count("<skipped") == 2
    assert last(typed) == "error: stopped; no file was half written; the same command begins again"
    assert not (tmp_path / "c.json").exists()


@pytest.mark.long
def test_the_hunt_for_variants_replay_and_optimise(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    bad = [sys.executable, "-m", "verify", "conjecture", "E_D <= d/8*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1))"]
    mixture = ["--target", "mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])", "--examples", "10"]
    refuted = subprocess.run([*bad, *mixture], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert refuted.returncode == 1, refuted.stderr
    (certificate,) = (tmp_path / "runs" / "seed-0").glob("*.json")
    hunt, again, search = stopped(
        tmp_path,
        ("verify --claim gauss.mmse --claim info.tweedie --examples 10 --mutants --json m.json", "variants", 1.0),
        (f"replay {shlex.quote(str(certificate))}", "conjecture: refuted", 0.1),
        (
            'schedule optimise "karras(n=19, sigma_min=.002, sigma_max=80)" --target digits --json o.json',
            "measuring",
            0.5,
        ),
    )
    assert "stopped while variants were hunted; 2 of 2 verdicts are reached" in last(hunt)
    assert "--mutants --resume" in last(hunt)
    assert len(json.loads((tmp_path / "m.json").read_text())) == 2
    assert "0 of 2 cases are checked; nothing is kept of that" in last(again)
    assert last(search) == "error: stopped; nothing was written; fewer --points take less time"
    assert not (tmp_path / "o.json").exists()


def test_an_error_that_ctrl_c_has_led_to_is_a_stop() -> None:
    """Hypothesis answers a case that is cut off with an error of its own."""
    from verify import interrupts
    from verify.cli.stopping import stopping
    from verify.executors import RunError

    with pytest.raises(RunError, match="stopped; nothing is lost"), stopping(lambda: "nothing is lost"):
        raise KeyboardInterrupt
    with pytest.raises(ExceptionGroup, match="flaky"), stopping(lambda: "nothing is lost"):
        raise ExceptionGroup("flaky", [ValueError()])
    interrupts._asked.set()
    try:
        with pytest.raises(RunError, match="stopped; nothing is lost"), stopping(lambda: "nothing is lost"):
            raise ExceptionGroup("flaky", [ValueError()])
    finally:
        interrupts._asked.clear()

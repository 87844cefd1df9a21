"""A run that stops loses nothing, and going on repeats nothing."""

import json
import os
import resource
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
WORK = shlex.split("verify --claim gauss.mmse --claim info.tweedie --examples 310 --seed 3")
SHARDS = 8


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Verdicts of the run that nothing interrupts."""
    words = [sys.executable, "-m", "verify", *WORK, "--json", "-"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    folder = tmp_path_factory.mktemp("whole")
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def start(folder, *more):
    words = [sys.executable, "-m", "verify", *WORK, *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(shards_in, store, count):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with suppress(sqlite3.OperationalError):  # it is being made
            if store.exists() and len(shards_in(store)) >= count:
                return
        time.sleep(0.1)
    pytest.fail(f"{count} shards were not there after 120 s")


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.long)])
def test_ctrl_c_says_how_to_go_on_and_that_works(tmp_path, scoreproof, shards_in, timeless, whole, jobs):
    store = tmp_path / "runs" / "scoreproof.sqlite"
    process = start(tmp_path, "--jobs", str(jobs))
    wait_for(shards_in, store, 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert "Traceback" not in out + err
    assert len(err.strip().splitlines()) == 1
    before = shards_in(store)
    assert f"{len(before)} of {SHARDS} shards are kept" in err
    command = err[err.index("scoreproof verify") :].split()
    assert command[-1] == "--resume"
    resumed = scoreproof(*command[1:], "--json", "-")
    assert resumed.returncode == 0, resumed.stderr
    assert timeless(resumed.stdout) == timeless(whole)
    after = shards_in(store)
    assert len(after) == SHARDS
    assert before.items() <= after.items(), "finished shards are not computed again"
    again = scoreproof(*command[1:], "--json", "-")
    assert json.loads(again.stdout) == json.loads(resumed.stdout), "a finished run is only read, seconds included"
    assert shards_in(store) == after
    renewed = scoreproof(*WORK[:-2], "--seed", 4, "--resume")
    assert renewed.returncode == 2
    assert "no unfinished run" in renewed.stderr


@pytest.mark.long
def test_workers_end_when_their_parent_is_killed(tmp_path, scoreproof, shards_in, timeless, whole):
    store = tmp_path / "runs" / "scoreproof.sqlite"
    process = start(tmp_path, "--jobs", "2")
    wait_for(shards_in, store, 1)
    crew = psutil.Process(process.pid).children(recursive=True)
    assert len(crew) >= 2
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    _, alive = psutil.wait_procs(crew, timeout=20)
    for orphan in alive:
        orphan.kill()
    assert not alive
    before = shards_in(store)
    resumed = scoreproof(*WORK, "--resume", "--json", "-")
    assert timeless(resumed.stdout) == timeless(whole)
    assert before.items() <= shards_in(store).items()


@pytest.mark.long
def test_a_file_that_may_not_grow_stops_the_run_with_what_was_kept(tmp_path, scoreproof, shards_in, timeless, whole):
    """A limit on the size of files stands for a full disk: writing fails in the kernel."""
    store = tmp_path / "s.sqlite"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    stopped = scoreproof(*WORK, "--store", store, preexec_fn=limit)
    assert stopped.returncode == 2
    assert "Traceback" not in stopped.stdout + stopped.stderr
    before = shards_in(store)
    assert 1 <= len(before) < SHARDS
    assert "the disk" in stopped.stderr
    assert f"{len(before)} of {SHARDS} shards are kept in {store}" in stopped.stderr
    assert stopped.stderr.strip().endswith("--resume")
    resumed = scoreproof(*WORK, "--store", store, "--resume", "--json", "-")
    assert timeless(resumed.stdout) == timeless(whole)
    assert before.items() <= shards_in(store).items()


def test_what_cannot_be_resumed_is_refused_before_anything_is_computed(scoreproof, tmp_path):
    refused = scoreproof("verify", "--suite", "full", "--resume")
    assert refused.returncode == 2
    assert "no unfinished run" in refused.stderr
    (tmp_path / "notes.txt").write_text("no database " * 100)
    refused = scoreproof("verify", "--suite", "full", "--store", "notes.txt")
    assert refused.returncode == 2
    assert "no SQLite database" in refused.stderr


POISON = """
import os, pathlib
from sympy import Le
from numerics.enclosures import Enclosure
from theory.claims import Cases, Claim, Family
from theory.vocabulary import J, d, u
from verify.measurements import new_quantity

def once(case):
    flag = pathlib.Path(__file__).with_name("died")
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), 9)
    return Enclosure.of(1.0)

def always(case):
    os.kill(os.getpid(), 9)

def sound(case):
    return Enclosure.of(1.0)

space = Cases(families=(Family.GAUSSIAN,))
claims = [
    Claim(f"mine.{f.__name__}", "a", Le(J(u), new_quantity(f"q_{f.__name__}", f, "one") * d / u), "me", cases=space)
    for f in (once, always, sound)
]
"""


@pytest.mark.long
def test_a_worker_that_dies_is_replaced_and_a_shard_that_kills_is_given_up(tmp_path, scoreproof, shards_in):
    (tmp_path / "mine.py").write_text(POISON)
    done = scoreproof("verify", "mine.py", "--examples", 120, "--jobs", 2, "--json", "v.json", "--store", "s.sqlite")
    assert done.returncode == 2
    verdicts = {v["id"]: v for v in json.loads((tmp_path / "v.json").read_text())}
    assert sorted(verdicts) == ["mine.once", "mine.sound"]
    assert (tmp_path / "died").exists()
    assert "mine.always" in done.stderr
    assert "4 of 6 shards are kept" in done.stderr
    assert "died twice" in done.stdout
    assert len(shards_in(tmp_path / "s.sqlite")) == 4
    (tmp_path / "mine.py").write_text(POISON.replace("(once, always, sound)", "(once, sound)"))
    alone = scoreproof("verify", "mine.py", "--examples", 120, "--json", "-", "--store", "s.sqlite")
    for verdict in json.loads(alone.stdout):
        assert verdict | {"seconds": 0} == verdicts[verdict["id"]] | {"seconds": 0}

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

from theory.claims import find
from verify import search
from verify.runner import run_claims
from verify.store import RunSettings, Store

ROOT = Path(__file__).parents[2]
SHORT = shlex.split("verify --claim gauss.mmse --claim info.tweedie --examples 110 --seed 3")
WORK = [*SHORT[:-3], "310", *SHORT[-2:]]
SHARDS = 8


@pytest.fixture(scope="module")
def whole(preloaded, tmp_path_factory):
    """Verdicts of the run that nothing interrupts."""
    return preloaded.call([*WORK, "--json", "-"], tmp_path_factory.mktemp("whole")).stdout


def test_going_on_searches_what_is_missing_and_nothing_else(tmp_path, monkeypatch):
    """Equal findings of a shard that is searched again would not show in the store."""
    jobs = [(find(id), None) for id in ("gauss.mmse", "gauss.fisher")]
    honest, searched = search.search_shard, []

    def noted(claim, examples, seed, shard, *more):
        searched.append((claim.id, shard))
        return honest(claim, 10, seed, 0, *more)

    monkeypatch.setattr(search, "search_shard", noted)
    settings = RunSettings.of(jobs, 120, 3)
    with Store(tmp_path / "s.sqlite") as store:
        run = store.begin(settings)
        run.add("gauss.fisher", 0, honest(jobs[1][0], 10, 3, 0).to_json())
        assert len(list(run_claims(jobs, 120, 3, run=store.resume(settings)))) == 2
        assert sorted(searched) == [("gauss.fisher", 1), ("gauss.mmse", 0), ("gauss.mmse", 1)]
        list(run_claims(jobs, 120, 3, run=store.resume(settings)))
    assert len(searched) == 3


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


def goes_on(scoreproof, shards_in, timeless, store, err, whole, work, shards):
    """The message of a run that was stopped names the command that goes on with it, which repeats nothing."""
    assert len(err.strip().splitlines()) == 1
    before = shards_in(store)
    assert f"{len(before)} of {shards} shards are kept" in err
    command = err[err.index("scoreproof verify") :].split()
    assert command[-1] == "--resume"
    resumed = scoreproof(*command[1:], "--json", "-")
    assert resumed.returncode == 0, resumed.stderr
    assert timeless(resumed.stdout) == timeless(whole)
    after = shards_in(store)
    assert len(after) == shards
    assert before.items() <= after.items(), "finished shards are not computed again"
    again = scoreproof(*command[1:], "--json", "-")
    assert json.loads(again.stdout) == json.loads(resumed.stdout), "a finished run is only read, seconds included"
    assert shards_in(store) == after
    renewed = scoreproof(*work[:-2], "--seed", 4, "--resume")
    assert renewed.returncode == 2
    assert "no unfinished run" in renewed.stderr


def test_ctrl_c_says_how_to_go_on_and_that_works(tmp_path, preloaded, scoreproof, shards_in, timeless):
    whole = scoreproof(*SHORT, "--json", "-", "--store", "whole.sqlite").stdout
    store = tmp_path / "runs" / "scoreproof.sqlite"
    process = preloaded.start(SHORT, tmp_path)
    wait_for(shards_in, store, 1)
    os.killpg(process, signal.SIGINT)
    stopped = preloaded.finish()
    assert stopped.returncode == 2, stopped.stderr
    assert "Traceback" not in stopped.stdout + stopped.stderr
    goes_on(scoreproof, shards_in, timeless, store, stopped.stderr, whole, SHORT, 4)


@pytest.mark.long
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_stops_processes_of_their_own(tmp_path, scoreproof, shards_in, timeless, whole, jobs):
    store = tmp_path / "runs" / "scoreproof.sqlite"
    process = start(tmp_path, "--jobs", str(jobs))
    wait_for(shards_in, store, 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert "Traceback" not in out + err
    goes_on(scoreproof, shards_in, timeless, store, err, whole, WORK, SHARDS)


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

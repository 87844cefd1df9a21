"""Training runs in the store outlive processes: killed runs go on, several write one run, a failing store ends it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from training_store_runs import ENVIRONMENT, H, batch, rows, same_bits

from numerics.training import train
from verify.executors import in_processes
from verify.store import StoreError
from verify.store.training import TrainingStore
from verify.work import Order, perform

# forks a process for each run, so that a run costs no start-up
FORKED = """
import os, signal, sqlite3, sys, time
from pathlib import Path
import torch
sys.path.insert(0, sys.argv[2])
from training_store_runs import H, batch, rows
from numerics.training import train
from verify.store.training import TrainingStore

FILE, steps = Path(sys.argv[1]), int(sys.argv[3])
torch.set_num_threads(1)
with TrainingStore(FILE):
    pass

def start(chunk):
    pid = os.fork()
    if pid == 0:
        with TrainingStore(FILE) as store:
            sink = store.sink(batch(), H, steps, (0, steps // 2))
            train(batch(), H, steps, kernel_at=(0, steps // 2), sink=sink, chunk=chunk)
        os._exit(0)
    return pid

def end(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""
KILLS = """
kept = []
for _ in range(5):
    pid = start(5)
    while len(rows(FILE)) < len(kept) + 20:
        assert os.waitpid(pid, os.WNOHANG) == (0, 0), "it must be under way"
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    assert end(pid) == -signal.SIGKILL
    database = sqlite3.connect(FILE)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    found = rows(FILE)
    assert found[: len(kept)] == kept, "what was kept stays"
    kept = found
assert end(start(5)) == 0
assert rows(FILE)[: len(kept)] == kept
assert len(rows(FILE)) == -(-(steps + 1) // 5)
"""
CROWD = """
assert [end(pid) for pid in [start(chunk) for chunk in (7, 11, 100, 7)]] == [0, 0, 0, 0]
"""


@pytest.mark.parametrize(
    ("what", "steps"),
    [(KILLS, 1500), pytest.param(CROWD, 300, marks=pytest.mark.long)],
    ids=["five kills", "four at once"],
)
def test_one_run_of_killed_or_of_several_processes(tmp_path, preloaded, what, steps):
    file = tmp_path / "s.sqlite"
    done = preloaded.run(FORKED + what, [str(file), str(Path(__file__).parent), str(steps)], tmp_path)
    assert done.returncode == 0, done.stderr
    with TrainingStore(file) as store:
        (run,) = store.runs()
        assert run.finished
        found = store.history(run.fingerprint)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    assert same_bits(found, train(batch(), H, steps, kernel_at=(0, steps // 2))[0])
    torch.set_num_threads(threads)
    firsts = [first for (first,) in rows(file, "first")]
    assert firsts == sorted(set(firsts))


MINE = """
from sympy import Le
from numerics import training
from numerics.enclosures import Enclosure
from theory.claims import Cases, Claim, Family
from theory.vocabulary import J, d, u
from verify.measurements import new_quantity
from verify.store.training import sink_for
import torch

training.descent.SECONDS = 0.02
STEPS = 3000
last = {}

def trained(case):
    if not last:
        setups = [training.Setup(((0.5,),), (1.0,), (1.0,), 16, 1, seed=seed) for seed in range(2)]
        batch, h = training.Batch.of(setups), torch.full((2,), 0.01, dtype=torch.float64)
        last["loss"] = float(training.train(batch, h, STEPS, sink=sink_for(batch, h, STEPS))[0].loss[0, -1])
    return Enclosure.of(1 + last["loss"])

mine = Claim("mine.trained", "a", Le(J(u), new_quantity("trained", trained, "a loss") * d / u), "me",
             cases=Cases(families=(Family.GAUSSIAN,)))
"""


@pytest.mark.long
def test_a_shard_that_is_killed_while_it_trains_goes_on_with_its_training(tmp_path, scoreproof, timeless):
    (tmp_path / "mine.py").write_text(MINE)
    store = tmp_path / "s.sqlite"
    work = ["verify", "mine.py", "--examples", "30", "--store"]
    whole = scoreproof(*work, "whole.sqlite", "--json", "-")
    assert whole.returncode in (0, 1), whole.stderr
    process = subprocess.Popen(
        [sys.executable, "-m", "verify", *work, str(store), "--jobs", "2"],
        cwd=tmp_path, env=ENVIRONMENT, start_new_session=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 120
    while time.monotonic() < until and _recorded(store) < 500:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    before, begun = rows(store), rows(store, "fingerprint, started", "training_runs")
    assert 500 <= _recorded(store) <= 3000
    resumed = scoreproof(*work, store, "--resume", "--json", "-")
    assert resumed.returncode == whole.returncode, resumed.stderr
    assert timeless(resumed.stdout) == timeless(whole.stdout)
    assert rows(store)[: len(before)] == before
    assert rows(store, "fingerprint, started", "training_runs") == begun
    assert _recorded(store) == 3001
    with TrainingStore(store) as here, TrainingStore(tmp_path / "whole.sqlite") as there:
        assert same_bits(here.history(begun[0][0]), there.history(begun[0][0]))


def _recorded(file):
    with suppress(sqlite3.OperationalError):  # it is being made
        return sum(count for (count,) in rows(file, "next", "training_runs")) if file.exists() else 0
    return 0


def test_a_store_that_fails_in_a_worker_ends_the_run_and_is_no_failure_of_the_claim(tmp_path):
    short = MINE.replace("3000", "5").replace("training.descent.SECONDS = 0.02\n", "")  # it is read in this process
    (tmp_path / "mine.py").write_text(short)
    from verify.work import UserFile

    order = Order("mine.trained", 0, 10, 0, UserFile.read(tmp_path / "mine.py"), training=str(tmp_path))
    with pytest.raises(StoreError, match="cannot be opened"):
        perform(order)
    with pytest.raises(StoreError, match="cannot be opened"):
        list(in_processes([order], 1))

"""Training runs in the store: kept step by step, gone on with after a kill, read back, and refused when damaged."""

import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from contextlib import closing, suppress
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch

from numerics.training import Batch, Setup, train
from numerics.training.descent import History
from verify.executors import in_processes
from verify.reports.training import summary
from verify.store import RunSettings, Store, StoreError
from verify.store.training import LONG, TrainingStore, sink_for, use_training_store
from verify.store.versions import PACKAGES
from verify.work import Order, perform

ROOT = Path(__file__).parents[2]
H = torch.tensor([0.01, 0.03], dtype=torch.float64)
STEPS, KERNEL_AT = 9, (0, 4)


def batch(seed=0, m=8):
    """Two networks on two points at two noise levels."""
    return Batch.of([Setup(((0.3, -1.0), (1.0, 2.0)), (2.0, 0.5), (1.0, 2.0), m, 2, seed=seed + i) for i in range(2)])


def same_bits(one, other):
    pairs = [(getattr(one, field.name).numpy(), getattr(other, field.name).numpy()) for field in fields(History)]
    return all(a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


def rows(file, what="*", table="training_records"):
    with closing(sqlite3.connect(file)) as database:
        return database.execute(f"SELECT {what} FROM {table}").fetchall()


def change(file, statement, *values):
    with closing(sqlite3.connect(file)) as database, database:
        assert database.execute(statement, values).rowcount == 1


class Cut(Exception):
    pass


def cut_run(store, chunks, steps=STEPS, **options):
    """A run that ends after some chunks are kept."""
    sink = store.sink(batch(), H, steps, KERNEL_AT)
    keep, sink.append = sink.append, lambda *part: keep(*part) if len(rows(store.path)) < chunks else cut()

    def cut():
        raise Cut

    with pytest.raises(Cut):
        train(batch(), H, steps, kernel_at=KERNEL_AT, sink=sink, **options)
    return sink


@pytest.fixture
def whole():
    return train(batch(), H, STEPS, kernel_at=KERNEL_AT)


def test_a_run_is_kept_row_by_row_and_goes_on_to_the_same_bits(tmp_path, whole):
    file = tmp_path / "s.sqlite"
    with TrainingStore(file) as store:
        cut_run(store, chunks=2, chunk=3)
        (run,) = store.runs()
        assert (run.networks, run.steps, run.recorded, run.finished) == (2, STEPS, 6, False)
        assert store.under_way() == [run]
        assert summary([run]) == "training 2 networks, step 6 of 10"
        before = rows(file)
        assert [first for _, first, _ in before] == [0, 3]
        partly = store.history(run.fingerprint)
        assert torch.equal(partly.loss, whole[0].loss[:, :6])
        assert partly.kernel_steps.tolist() == [0, 4]
    with TrainingStore(file) as store:
        history, W = train(batch(), H, STEPS, kernel_at=KERNEL_AT, sink=store.sink(batch(), H, STEPS, KERNEL_AT))
        assert same_bits(history, whole[0])
        assert torch.equal(W, whole[1])
        assert rows(file)[:2] == before
        assert same_bits(store.history(run.fingerprint), history)
        (run,) = store.runs()
        assert run.finished
        assert store.under_way() == []


def test_a_finished_run_is_read_back(tmp_path, whole, monkeypatch):
    file = tmp_path / "s.sqlite"
    with TrainingStore(file) as store:
        train(batch(), H, STEPS, kernel_at=KERNEL_AT, sink=store.sink(batch(), H, STEPS, KERNEL_AT))
        assert rows(file, "count(*)", "training_weights") == [(0,)], "quicker to make again than to read"
        monkeypatch.setattr("numerics.training.descent.losses", None)  # recording anew would call it
        history, W = train(batch(), H, STEPS, kernel_at=KERNEL_AT, sink=store.sink(batch(), H, STEPS, KERNEL_AT))
    assert same_bits(history, whole[0])
    assert torch.equal(W, whole[1])


def test_a_long_run_is_read_back_with_its_weights(tmp_path, monkeypatch):
    steps = LONG // 4
    with TrainingStore(tmp_path / "s.sqlite") as store:
        first = train(batch(), H, steps, sink=store.sink(batch(), H, steps))
        monkeypatch.setattr("numerics.training.descent.backward", None)  # any step would call it
        again = train(batch(), H, steps, sink=store.sink(batch(), H, steps))
    assert same_bits(first[0], again[0])
    assert torch.equal(first[1], again[1])


def test_what_diverges_is_kept_bit_for_bit_and_packed_small(tmp_path):
    wild = torch.tensor([1e200, 0.01], dtype=torch.float64)
    with TrainingStore(tmp_path / "s.sqlite") as store:
        sink = store.sink(batch(), wild, 400, (0, 400))
        history, _ = train(batch(), wild, 400, kernel_at=(0, 400), sink=sink, chunk=201)
        assert history.loss[0, -1].isnan()
        assert same_bits(store.history(sink.fingerprint), history)
    sizes = [len(data) for (data,) in rows(store.path, "records")]
    assert max(sizes) < 0.8 * 2 * 201 * 8 * 8, "a half of the numbers are equal"


def test_whatever_decides_the_numbers_is_another_run(tmp_path, monkeypatch):
    with TrainingStore(tmp_path / "s.sqlite") as store:
        first = store.sink(batch(), H, STEPS, KERNEL_AT)
        assert store.sink(batch(), H.clone(), STEPS, KERNEL_AT[::-1]).fingerprint == first.fingerprint
        others = {
            first.fingerprint,
            store.sink(batch(seed=1), H, STEPS, KERNEL_AT).fingerprint,
            store.sink(batch(m=9), H, STEPS, KERNEL_AT).fingerprint,
            store.sink(batch(), H + torch.tensor([0.0, 1e-17]), STEPS, KERNEL_AT).fingerprint,
            store.sink(batch(), H, STEPS + 1, KERNEL_AT).fingerprint,
            store.sink(batch(), H, STEPS, ()).fingerprint,
        }
        versions = tuple((name, "0.1") for name in PACKAGES)
        monkeypatch.setattr("verify.store.training.installed_versions", lambda: versions)
        others.add(store.sink(batch(), H, STEPS, KERNEL_AT).fingerprint)
        assert len(others) == 7


def test_a_run_says_what_was_trained(tmp_path):
    with TrainingStore(tmp_path / "s.sqlite") as store:
        sink = store.sink(batch(seed=4), H, 1)
        train(batch(seed=4), H, 1, sink=sink)
        problem = store.problem(sink.fingerprint)
        assert [setup["seed"] for setup in problem["setups"]] == [4, 5]
        assert [float.fromhex(h) for h in problem["h"]] == H.tolist()
        assert problem["setups"][0]["points"] == [[0.3, -1.0], [1.0, 2.0]]
        assert (problem["steps"], problem["device"]) == (1, "cpu")
        with pytest.raises(KeyError, match="no training run"):
            store.history("nothing")


# imports everything once and forks a process for each run, so that a run costs no start-up
FORKED = """
import os, signal, sqlite3, sys, time
from pathlib import Path
import torch
sys.path.insert(0, sys.argv[2])
from test_training_store import H, batch, rows
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
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.mark.parametrize(("what", "steps"), [(KILLS, 1500), (CROWD, 500)], ids=["five kills", "four at once"])
def test_one_run_of_killed_or_of_several_processes(tmp_path, what, steps):
    file = tmp_path / "s.sqlite"
    words = [sys.executable, "-c", FORKED + what, str(file), str(Path(__file__).parent), str(steps)]
    done = subprocess.run(words, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
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


def test_who_is_behind_adds_only_what_is_missing(tmp_path, whole):
    with TrainingStore(tmp_path / "a.sqlite") as ahead, TrainingStore(tmp_path / "a.sqlite") as behind:
        other = behind.sink(batch(), H, STEPS, KERNEL_AT)
        assert other.load() == (None, None)
        cut_run(ahead, chunks=2, chunk=3)  # steps 0 to 5
        train(batch(), H, STEPS, kernel_at=KERNEL_AT, sink=_unaware(other), chunk=4)  # 0 to 3, 4 to 7, 8 to 9
        assert [first for (first,) in rows(ahead.path, "first")] == [0, 3, 6, 8]
        assert same_bits(ahead.history(other.fingerprint), whole[0])


def _unaware(sink):
    """A sink that looked before the others began."""
    sink.load = lambda: (None, None)
    return sink


def pickled():
    buffer = io.BytesIO()
    np.savez(buffer, **{field.name: np.array([{"a": 1}], dtype=object) for field in fields(History)})
    return buffer.getvalue()


def flipped(data):
    spoilt = bytearray(data)
    spoilt[len(data) // 2] ^= 0x10
    return bytes(spoilt)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f, d: change(f, "UPDATE training_records SET records = ? WHERE first = 3", flipped(d)), "steps from 3"),
        (lambda f, d: change(f, "UPDATE training_records SET records = ? WHERE first = 3", d[:-40]), "steps from 3"),
        (lambda f, d: change(f, "UPDATE training_records SET records = ? WHERE first = 3", b""), "steps from 3"),
        (lambda f, d: change(f, "UPDATE training_records SET records = ? WHERE first = 3", "text"), "steps from 3"),
        (lambda f, d: change(f, "UPDATE training_records SET records = ? WHERE first = 3", pickled()), "allow_pickle"),
        (lambda f, d: change(f, "DELETE FROM training_records WHERE first = 0"), "begins with step 3, not 0"),
        (lambda f, d: change(f, "DELETE FROM training_records WHERE first = 3"), "3 steps of 6"),
        (lambda f, d: change(f, "DELETE FROM training_weights"), "weights at step 6 are missing"),
        (lambda f, d: change(f, "UPDATE training_weights SET step = 3"), "weights at step 6 are missing"),
        (lambda f, d: change(f, "UPDATE training_weights SET weights = ?", d), "weights at step 6"),
    ],
)
def test_damaged_rows_are_refused_in_words(tmp_path, spoil, said):
    file = tmp_path / "s.sqlite"
    with TrainingStore(file) as store:
        cut_run(store, chunks=2, chunk=3)
    ((data,),) = rows(file, "records", "training_records WHERE first = 3")
    spoil(file, data)
    with TrainingStore(file) as store:
        sink = store.sink(batch(), H, STEPS, KERNEL_AT)
        with pytest.raises(StoreError) as refused:
            train(batch(), H, STEPS, kernel_at=KERNEL_AT, sink=sink)
    for words in (said, str(file), sink.fingerprint[:12], "give another --store"):
        assert words in str(refused.value)


def test_a_description_of_another_run_is_refused(tmp_path):
    with TrainingStore(tmp_path / "s.sqlite") as store:
        sink = cut_run(store, chunks=1, chunk=3)
        change(store.path, "UPDATE training_runs SET problem = ?", zlib.compress(b"{}"))
        with pytest.raises(StoreError, match="description"):
            store.problem(sink.fingerprint)


SCHEMA_1 = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, settings TEXT NOT NULL, started TEXT NOT NULL, finished TEXT
);
CREATE TABLE shards (
    run INTEGER NOT NULL REFERENCES runs, claim TEXT NOT NULL, shard INTEGER NOT NULL,
    findings TEXT NOT NULL, finished TEXT NOT NULL, PRIMARY KEY (run, claim, shard)
);
CREATE TABLE verdicts (
    run INTEGER NOT NULL REFERENCES runs, claim TEXT NOT NULL, verdict TEXT NOT NULL, PRIMARY KEY (run, claim)
);
PRAGMA application_id = 0x73637072;
PRAGMA user_version = 1;
"""
SETTINGS_1 = (
    '{"claims": {"gauss.mmse": "abc"}, "examples": 250, "seed": 1, "shard_cases": 100, "shards": 3, '
    '"versions": {"torch": "2.0"}}'
)


def test_a_store_of_schema_1_keeps_its_findings_and_learns_to_keep_training_runs(tmp_path, shards_in):
    from theory.claims import find
    from verify.language.errors import BadInput

    file = tmp_path / "s.sqlite"
    findings = (
        '{"shard":0,"outcomes":[],"unavailable":{"old":7},"minimal":null,"simple":false,"experiments":{},"seconds":1}'
    )
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(SCHEMA_1)
        database.execute("INSERT INTO runs VALUES (1, 'f', ?, 'then', NULL)", (SETTINGS_1,))
        database.execute("INSERT INTO shards VALUES (1, 'gauss.mmse', 0, ?, 'then')", (findings,))
        database.execute("INSERT INTO verdicts VALUES (1, 'gauss.mmse', '{}')")
    before = {name: rows(file, "*", name) for name in ("runs", "shards", "verdicts")}
    with Store(file) as store:
        old = RunSettings.from_json(SETTINGS_1)
        assert old.device == "cpu"
        with pytest.raises(BadInput, match=r"run 1 \(1 of 3 shards done\) differs"):
            store.resume(RunSettings.of([(find("gauss.mmse"), None)], 250, 1))
    assert {name: rows(file, "*", name) for name in before} == before
    assert shards_in(file)[1, "gauss.mmse", 0] == (findings, "then")
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
    with TrainingStore(file) as store:
        train(batch(), H, 1, sink=store.sink(batch(), H, 1))
        assert [run.finished for run in store.runs()] == [True]


def test_runs_are_kept_only_where_a_store_is_in_use(tmp_path):
    file = tmp_path / "s.sqlite"
    assert sink_for(batch(), H, 1) is None
    with use_training_store(file):
        assert not file.exists(), "a run that trains nothing opens nothing"
        train(batch(), H, 1, sink=sink_for(batch(), H, 1))
        with use_training_store(None):
            assert sink_for(batch(), H, 1) is None
        train(batch(), H, 2, sink=sink_for(batch(), H, 2))
    assert sink_for(batch(), H, 1) is None
    assert rows(file, "steps", "training_runs") == [(1,), (2,)]


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

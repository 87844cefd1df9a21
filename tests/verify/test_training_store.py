"""Training runs in the store: kept step by step, gone on with, read back, and refused when damaged."""

import io
import sqlite3
import zlib
from contextlib import closing
from dataclasses import fields

import numpy as np
import pytest
import torch
from training_store_runs import KERNEL_AT, STEPS, H, batch, change, cut_run, rows, same_bits

from numerics.training import train
from numerics.training.descent import History
from verify.reports.training import summary
from verify.store import RunSettings, Store, StoreError
from verify.store.training import LONG, TrainingStore, sink_for, use_training_store
from verify.store.versions import PACKAGES


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

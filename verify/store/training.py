"""Training runs in a store: records step by step, and the weights to go on from.

A run is known by a fingerprint of all that decides its numbers: the problems, step sizes, number of steps, where the
kernel is looked at, the software and the device. Each chunk of records is one row, committed together with the weights
that follow it, so that a run which was killed goes on from its last chunk to the same bits. Several processes may make
the same run at once; whoever is behind adds nothing.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import torch

from numerics.training.batch import Batch
from numerics.training.descent import Checkpoint, History
from verify.store.database import StoreError
from verify.store.encoding import Damaged, pack, pack_history, unpack, unpack_history
from verify.store.file import File
from verify.store.versions import installed_versions

LONG = 1000  # steps times samples of a run from which reading its last weights is quicker than making them again
STALE = timedelta(seconds=30)  # a run that was not written to for longer is not under way

_store: TrainingStore | None = None
_path: Path | None = None


@dataclass(frozen=True)
class TrainingRun:
    """A run in a store.

    Attributes:
        fingerprint: what it is asked for by.
        networks: how many were trained together.
        steps: K; records are of steps 0 ... K.
        recorded: how many of these K + 1 are there.
        started, written: when its first and its last records were kept, in UTC.
    """

    fingerprint: str
    networks: int
    steps: int
    recorded: int
    started: str
    written: str

    @property
    def finished(self) -> bool:
        return self.recorded == self.steps + 1


class TrainingStore(File):
    """The training runs of a store's file."""

    def sink(self, batch: Batch, h: torch.Tensor, steps: int, kernel_at: Sequence[int] = ()) -> StoredRun:
        """Where the run of these arguments of ``numerics.training.train`` is kept."""
        return StoredRun(self, _problem(batch, h, steps, kernel_at), batch.size, steps, batch.n * batch.N)

    def runs(self) -> list[TrainingRun]:
        """All runs, in the order in which they were begun."""
        return self._runs("1")

    def under_way(self) -> list[TrainingRun]:
        """The runs that some process is making at the moment."""
        return self._runs("next <= steps AND written >= ?", _now(datetime.now(UTC) - STALE))

    def _runs(self, which: str, *values: str) -> list[TrainingRun]:
        with self.failures():
            rows = self.database.execute(
                f"SELECT fingerprint, networks, steps, next, started, written FROM training_runs WHERE {which} "
                "ORDER BY id",
                values,
            ).fetchall()
        return [TrainingRun(*row) for row in rows]

    def history(self, fingerprint: str) -> History:
        """The records that are kept of a run.

        Raises:
            KeyError: there is no such run.
            StoreError: the records are damaged.
        """
        with self.reading():
            id, _, recorded = self._row(fingerprint)
            return self._records(fingerprint, id, recorded)

    def problem(self, fingerprint: str) -> dict[str, Any]:
        """What was trained, and how: the arguments that the fingerprint is made of.

        Raises:
            KeyError: there is no such run.
            StoreError: the row is damaged.
        """
        with self.reading():
            id, *_ = self._row(fingerprint)
            (data,) = self.database.execute("SELECT problem FROM training_runs WHERE id = ?", (id,)).fetchone()
        try:
            text = zlib.decompress(data)
        except (TypeError, zlib.error) as why:
            raise self._damaged(fingerprint, why) from why
        if _fingerprint(text) != fingerprint:
            raise self._damaged(fingerprint, "its description is that of another run")
        return json.loads(text)

    def _row(self, fingerprint: str) -> tuple[int, int, int]:
        """Its number, K, and the next step to record.

        Raises:
            KeyError: there is no such run.
        """
        row = self.database.execute(
            "SELECT id, steps, next FROM training_runs WHERE fingerprint = ?", (fingerprint,)
        ).fetchone()
        if row is None:
            raise KeyError(f"store {self.where} has no training run {fingerprint}")
        return row

    def _records(self, fingerprint: str, id: int, recorded: int) -> History:
        rows = self.database.execute(
            "SELECT first, records FROM training_records WHERE run = ? ORDER BY first", (id,)
        ).fetchall()
        parts, expected = [], 0
        for first, data in rows:
            if first != expected:
                raise self._damaged(fingerprint, f"a row begins with step {first}, not {expected}")
            try:
                parts.append(unpack_history(data))
            except Damaged as why:
                raise self._damaged(fingerprint, f"steps from {first}: {why}") from why
            expected += parts[-1].steps
        if expected != recorded:
            raise self._damaged(fingerprint, f"it has {expected} steps of {recorded}")
        return History.joined(parts)

    def _damaged(self, fingerprint: str, why: object) -> StoreError:
        return StoreError(
            f"store {self.where}: training run {fingerprint[:12]} is damaged ({why}); restore a copy of the file, or "
            "give another --store"
        )


class StoredRun:
    """One training run of a store: a ``numerics.training.descent.Sink``.

    Args:
        store: where it is kept.
        problem: all that decides its numbers, as JSON.
        networks, steps, samples: sizes of the run: B, K and n N.
    """

    def __init__(self, store: TrainingStore, problem: bytes, networks: int, steps: int, samples: int):
        self.store, self.networks, self.steps = store, networks, steps
        self.keeps_last_weights = steps * samples >= LONG
        self._problem, self.fingerprint = problem, _fingerprint(problem)

    def load(self) -> tuple[History | None, Checkpoint | None]:
        """What is kept of the run.

        Raises:
            StoreError: it cannot be read, or is damaged.
        """
        store = self.store
        with store.reading():
            try:
                id, _, step = store._row(self.fingerprint)
            except KeyError:
                return None, None
            records = store._records(self.fingerprint, id, step)
            kept = store.database.execute("SELECT step, weights FROM training_weights WHERE run = ?", (id,)).fetchone()
        if kept is None and step == self.steps + 1 and not self.keeps_last_weights:
            return records, Checkpoint(step, None)
        if kept is None or kept[0] != step:
            raise store._damaged(self.fingerprint, f"its weights at step {step} are missing")
        try:
            return records, Checkpoint(step, unpack(kept[1], {"W"})["W"])
        except Damaged as why:
            raise store._damaged(self.fingerprint, f"weights at step {step}: {why}") from why

    def append(self, records: History, checkpoint: Checkpoint) -> None:
        """Keep records and weights; what another process has kept of these steps already stays as it is.

        Raises:
            StoreError: they could not be written; what was kept before still is.
        """
        end = checkpoint.step
        first = end - records.steps
        wanted = end <= self.steps or self.keeps_last_weights
        weights = pack({"W": checkpoint.trained}) if wanted and checkpoint.trained is not None else None
        now = _now(datetime.now(UTC))
        with self.store.writing():
            database = self.store.database
            database.execute(
                "INSERT OR IGNORE INTO training_runs (fingerprint, problem, networks, steps, next, started, written) "
                "VALUES (?, ?, ?, ?, 0, ?, ?)",
                (self.fingerprint, zlib.compress(self._problem), self.networks, self.steps, now, now),
            )
            id, _, step = self.store._row(self.fingerprint)
            if step >= end:
                return
            if step < first:
                raise self.store._damaged(self.fingerprint, f"steps {step} to {first - 1} have been taken away")
            database.execute(
                "INSERT INTO training_records VALUES (?, ?, ?)", (id, step, pack_history(records.later(first, step)))
            )
            database.execute("UPDATE training_runs SET next = ?, written = ? WHERE id = ?", (end, now, id))
            if weights is None:
                database.execute("DELETE FROM training_weights WHERE run = ?", (id,))
            else:
                database.execute("INSERT OR REPLACE INTO training_weights VALUES (?, ?, ?)", (id, end, weights))


@contextmanager
def use_training_store(path: Path | None) -> Iterator[None]:
    """Within the block, :func:`sink_for` keeps training runs of this process in the store of this path, or nowhere.

    The file is opened when the first run asks for it.
    """
    global _store, _path
    before, _store, _path = (_store, _path), None, path
    try:
        yield
    finally:
        opened = _store
        _store, _path = before
        if opened is not None:
            opened.__exit__(None, None, None)


def sink_for(batch: Batch, h: torch.Tensor, steps: int, kernel_at: Sequence[int] = ()) -> StoredRun | None:
    """Where the run of these arguments of ``numerics.training.train`` is kept; None where runs are not kept.

    Raises:
        StoreError: the store cannot be opened.
    """
    global _store
    if _store is None:
        if _path is None:
            return None
        _store = TrainingStore(_path, check=False)
    return _store.sink(batch, h, steps, kernel_at)


def _problem(batch: Batch, h: torch.Tensor, steps: int, kernel_at: Sequence[int]) -> bytes:
    device = batch.trained.device
    record = {
        "setups": [asdict(setup) for setup in batch.setups],
        "h": [float(step).hex() for step in h],
        "steps": steps,
        "kernel_at": sorted(set(kernel_at)),
        "device": device.type if device.type == "cpu" else torch.cuda.get_device_name(device),
        "versions": dict(installed_versions()),
    }
    return json.dumps(record, sort_keys=True).encode()


def _fingerprint(problem: bytes) -> str:
    return hashlib.sha256(problem).hexdigest()


def _now(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")

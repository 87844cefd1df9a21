"""Runs in a store: begun, resumed, and filled shard by shard."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from theory.claims import Claim
from verify.language.errors import BadInput
from verify.shards import Findings
from verify.store.database import StoreError
from verify.store.file import File
from verify.store.rows import verdict_record
from verify.store.settings import RunSettings
from verify.store.statements import claim_of, claim_record
from verify.verdicts import Status, Verdict

T = TypeVar("T")
SHOWN_RUNS = 3
UNREADABLE = "unreadable"  # for a status, where the row of a verdict is damaged


@dataclass(frozen=True)
class Listed:
    """A run in the list of a store.

    Attributes:
        id, settings: of the run.
        started, finished: moments in UTC; ``finished`` is None for a run that is not.
        shards: how many are kept.
        statuses: of each claim that reached a verdict; ``unreadable`` where its row is damaged.
    """

    id: int
    settings: RunSettings
    started: str
    finished: str | None
    shards: int
    statuses: dict[str, str]


class Store(File):
    """All runs of a file; in memory for a run that nobody resumes."""

    def begin(self, settings: RunSettings) -> Run:
        """A new run."""
        with self.writing():
            cursor = self.database.execute(
                "INSERT INTO runs (fingerprint, settings, started) VALUES (?, ?, ?)",
                (settings.fingerprint, settings.to_json(), _now()),
            )
            id = cursor.lastrowid
        assert id is not None
        return Run(self, id, settings)

    def resume(self, settings: RunSettings) -> Run:
        """The latest run of the same settings: an unfinished one, else a finished one.

        Raises:
            BadInput: there is none; the message says which unfinished runs there are and how they differ.
        """
        with self.failures():
            row = self.database.execute(
                "SELECT id FROM runs WHERE fingerprint = ? ORDER BY finished IS NULL DESC, id DESC LIMIT 1",
                (settings.fingerprint,),
            ).fetchone()
        if row is None:
            raise BadInput(f"there is no run to resume in {self.path}: {self._unfinished(settings)}")
        return Run(self, row[0], settings)

    def list_runs(self) -> list[Listed]:
        """All runs, the oldest first.

        Raises:
            StoreError: the settings of a run cannot be read.
        """
        with self.reading():
            rows = self.database.execute(
                "SELECT id, settings, started, finished, (SELECT count(*) FROM shards WHERE run = runs.id) FROM runs "
                "ORDER BY id"
            ).fetchall()
            reached = self.database.execute("SELECT run, claim, verdict FROM verdicts").fetchall()
        statuses: dict[int, dict[str, str]] = {}
        for run, claim, text in reached:
            statuses.setdefault(run, {})[claim] = _status(text)
        return [
            Listed(
                id,
                _of_row(self.where, f"the settings of run {id}", text, RunSettings.from_json),
                started,
                finished,
                shards,
                statuses.get(id, {}),
            )
            for id, text, started, finished, shards in rows
        ]

    def run(self, id: int | None = None) -> Run:
        """The run of this number, by default the latest that has reached a verdict, else the latest.

        Raises:
            BadInput: there is none; the message says which there are.
            StoreError: its settings cannot be read.
        """
        with self.failures():
            ids = [one for (one,) in self.database.execute("SELECT id FROM runs ORDER BY id")]
            if not ids:
                raise BadInput(f"there is no run in {self.where}: start one with `scoreproof verify --store FILE`")
            if id is None:
                (judged,) = self.database.execute("SELECT max(run) FROM verdicts").fetchone()
                id = ids[-1] if judged is None else judged
            if id not in ids:
                raise BadInput(f"there is no run {id} in {self.where}; it has {_spans(ids)}")
            (text,) = self.database.execute("SELECT settings FROM runs WHERE id = ?", (id,)).fetchone()
        settings = _of_row(self.where, f"the settings of run {id}", text, RunSettings.from_json)
        return Run(self, id, settings)

    def _unfinished(self, wanted: RunSettings) -> str:
        with self.failures():
            rows = self.database.execute(
                "SELECT id, settings, (SELECT count(*) FROM shards WHERE run = runs.id) FROM runs "
                "WHERE finished IS NULL ORDER BY id DESC"
            ).fetchall()
        if not rows:
            return "it has no unfinished run; leave --resume out to start one"
        told = []
        for id, text, done in rows[:SHOWN_RUNS]:
            settings = RunSettings.from_json(text)
            how = ", ".join(settings.differences(wanted))
            told.append(f"run {id} ({done} of {settings.shards} shards done) differs: {how}")
        more = f"; and {len(rows) - SHOWN_RUNS} more" if len(rows) > SHOWN_RUNS else ""
        return f"{'; '.join(told)}{more}. Repeat its options, or leave --resume out to start a new run"


class Run:
    """One run of a store.

    Attributes:
        id: its number in the store.
        settings: of the run.
        kept: the shards that are in the store, as (claim id, number).
    """

    def __init__(self, store: Store, id: int, settings: RunSettings):
        self.store, self.id, self.settings = store, id, settings
        with store.failures():
            rows = store.database.execute("SELECT claim, shard FROM shards WHERE run = ?", (id,)).fetchall()
        self.kept: set[tuple[str, int]] = {(claim, shard) for claim, shard in rows}

    def add(self, claim_id: str, shard: int, findings: str) -> None:
        """Keep the findings of a shard, as JSON; what another process has kept already stays as it is.

        Raises:
            StoreError: it could not be written; what was kept before still is.
        """
        with self.store.writing():
            self.store.database.execute(
                "INSERT OR IGNORE INTO shards VALUES (?, ?, ?, ?, ?)", (self.id, claim_id, shard, findings, _now())
            )
        self.kept.add((claim_id, shard))

    def findings(self, claim_id: str) -> list[Findings]:
        """What is kept of a claim, in the order of the shards."""
        with self.store.failures():
            rows = self.store.database.execute(
                "SELECT findings FROM shards WHERE run = ? AND claim = ? ORDER BY shard", (self.id, claim_id)
            ).fetchall()
        return [Findings.from_json(text) for (text,) in rows]

    def verdict(self, claim: Claim) -> Verdict | None:
        """The verdict that was reached, if one was."""
        with self.store.failures():
            row = self.store.database.execute(
                "SELECT verdict FROM verdicts WHERE run = ? AND claim = ?", (self.id, claim.id)
            ).fetchone()
        if row is None:
            return None
        what = f"run {self.id}, {claim.id}"
        return _of_row(self.store.where, what, row[0], lambda text: Verdict.from_record(claim, verdict_record(text)))

    def reached(self) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """The record of each verdict that was reached, and why a row cannot be read, by the claim's id in its order."""
        with self.store.failures():
            rows = self.store.database.execute(
                "SELECT claim, verdict FROM verdicts WHERE run = ? ORDER BY claim", (self.id,)
            ).fetchall()
        records, damaged = {}, {}
        for id, text in rows:
            try:
                records[id] = verdict_record(text)
            except ValueError as why:
                damaged[id] = str(why)
        return records, damaged

    @property
    def moments(self) -> tuple[str, str | None]:
        """When it was started and finished, in UTC; the second is None for a run that is not finished."""
        with self.store.failures():
            query = "SELECT started, finished FROM runs WHERE id = ?"
            started, finished = self.store.database.execute(query, (self.id,)).fetchone()
        return started, finished

    def add_verdict(self, verdict: Verdict) -> None:
        """Keep a verdict with the statement that was tested, and mark the run finished with the last one.

        Raises:
            StoreError: it could not be written.
        """
        record = verdict.record() | {"claim": claim_record(verdict.claim)}
        text = json.dumps(record, allow_nan=False, separators=(",", ":"))
        with self.store.writing():
            database = self.store.database
            database.execute("INSERT OR IGNORE INTO verdicts VALUES (?, ?, ?)", (self.id, verdict.claim.id, text))
            (reached,) = database.execute("SELECT count(*) FROM verdicts WHERE run = ?", (self.id,)).fetchone()
            if reached == len(self.settings.claims):
                database.execute("UPDATE runs SET finished = ? WHERE id = ? AND finished IS NULL", (_now(), self.id))

    @property
    def progress(self) -> str:
        """How far it is, in words."""
        return f"{len(self.kept)} of {self.settings.shards} shards are kept in {self.store.path}"


def kept_claim(id: str, record: dict[str, Any]) -> Claim | None:
    """The claim as it was tested, from the record of its verdict; None where an older version has not kept it.

    Raises:
        ValueError: what was kept cannot be read.
    """
    return claim_of(id, record["claim"]) if "claim" in record else None


def _of_row(where: str, what: str, text: str, read: Callable[[str], T]) -> T:
    """A row of the file, read; raises StoreError where it is not as scoreproof writes it."""
    try:
        return read(text)
    except (ValueError, TypeError, KeyError, AttributeError) as why:
        raise StoreError(f"store {where}: {what} cannot be read ({why}); restore a copy, or run again") from None


def _status(text: str) -> str:
    try:
        return str(Status(verdict_record(text)["status"]))
    except ValueError:
        return UNREADABLE


def _spans(ids: list[int]) -> str:
    """``runs 1 to 7`` or ``run 3``; the ids have no gaps, as no run is ever deleted."""
    return f"run {ids[0]} alone" if len(ids) == 1 else f"runs {ids[0]} to {ids[-1]}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

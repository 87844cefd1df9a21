"""Runs in a store: begun, resumed, and filled shard by shard."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from theory.claims import Claim
from verify.language.errors import BadInput
from verify.shards import Findings
from verify.store.file import File
from verify.store.settings import RunSettings
from verify.verdicts import Verdict

SHOWN_RUNS = 3


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
        return None if row is None else Verdict.from_record(claim, json.loads(row[0]))

    def add_verdict(self, verdict: Verdict) -> None:
        """Keep a verdict, and mark the run finished with the last one.

        Raises:
            StoreError: it could not be written.
        """
        text = json.dumps(verdict.record(), allow_nan=False, separators=(",", ":"))
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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

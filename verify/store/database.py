"""Opening and writing the SQLite file of a store, and its failures in words.

The file is in WAL mode with ``synchronous = FULL``: a committed row survives the death of the process and of the
machine. A shard takes seconds to compute and a commit milliseconds, so the safe setting costs nothing.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = 2  # 1 had no training runs; opening a file of an older schema adds what it lacks
APPLICATION_ID = 0x73637072  # "scpr"
BUSY_SECONDS = 60.0

_TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, settings TEXT NOT NULL, started TEXT NOT NULL, finished TEXT
);
CREATE TABLE IF NOT EXISTS shards (
    run INTEGER NOT NULL REFERENCES runs, claim TEXT NOT NULL, shard INTEGER NOT NULL,
    findings TEXT NOT NULL, finished TEXT NOT NULL, PRIMARY KEY (run, claim, shard)
);
CREATE TABLE IF NOT EXISTS verdicts (
    run INTEGER NOT NULL REFERENCES runs, claim TEXT NOT NULL, verdict TEXT NOT NULL, PRIMARY KEY (run, claim)
);
CREATE TABLE IF NOT EXISTS training_runs (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, problem BLOB NOT NULL, networks INTEGER NOT NULL,
    steps INTEGER NOT NULL, next INTEGER NOT NULL, started TEXT NOT NULL, written TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS training_records (
    run INTEGER NOT NULL REFERENCES training_runs, first INTEGER NOT NULL, records BLOB NOT NULL,
    PRIMARY KEY (run, first)
);
CREATE TABLE IF NOT EXISTS training_weights (
    run INTEGER PRIMARY KEY REFERENCES training_runs, step INTEGER NOT NULL, weights BLOB NOT NULL
);
"""

# what happened and what helps, by the name of SQLite's error code or its beginning
_FAILURES = {
    "SQLITE_FULL": ("the disk is full", "free some space, or give --store a file on another disk"),
    "SQLITE_IOERR": (
        "the disk refuses to be read or written (full, beyond a limit on file sizes, or failing)",
        "free some space or raise the limit, or give --store a file on another disk",
    ),
    "SQLITE_READONLY": (
        "it may not be written",
        "allow writing to the file and to its folder, or give another --store",
    ),
    "SQLITE_PERM": ("it may not be opened", "allow reading and writing it, or give another --store"),
    "SQLITE_CANTOPEN": (
        "it cannot be opened or made",
        "check that its folder exists and may be written, or give another --store",
    ),
    "SQLITE_BUSY": (
        f"another process has held it for {BUSY_SECONDS:g} s",
        "wait until that one has ended, or give another --store",
    ),
    "SQLITE_NOTADB": ("it is no SQLite database", "give another --store, or move this file away"),
    "SQLITE_CORRUPT": (
        "its content is damaged",
        "move it away and start anew, or restore a copy; `sqlite3 FILE .recover` can save rows",
    ),
}


class StoreError(OSError):
    """The store cannot be opened, read or written; the message says why and what helps."""


@contextmanager
def failures_in_words(where: str) -> Iterator[None]:
    """Turn SQLite's errors in the block into a :class:`StoreError`."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorname", "")
        for name, (what, fix) in _FAILURES.items():
            if code.startswith(name):
                raise StoreError(f"store {where}: {what} ({error}); {fix}") from error
        raise StoreError(f"store {where}: {error}; give another --store, or report this") from error


def connect(path: Path | None, check: bool = True) -> sqlite3.Connection:
    """Open a store, or make one; ``None`` is one in memory. ``check`` reads the whole file for damage.

    Raises:
        StoreError: the file cannot be opened, is not a store, is damaged, is of a newer scoreproof, or may not be
            written.
    """
    where = "in memory" if path is None else str(path)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"store {where}: its folder cannot be made ({error.strerror}); give another --store"
            ) from None
    with failures_in_words(where):
        database = sqlite3.connect(":memory:" if path is None else path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        with failures_in_words(where):
            check_origin(database, where)
            if check:
                _look_for_damage(database, where)
            if path is not None:
                _switch_to_wal(database, where)
            database.execute("PRAGMA synchronous = FULL")
            with transaction(database):  # a file that may not be written is found here, before anything is computed
                for statement in _TABLES.split(";"):
                    database.execute(statement)
                database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                database.execute(f"PRAGMA user_version = {SCHEMA}")
    except BaseException:
        database.close()
        raise
    return database


def check_origin(database: sqlite3.Connection, where: str) -> bool:
    """Whether the database has tables; without any it may become a store.

    Raises:
        StoreError: it is of another program, or of a newer scoreproof.
        sqlite3.Error: it cannot be read.
    """
    # the tables first: they and the two numbers are committed together, perhaps by another process at this moment
    tables, made_by, schema = (
        database.execute(question).fetchone()[0]
        for question in ("SELECT count(*) FROM sqlite_master", "PRAGMA application_id", "PRAGMA user_version")
    )
    if tables and made_by != APPLICATION_ID:
        raise StoreError(f"store {where}: a database, but not one of scoreproof; give another --store")
    if schema > SCHEMA:
        raise StoreError(
            f"store {where}: written by a newer scoreproof (schema {schema}, this one knows {SCHEMA}); "
            "install that version, or give another --store"
        )
    return bool(tables)


def _look_for_damage(database: sqlite3.Connection, where: str) -> None:
    (damage,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if damage != "ok":
        what, fix = _FAILURES["SQLITE_CORRUPT"]
        raise StoreError(f"store {where}: {what} ({' '.join(damage.split())}); {fix}")


def _switch_to_wal(database: sqlite3.Connection, where: str) -> None:
    """WAL mode; SQLite does not itself wait where two processes make the same file at once."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(0.05)
    if mode != "wal":
        raise StoreError(
            f"store {where}: its file system has no shared memory for SQLite; give a --store on a local disk"
        )


@contextmanager
def transaction(database: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """All of the block is committed, or nothing."""
    database.execute(f"BEGIN {kind}")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another of the same name; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino

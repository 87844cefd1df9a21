"""Opening a store to read it: nothing is made, changed or left behind, whatever the file turns out to be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from verify.store.database import BUSY_SECONDS, StoreError, check_origin, failures_in_words

MAGIC = b"SQLite format 3\0"  # the first bytes of every SQLite file


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a store that is there, for reading alone.

    SQLite makes two files beside one in WAL mode even to read it, so a file that nobody has open is opened as one that
    does not change.

    Raises:
        StoreError: the file cannot be opened, is not a store, is damaged, or is of a newer scoreproof.
    """
    where = str(path)
    _require_magic(path, where)
    address, log = path.resolve().as_uri(), path.resolve().with_name(f"{path.resolve().name}-wal")
    with failures_in_words(where):
        if not log.exists():
            return _opened(f"{address}?mode=ro&immutable=1", where)
        try:
            return _opened(f"{address}?mode=ro", where)
        except sqlite3.OperationalError as why:
            if not getattr(why, "sqlite_errorname", "").startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
                raise
            if log.stat().st_size:
                raise StoreError(
                    f"store {where}: its last findings are in {log.name}, which can only be read where the folder may "
                    "be written; copy both files to a folder of yours, and give that --store"
                ) from None
            return _opened(f"{address}?mode=ro&immutable=1", where)


def _require_magic(path: Path, where: str) -> None:
    try:
        with path.open("rb") as file:
            first = file.read(len(MAGIC))
    except OSError as why:
        raise StoreError(f"store {where}: it cannot be opened ({why.strerror}); give another --store") from None
    if first != MAGIC:
        what = "it is no SQLite database" if first else "the file is empty"
        raise StoreError(f"store {where}: {what}; give the file that `scoreproof verify` has written")


def _opened(address: str, where: str) -> sqlite3.Connection:
    database = sqlite3.connect(address, timeout=BUSY_SECONDS, isolation_level=None, uri=True)
    try:
        if not check_origin(database, where):
            raise StoreError(f"store {where}: a database without tables; give the file of `scoreproof verify`")
    except BaseException:
        database.close()
        raise
    return database

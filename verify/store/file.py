"""An open SQLite file of a store, and writing to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from verify.store.database import StoreError, connect, failures_in_words, identity, transaction
from verify.store.reading import connect_to_read


class File:
    """A store's file; used as a context, which closes it.

    Args:
        path: the SQLite file, made if missing; None keeps everything in memory.
        check: whether the file is read through for damage first; a worker leaves that to the process that started it.
        reading: the file is only read: it must be there, and neither it nor its folder is changed.

    Raises:
        StoreError: it cannot be opened or written (see ``verify.store.database.connect``).
    """

    def __init__(self, path: Path | None = None, check: bool = True, *, reading: bool = False):
        self.path = None if path is None else Path(path)
        read_only = reading and self.path is not None
        self.database = connect_to_read(self.path) if read_only and self.path else connect(self.path, check)
        self._identity = None if self.path is None else identity(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self.failures():
            self.database.close()

    @property
    def where(self) -> str:
        """Its name in messages."""
        return "in memory" if self.path is None else str(self.path)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn SQLite's errors in the block into a :class:`StoreError`."""
        with failures_in_words(self.where):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction; once it is committed it is on the disk, in the file of this name.

        Raises:
            StoreError: it could not be written, and nothing of it was; or the file has been moved or deleted.
        """
        with self.failures(), transaction(self.database):
            yield
        if self.path is not None and identity(self.path) != self._identity:
            raise StoreError(
                f"store {self.path}: the file was moved, deleted or replaced while the run was going; put it back"
            )

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction that sees the file as it is at one moment, whoever writes."""
        with self.failures(), transaction(self.database, "DEFERRED"):
            yield

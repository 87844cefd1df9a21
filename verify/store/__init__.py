"""Every run in one SQLite file: what a run has found is kept from the moment it is found.

What is measured is kept too, so that this package is imported below the search as well as above it: the runs of a
search, which need the search, are loaded when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verify.store.database import StoreError
from verify.store.versions import installed_versions

if TYPE_CHECKING:
    from verify.store.runs import Run, Store
    from verify.store.settings import RunSettings

__all__ = ["Run", "RunSettings", "Store", "StoreError", "installed_versions"]


def __getattr__(name: str) -> Any:
    if name in ("Run", "Store"):
        from verify.store import runs

        return getattr(runs, name)
    if name == "RunSettings":
        from verify.store.settings import RunSettings

        return RunSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

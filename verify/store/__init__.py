"""Every run in one SQLite file: what a run has found is kept from the moment it is found."""

from verify.store.database import StoreError
from verify.store.runs import Run, Store
from verify.store.settings import RunSettings, installed_versions

__all__ = ["Run", "RunSettings", "Store", "StoreError", "installed_versions"]

"""One shard as a piece of work: what a worker is told, what it does, and what it gives back."""

from __future__ import annotations

import tempfile
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hypothesis.errors import HypothesisDeprecationWarning

from theory.claims import Claim, find
from verify.store.database import StoreError
from verify.store.versions import installed_versions
from verify.user_claims import load_claims

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class UserFile:
    """A user's file with claims: where it is, and its text for machines that do not have it."""

    path: str
    source: str

    @classmethod
    def read(cls, path: Path) -> UserFile:
        return cls(str(Path(path).resolve()), Path(path).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Order:
    """One shard to compute; all that a worker needs to know.

    Attributes:
        claim, shard, examples, seed: which shard of which run.
        file: the user's file that the claim is from; None for the catalogue.
        versions: that the worker must have.
        training: path of the store that training runs are kept in; None where they are not.
        device: on which networks are trained.
    """

    claim: str
    shard: int
    examples: int
    seed: int
    file: UserFile | None = None
    versions: tuple[tuple[str, str], ...] = ()
    training: str | None = None
    device: str = "cpu"


@dataclass(frozen=True)
class Trouble:
    """Why a shard has no findings."""

    reason: str


def perform(order: Order, claim: Claim | None = None) -> str | Trouble:
    """Compute a shard; the claim is looked up where it is not given.

    One shard at a time in a process, with one thread: neither hypothesis' source of constants nor the precision of
    ball arithmetic is a thread's own, and sums must not depend on how many threads share them.

    Raises:
        StoreError: a training run could not be kept or read back; what was kept before still is.
    """
    from numerics.training.device import NoDevice
    from verify.search import search_shard

    with _one_at_a_time:
        try:
            other = [f"{name} {here}, not {there}" for name, here, there in _differences(order.versions)]
            if other:
                return Trouble(f"this worker has {', '.join(other)}: install the versions that the run is started with")
            with _one_thread(), _others_may_draw(), _training(order):
                found = search_shard(claim or _claim(order), order.examples, order.seed, order.shard)
            return found.to_json()
        except StoreError:
            raise
        except NoDevice as why:
            return Trouble(str(why))
        except Exception:
            return Trouble(traceback.format_exc())


def _differences(versions: tuple[tuple[str, str], ...]) -> list[tuple[str, str, str]]:
    here = dict(installed_versions())
    return [(name, here.get(name, "none"), there) for name, there in versions if here.get(name) != there]


@contextmanager
def _one_thread() -> Iterator[None]:
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _training(order: Order) -> Iterator[None]:
    """Networks are trained on the order's device, and their runs kept in its store."""
    from numerics.training.device import use_device
    from verify.store.training import use_training_store
    from verify.training import forget

    store = None if order.training is None else Path(order.training)
    with use_device(order.device), use_training_store(store):
        forget()  # what was trained for another store is not in this one
        yield


@contextmanager
def _others_may_draw() -> Iterator[None]:
    """On a Dask worker the network's threads draw from ``random`` too, of which hypothesis would warn; no case does."""
    with warnings.catch_warnings():
        if threading.current_thread() is not threading.main_thread():
            warnings.simplefilter("ignore", HypothesisDeprecationWarning)
        yield


def _claim(order: Order) -> Claim:
    return find(order.claim) if order.file is None else claims_of(order.file)[order.claim]


@lru_cache(maxsize=16)
def claims_of(file: UserFile) -> dict[str, Claim]:
    """The claims of a user's file: of the file itself where this machine has it, else of a copy."""
    path = Path(file.path)
    with suppress(OSError):
        if path.read_text(encoding="utf-8") == file.source:
            return {claim.id: claim for claim in load_claims(path)}
    with tempfile.TemporaryDirectory(prefix="scoreproof-") as folder:
        copy = Path(folder) / path.name
        copy.write_text(file.source, encoding="utf-8")
        return {claim.id: claim for claim in load_claims(copy)}

"""The training runs under way, told while shards take long: read from the store, whichever process makes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress, TaskID

from verify.store import StoreError
from verify.store.training import TrainingRun, TrainingStore

LOOK_SECONDS = 2.0
TELL_SECONDS = 60.0  # where there is no terminal


@contextmanager
def follow_training(progress: Progress, task: TaskID, store: Path | None) -> Iterator[None]:
    """Within the block, name the training runs under way beside the bar of ``task``; elsewhere in a line a minute."""
    if store is None:
        yield
        return
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(progress, task, store, ended), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch(progress: Progress, task: TaskID, store: Path, ended: threading.Event) -> None:
    told, shown = time.monotonic(), False
    try:
        with TrainingStore(store, check=False) as kept:
            while not ended.wait(LOOK_SECONDS):
                runs = kept.under_way()
                if not progress.disable and (runs or shown):
                    shown = bool(runs)
                    progress.update(task, description=summary(runs) if runs else "shards")
                elif runs and time.monotonic() > told + TELL_SECONDS:
                    told = time.monotonic()
                    progress.console.print(summary(runs), markup=False)
    except StoreError:  # told by whoever writes
        return


def summary(runs: Sequence[TrainingRun]) -> str:
    """How far training runs are, in words."""
    done, steps = sum(run.recorded for run in runs), sum(run.steps + 1 for run in runs)
    return f"training {sum(run.networks for run in runs)} networks, step {done:,} of {steps:,}"

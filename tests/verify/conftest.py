"""Fixtures for runs: the command line in a process of its own, what a store holds, verdicts without their times.

The folder is put on the path, so that its tests import what they share from beside them.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
ROOT = Path(__file__).parents[2]
Rows = dict[tuple[int, str, int], tuple[str, str]]


@pytest.fixture(scope="session")
def preloaded() -> Iterator[Any]:
    """A process with everything loaded, which forks for each call."""
    from preloaded import Preloaded

    with Preloaded() as one:
        yield one


@pytest.fixture
def scoreproof(tmp_path: Path, preloaded: Any) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``scoreproof ...`` in a process of its own whose current folder is the test's own.

    With options for :func:`subprocess.run`, in one that starts from nothing.
    """

    def call(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
        words = list(map(str, arguments))
        if not options:
            return preloaded.call(words, tmp_path)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        return subprocess.run(
            [sys.executable, "-m", "verify", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            **options,
        )

    return call


@pytest.fixture
def shards_in() -> Callable[[Path], Rows]:
    """The finished shards of a store, by run, claim and number; the file must be sound."""

    def read(store: Path) -> Rows:
        with sqlite3.connect(store) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = database.execute("SELECT run, claim, shard, findings, finished FROM shards").fetchall()
        database.close()
        return {(run, claim, shard): (findings, finished) for run, claim, shard, findings, finished in rows}

    return read


@pytest.fixture
def timeless() -> Callable[[str], str]:
    """Verdicts as they were printed, byte for byte, without how long they took."""

    def strip(text: str) -> str:
        lines = text.splitlines()
        assert json.loads(text), "no verdicts"
        assert sum('"seconds":' in line for line in lines) == len(json.loads(text))
        return "\n".join(line for line in lines if '"seconds":' not in line)

    return strip

"""Reading runs no code, starts no program, reaches no network and writes no file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened while planted attacks were read, and then while unsafe acts were done."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), *sys.path])}
    command = [sys.executable, str(HERE / "audited.py"), str(tmp_path_factory.mktemp("audited"))]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_reading_does_nothing_else(audited: dict[str, Any]) -> None:
    assert audited["inputs"] > 80
    assert audited["reading"] == []
    assert audited["ran"] == []


def test_the_hook_sees_unsafe_acts(audited: dict[str, Any]) -> None:
    """Each, done while the hook listens, is noted; the pickled payload, once loaded, really runs its command."""
    assert set(audited["unsafe"]) == {"eval", "exec", "pickle", "system", "popen", "write", "import"}
    assert all(audited["unsafe"].values())
    assert audited["ran_at_last"]

"""Reading runs no code, starts no program, reaches no network and writes no file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def audited(folder: Path, *unsafe: str) -> dict[str, Any]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), *sys.path])}
    command = [sys.executable, str(HERE / "audited.py"), str(folder), *unsafe]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_reading_does_nothing_else(tmp_path: Path) -> None:
    found = audited(tmp_path)
    assert found["inputs"] > 80
    assert found["events"] == {"reading": []}
    assert not found["ran"]
    assert not list(tmp_path.rglob("ran"))


def test_the_hook_sees_unsafe_acts(tmp_path: Path) -> None:
    """Each, done while the hook listens, is noted; the pickled payload, once loaded, really runs its command."""
    found = audited(tmp_path, "unsafe")
    assert set(found["events"]) == {"eval", "exec", "pickle", "system", "popen", "write", "import"}
    assert all(found["events"].values())
    assert found["ran"]

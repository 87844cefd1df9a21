"""Processes of their own that start at once: one process loads everything, and forks for each call.

Starting Python with torch and the catalogue costs seconds, a fork of a process that has them a few milliseconds. The
child has a session, files for its output and a current folder of its own, as a new process would.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
SERVER = """
import importlib, json, os, pkgutil, sys
import numerics, theory, torch, verify
for package in (theory, numerics, verify):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if found.name.rpartition(".")[2] not in ("__main__", "pytest_plugin"):
            importlib.import_module(found.name)
import matplotlib.pyplot
from theory.claims import catalogue
from verify.cli import main

catalogue()
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.chdir(asked["folder"])
        os.environ.update(asked["environment"])
        for name, number in (("/dev/null", 0), (asked["out"], 1), (asked["err"], 2)):
            os.dup2(os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY), number)
        sys.stdin = open(0)
        sys.argv = [asked["program"] and "-c" or "scoreproof", *asked["words"]]
        code = 0
        try:
            if asked["program"]:
                exec(compile(asked["program"], "-c", "exec"), {"__name__": "__main__"})
            else:
                main(asked["words"])
        except SystemExit as stop:
            code = stop.code or 0
        except BaseException:
            import traceback
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Preloaded:
    """A process that has loaded the three packages, and answers calls one at a time."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.out, self.err = (Path(self.folder.name) / name for name in ("out", "err"))
        self.server = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "1"},
        )
        assert self._answer() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self.server.stdin is not None
        self.server.stdin.close()
        self.server.wait(30)
        self.folder.cleanup()

    def call(self, words: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """``scoreproof *words`` in ``folder``: its exit code, and what it printed."""
        self.start(words, folder, **environment)
        return self.finish()

    def run(self, program: str, words: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """``python -c program *words`` in ``folder``: its exit code, and what it printed."""
        self.start(words, folder, program, **environment)
        return self.finish()

    def start(self, words: list[str], folder: Path, program: str = "", **environment: str) -> int:
        """Start a call, which :meth:`finish` waits for; its process, to send signals to."""
        assert self.server.stdin is not None
        for file in (self.out, self.err):
            file.write_text("")
        asked: dict[str, Any] = {"program": program, "words": words, "folder": str(folder)}
        asked |= {"environment": environment, "out": str(self.out), "err": str(self.err)}
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        return int(self._answer())

    def finish(self) -> subprocess.CompletedProcess[str]:
        """The exit code of the call that was started, and what it printed."""
        code = int(self._answer())
        return subprocess.CompletedProcess([], code, self.out.read_text(), self.err.read_text())

    def _answer(self) -> str:
        assert self.server.stdout is not None
        line = self.server.stdout.readline()
        assert line, "the process that forks has ended"
        return line.strip()

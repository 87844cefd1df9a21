"""Reads planted attacks under an audit hook; prints what happened meanwhile that reading must not do.

A script of its own, because an audit hook cannot be removed. Its argument is the folder to work in. After reading it
does unsafe acts, to show that the hook sees them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hostile import answered

from verify.language import parse_expression, parse_grid, parse_relation, parse_target

COMMAND = "touch ran"
CALL = f"__import__('os').system('{COMMAND}')"
TEXTS = ["{}", "E_D <= {}", "E_D <= v[{}]", "E_D <= Sum(v[0], (k, 0, {}))", "vp(n={})", "{}(n=3)", "cloud(points=[{}])"]
NAMES = ["a$(touch ran)", "; touch ran ;", "`touch ran`", "|touch ran", "a & touch ran &", "--help", "../out", "%s%n"]
READ = [parse_relation, parse_expression, parse_grid, parse_target]
LEGAL_COMPILER = "<unknown>"  # ast.parse, which makes a tree and nothing to run


class Payload:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (COMMAND,)


def plant() -> list[str]:
    """Files with code where numbers belong, and their names."""
    payload = np.empty(2, dtype=object)
    payload[:] = Payload()
    array = io.BytesIO()
    np.save(array, payload, allow_pickle=True)
    archive = io.BytesIO()
    np.savez(archive, payload, allow_pickle=True)
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {CALL}, }}\n".encode()
    header = b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header
    arrays = [array.getvalue(), archive.getvalue(), pickle.dumps(Payload()), header]
    words = [
        CALL,
        f"=cmd|' /C {COMMAND}'!A0",
        f"sigma\n{CALL}\n",
        json.dumps({"sigmas": [CALL]}),
        f"[{CALL}]",
        "<?xml?>",
    ]
    words.append(json.dumps({"py/object": "os.system", "__reduce__": COMMAND}))
    files = {f"array{i}.npy": content for i, content in enumerate(arrays)}
    files |= {f"words{i}{suffix}": w.encode() for i, w in enumerate(words) for suffix in (".csv", ".txt", ".json")}
    files |= {f"{name.replace('/', '_')}.csv": b"3\n2\n1\n" for name in NAMES}
    for name, content in files.items():
        Path(name).write_bytes(content)
    Path("mine.py").write_text(f"import os\nos.system('{COMMAND}')\n")
    return [
        *files,
        *(f"{name}.csv" for name in NAMES),
        "mine.py",
        "mine.py.csv",
        "file://mine.py",
        "https://x.invalid/a.csv",
    ]


def watch(log: list[str]) -> None:
    """From now on, note events that run code, start programs, reach the network or write files."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "compile" and arguments[1] == LEGAL_COMPILER:
            return
        if event == "open":
            flags = arguments[2] if isinstance(arguments[2], int) else 0
            if not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC):
                return
        started = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "subprocess.", "pty.", "ctypes.")
        reached = ("socket.", "urllib.", "ftplib.", "http.", "webbrowser.")
        changed = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "shutil.")
        if event in ("exec", "compile", "open", "import", "pickle.find_class") or event.startswith(
            started + reached + changed
        ):
            log.append(f"{event} {str(arguments)[:200]}")

    sys.addaudithook(hook)


UNSAFE: dict[str, Callable[[], Any]] = {
    "eval": lambda: eval("1 + 1"),
    "exec": lambda: exec("x = 1"),
    "pickle": lambda: np.load("array0.npy", allow_pickle=True),
    "system": lambda: os.system("true"),
    "popen": lambda: subprocess.run(["true"], check=True),
    "write": lambda: Path("written").write_text(""),
    "import": lambda: __import__("antigravity_"),
}


def main(folder: str) -> None:
    os.chdir(folder)
    inputs = plant() + [place.format(attack) for place in TEXTS for attack in (CALL, "mine.py", *NAMES)]
    for warm in ("E_D <= d", "vp(n=3)", "gaussian()", "a$(touch ran).csv", "array3.npy", "words4.json", "nothing"):
        for read in READ:  # whatever these import or compile for themselves is done before the hook is set
            answered(read, warm)
    log: list[str] = []
    watch(log)
    seen: dict[str, list[str]] = {}
    for text in inputs:
        for read in READ:
            answered(read, text)
    reading, ran = list(log), [str(found) for found in Path().rglob("ran")]
    for name, act in UNSAFE.items():
        log.clear()
        with contextlib.suppress(Exception):
            act()
        seen[name] = list(log)
    told = {"inputs": len(inputs), "reading": reading, "ran": ran, "unsafe": seen, "ran_at_last": Path("ran").exists()}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])

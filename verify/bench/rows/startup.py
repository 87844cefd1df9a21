"""How long a command answers and an import waits, each in a new process."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from verify.bench.row import Accuracy, Case, Row, Setting

BARE = Path(__file__).with_name("startup_plainly.py")
HELP = "from verify.cli import main; main(['--help'])"  # what the console script does
COMMANDS = ("bench", "cite", "claims", "conjecture", "derive", "replay", "report", "schedule", "verify")
USE = "from theory import Claim, Form, karras; from theory.vocabulary import E_I, m2, v"


def output(*arguments: str) -> str:
    """What a new Python prints with these arguments. It may keep compiled modules, as pip does when it installs them.

    Raises:
        RuntimeError: it ends with another code than 0.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, env=kept)
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def unnamed(text: str) -> int:
    """How many commands a help text does not name at the beginning of a line of its tables."""
    first = {line.strip(" │|").split(" ")[0] for line in text.splitlines()}
    return len(set(COMMANDS) - first)


def answers(setting: Setting) -> Case:
    """``--help`` of both command lines."""

    def check(mine: str, theirs: str) -> list[Accuracy]:
        return [Accuracy(unnamed(mine), unnamed(theirs), "commands that the help does not name", 0)]

    return Case(partial(output, "-c", HELP), partial(output, str(BARE), "--help"), check)


def imports(mine: str, theirs: str, setting: Setting) -> Case:
    """Two lines of imports; ours then says whether torch was loaded."""
    ours = partial(output, "-c", f"{mine}; import sys; print(int('torch' in sys.modules))")

    def check(told: str, nothing: Any) -> list[Accuracy]:
        return [Accuracy(int(told), None, "whether torch is loaded", 0)]

    return Case(ours, partial(output, "-c", theirs), check)


ROWS = (
    Row(
        name="help",
        work="scoreproof --help, in a new process",
        against="a bare typer application of as many commands and options",
        wanted=1 / 1.5,
        make=answers,
        rounds=15,
    ),
    Row(
        name="import-theory",
        work="import theory, whose names are loaded when first used, in a new process",
        against="import sympy",
        wanted=1 / 1.3,
        make=partial(imports, "import theory", "import sympy"),
        rounds=15,
    ),
    Row(
        name="use-theory",
        work="import theory with a claim, a grid and quantities in use, in a new process",
        against="import sympy and numpy, which these need",
        wanted=1 / 1.3,
        make=partial(imports, USE, "import sympy, numpy"),
        rounds=15,
    ),
)

"""Whole suites as a user starts them: on two workers against one, and the paper's within three minutes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting

SEED = 1
WORKERS = 2
EFFICIENCY = 0.85
PAPER_SECONDS = 180.0
SMALL = ("--claim", "gauss.fisher", "--claim", "gauss.mmse", "--examples", "10")
COPIED = "gauss.ode"  # a claim of middling cost, which is copied to have many of one cost

Verdicts = list[dict[str, Any]]


def run(chosen: tuple[str, ...], workers: int) -> Verdicts:
    """The verdicts of ``scoreproof verify`` in a process and a store of its own, without the seconds they took.

    Args:
        chosen: which claims, and on how many cases, as the command's arguments.
        workers: of this machine.

    Raises:
        RuntimeError: the run was stopped, or has no verdict of some claim.
    """
    with tempfile.TemporaryDirectory(prefix="scoreproof-bench-") as folder:
        to = Path(folder) / "verdicts.json"
        words = ["verify", *chosen, "--seed", str(SEED), "--jobs", str(workers), "--json", str(to), "--quiet"]
        command = [sys.executable, "-m", "verify", *words, "--store", str(Path(folder) / "store.sqlite")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        return without_seconds(json.loads(to.read_text(encoding="utf-8")))


def without_seconds(verdicts: Verdicts) -> Verdicts:
    """Verdicts in the order of their ids; that in which they come, and how long they took, is left to chance."""
    return sorted(
        ({name: value for name, value in one.items() if name != "seconds"} for one in verdicts),
        key=lambda one: one["id"],
    )


def unexpected(verdicts: Verdicts) -> int:
    """How many verdicts are not as the catalogue expects them; one more where there is none at all."""
    return sum(not one["as_expected"] for one in verdicts) + (not verdicts)


def differing(mine: Verdicts, theirs: Verdicts) -> int:
    """How many claims have another verdict, another example or other numbers, or are missing on one side."""
    left, right = ({one["id"]: one for one in side} for side in (mine, theirs))
    return sum(left.get(id) != right.get(id) for id in left.keys() | right.keys())


def quick(setting: Setting) -> Case:
    """The quick suite on two workers and on one."""

    def check(mine: Verdicts, theirs: Verdicts) -> list[Accuracy]:
        return [
            Accuracy(unexpected(mine), unexpected(theirs), "verdicts that are not as expected", 0),
            Accuracy(differing(mine, theirs), None, "verdicts that the number of workers changes", 0),
        ]

    chosen = setting.pick(("--suite", "quick"), SMALL)
    return Case(partial(run, chosen, WORKERS), partial(run, chosen, 1), check)


def paper(setting: Setting) -> Case:
    """The paper's suite on two workers; there is nothing to compare it with but the time that a reader waits."""

    def check(mine: Verdicts, theirs: Any) -> list[Accuracy]:
        return [Accuracy(unexpected(mine), None, "verdicts that are not as expected", 0)]

    chosen = setting.pick(("--suite", "paper"), SMALL)
    return Case(partial(run, chosen, WORKERS), None, check)


def copies(count: int, examples: int, id: str = COPIED) -> Callable[[], list[str]]:
    """Run so many copies of one claim, each with a name and so with cases of its own, here; gives their statuses."""
    from theory.claims import find
    from verify.runner import run_claims
    from verify.verdicts import Verdict

    one = find(id)
    jobs = [(replace(one, id=f"{id}.copy{i}"), None) for i in range(count)]

    def work() -> list[str]:
        found = list(run_claims(jobs, examples, SEED))
        return [str(one.status) if isinstance(one, Verdict) else one.trace for one in found]

    return work


ROWS = (
    Row(
        name="quick-suite",
        work="quick suite with two workers, from the command to the last verdict",
        against="the same with one worker",
        wanted=WORKERS * EFFICIENCY,
        make=quick,
        rounds=3,
        scaling=(
            Scaling(
                against="claims",
                sizes=(2, 4, 8),
                make=lambda size, setting: copies(size, 20),
                wanted=1.0,
                why="claims share nothing but the store, and each has a budget of error of its own",
            ),
            Scaling(
                against="examples",
                sizes=(400, 800, 1600),
                make=lambda size, setting: copies(1, size),
                wanted=1.0,
                why="cases come in shards of at most 100, each searched for itself",
            ),
        ),
    ),
    Row(
        name="paper-suite",
        work="paper suite with two workers, from the command to the last verdict",
        against="three minutes, the wanted time itself: nothing else verifies these statements",
        wanted=1.0,
        make=paper,
        at_most=PAPER_SECONDS,
        rounds=3,
    ),
)

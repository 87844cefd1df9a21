"""Hunting the variants of many claims and the planted faults, on several processes; their number changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from theory.claims import Claim, Expected, find
from verify.executors import worker_pool
from verify.mutants.implementation import FAULTS, Noticed, notice
from verify.mutants.table import Fate, Summary, mutant_table, together, unexplained
from verify.work import UserFile, claims_of

T = TypeVar("T")
Jobs = Sequence[tuple[Claim, Path | None]]
FAULT_EXAMPLES = 20


@dataclass(frozen=True)
class MutantRun:
    """All that was found: a summary for each claim, and for each planted fault the claims that notice it."""

    summaries: tuple[Summary, ...]
    noticed: dict[str, list[Noticed]]

    @property
    def all_well(self) -> bool:
        """Nothing unexplained, and every fault noticed."""
        return not any(unexplained(self.summaries)) and all(self.noticed.values())

    @property
    def sentence(self) -> str:
        """The result in one line."""
        everything = together(self.summaries)
        seen = sum(bool(found) for found in self.noticed.values())
        return (
            f"{everything.count(Fate.KILLED)} of {len(everything.rows)} variants killed, {everything.true} true as "
            f"well, {everything.count(Fate.PART)} false of a part, {everything.count(Fate.SENSELESS)} no statements, "
            f"{everything.count(Fate.UNEXPLAINED)} unexplained: kill rate {100 * everything.kill_rate:.4g} %; "
            f"{seen} of {len(self.noticed)} planted faults noticed"
        )

    def of_claims(self) -> dict[str, dict[str, Any]]:
        """Counts for each claim, and the variants that are alive with the reason."""
        return {
            one.claim: one.as_json() | {"alive": [r.as_json() for r in one.rows if r.fate is not Fate.KILLED]}
            for one in self.summaries
        }

    def as_json(self) -> dict[str, Any]:
        """Everything, with a line for each variant."""
        return {
            "claims": [one.as_json() | {"rows": [row.as_json() for row in one.rows]} for one in self.summaries],
            "all": together(self.summaries).as_json(),
            "faults": [
                {
                    "fault": fault.name,
                    "words": fault.words,
                    "noticed_by": [{"claim": one.claim, "how": one.how} for one in self.noticed[fault.name]],
                }
                for fault in FAULTS
                if fault.name in self.noticed
            ],
        }


def run_mutants(
    jobs: Jobs, examples: int, seed: int, workers: int = 1, done: Callable[[str], None] = lambda what: None
) -> MutantRun:
    """Hunt the variants of every claim that is expected to be true, and plant every fault.

    Args:
        jobs: claims, each with the user's file it comes from (None for the catalogue).
        examples: drawn cases a claim, beside the fixed ones.
        seed: of the drawn cases.
        workers: processes.
        done: called with the name of each claim and fault that is finished.
    """
    summaries, noticed = [], {}
    for one in hunt_all(jobs, examples, seed, workers):
        summaries.append(one)
        done(one.claim)
    for name, found in notice_all(seed, workers):
        noticed[name] = found
        done(name)
    return MutantRun(tuple(sorted(summaries, key=lambda one: one.claim)), noticed)


def hunted_claims(jobs: Jobs) -> list[tuple[Claim, Path | None]]:
    """The claims that are said to be true; a claim expected false is itself a variant that must die."""
    return [(claim, file) for claim, file in jobs if claim.expected is not Expected.REFUTED and claim.design is None]


def size(jobs: Jobs) -> int:
    """How many times ``run_mutants`` says that something is done."""
    return len(hunted_claims(jobs)) + len(FAULTS)


def hunt_all(jobs: Jobs, examples: int, seed: int, workers: int = 1) -> Iterator[Summary]:
    """The fates of the variants of every claim that is expected to be true, as they come.

    Args:
        jobs: claims, each with the user's file it comes from (None for the catalogue).
        examples: drawn cases a claim, beside the fixed ones.
        seed: of the drawn cases.
        workers: processes.
    """
    true = hunted_claims(jobs)
    if workers == 1:  # a user's file may be read only once in a process
        yield from (mutant_table(claim, examples, seed) for claim, _ in true)
        return
    orders = [(claim.id, file and UserFile.read(file), examples, seed) for claim, file in true]
    yield from _in_processes(_hunt, orders, workers)


def notice_all(seed: int, workers: int = 1) -> Iterator[tuple[str, list[Noticed]]]:
    """Every planted fault with the claims that notice it, as they come."""
    yield from _in_processes(_notice, [(index, seed) for index in range(len(FAULTS))], workers)


def _in_processes(work: Callable[..., T], orders: Sequence[tuple[Any, ...]], workers: int) -> Iterator[T]:
    """Results as they come; in this process for one worker."""
    if workers == 1:
        yield from (work(*order) for order in orders)
        return
    with worker_pool(workers) as pool:  # whose workers leave Ctrl-C to this process, and end with it
        for done in as_completed([pool.submit(work, *order) for order in orders]):
            yield done.result()


def _hunt(id: str, file: UserFile | None, examples: int, seed: int) -> Summary:
    _one_thread()
    claim = find(id) if file is None else claims_of(file)[id]
    return mutant_table(claim, examples, seed)


def _notice(index: int, seed: int) -> tuple[str, list[Noticed]]:
    _one_thread()
    fault = FAULTS[index]
    return fault.name, notice(fault, FAULT_EXAMPLES, seed)


def _one_thread() -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch

    torch.set_num_threads(1)

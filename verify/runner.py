"""Running many claims, on several processes or machines, with the same verdicts whatever the number of workers.

Claims are cut into shards (``verify.shards``); the findings of a shard go into the store as soon as they are there
(``verify.store``), and a claim's verdict follows from the store once it has all shards of the claim. Processes of this
machine keep their training runs in the same store, step by step; on a cluster they stay with the workers.

:func:`run_events` tells all that happens, :func:`run_claims` the verdicts alone.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from theory.claims import Claim
from verify.calculator import OF_NETWORKS
from verify.conclude import conclude
from verify.error_rates import CLAIMS
from verify.events import (
    ClaimConcluded,
    ClaimFailed,
    Event,
    Failure,
    Interrupted,
    RunFinished,
    RunStarted,
    SearchFinished,
    ShardDone,
    VariantDone,
    VariantsHunted,
)
from verify.executors import RunError, in_processes, in_this_process, on_cluster
from verify.interrupts import stop_if_asked
from verify.language.errors import BadInput
from verify.mutants.run import MutantRun, hunt_all, notice_all, size
from verify.shards import shard_sizes
from verify.store import Run, RunSettings, Store, StoreError, installed_versions
from verify.suites import trains
from verify.verdicts import Verdict
from verify.work import Order, Trouble, UserFile

__all__ = ["Failure", "RunError", "run_claims", "run_events"]

Jobs = Sequence[tuple[Claim, Path | None]]


def run_events(
    jobs: Jobs,
    examples: int,
    seed: int,
    workers: int = 1,
    *,
    scheduler: str | None = None,
    resources: Mapping[str, float] | None = None,
    device: str = "cpu",
    run: Run | None = None,
    mutants: bool = False,
) -> Generator[Event]:
    """All that happens in a run (``verify.events``), as it happens.

    Ctrl-C, a store that cannot be written and a scheduler that is lost end it with :class:`Interrupted`; a
    KeyboardInterrupt that hits whoever consumes the events may be thrown in for the same.

    Args:
        jobs: claims, each with the user's file it comes from (None for the catalogue).
        examples: cases a claim.
        seed: of the whole run.
        workers: processes of this machine.
        scheduler: address of a Dask scheduler, whose workers are used instead.
        resources: what a Dask worker must offer to be given a shard, by default nothing.
        device: ``cuda`` trains networks on a GPU; on a cluster on workers that offer ``GPU=1``.
        run: where findings are kept, and which shards are there already; by default they are kept in memory.
        mutants: hunt false variants of the claims and plant faults, after the search, on processes of this machine.

    Raises:
        BadInput: too many claims for the error budget of a run, or the scheduler cannot be reached.
    """
    if len(jobs) > CLAIMS:
        raise BadInput(f"{len(jobs)} claims in one run; its error budget has places for {CLAIMS}: split it")
    kept = run if run is not None else Store().begin(RunSettings.of(jobs, examples, seed, device))
    began, reached = time.perf_counter(), 0
    try:
        yield RunStarted(
            claims=tuple(claim for claim, _ in jobs),
            files={claim.id: path for claim, path in jobs if path is not None},
            examples=examples,
            seed=seed,
            shards=kept.settings.shards,
            kept=len(kept.kept),
            store=kept.store.path,
            variants=size(jobs) if mutants else 0,
            device=device,
        )
        for event in _search(jobs, examples, seed, workers, scheduler, resources, device, kept):
            reached += isinstance(event, ClaimConcluded)
            yield event
        yield SearchFinished(time.perf_counter() - began)
        if mutants:
            yield from _hunt(jobs, examples, seed, workers)
        yield RunFinished(time.perf_counter() - began)
    except (KeyboardInterrupt, StoreError, RunError) as why:
        words = f"{reached} of {len(jobs)} verdicts are reached, {kept.progress}"
        yield Interrupted(why, words, time.perf_counter() - began)


def run_claims(
    jobs: Jobs,
    examples: int,
    seed: int,
    workers: int = 1,
    *,
    scheduler: str | None = None,
    resources: Mapping[str, float] | None = None,
    device: str = "cpu",
    run: Run | None = None,
    shard_done: Callable[[], None] = lambda: None,
) -> Generator[Verdict | Failure]:
    """Verdicts as they are reached; a search that raises gives a :class:`Failure` instead.

    Args:
        jobs, examples, seed, workers, scheduler, resources, device, run: as of :func:`run_events`.
        shard_done: called after each shard that was computed.

    Raises:
        BadInput: the scheduler cannot be reached.
        RunError: the scheduler was lost on the way.
        StoreError: findings could not be kept.
    """
    events = run_events(jobs, examples, seed, workers, scheduler=scheduler, resources=resources, device=device, run=run)
    with closing(events):
        for event in events:
            match event:
                case ClaimConcluded():
                    yield event.verdict
                case ClaimFailed():
                    yield event.failure
                case ShardDone():
                    shard_done()
                case Interrupted():
                    raise event.why


def _search(
    jobs: Jobs,
    examples: int,
    seed: int,
    workers: int,
    scheduler: str | None,
    resources: Mapping[str, float] | None,
    device: str,
    run: Run,
) -> Iterator[Event]:
    """What is kept first, then every shard that is missing."""
    claims = {claim.id: claim for claim, _ in jobs}
    missing: dict[str, set[int]] = {}
    for claim in claims.values():
        reached = run.verdict(claim)
        if reached is not None:
            yield ClaimConcluded(reached)
            continue
        missing[claim.id] = {s for s in range(len(shard_sizes(claim, examples))) if (claim.id, s) not in run.kept}
        if not missing[claim.id]:
            yield _conclude(claim, seed, run)
    kept_in = run.store.path if scheduler is None else None
    orders = [
        order for order in _orders(jobs, examples, seed, device, kept_in) if order.shard in missing.get(order.claim, ())
    ]
    if not orders:
        return
    if scheduler is not None:
        results = on_cluster(orders, scheduler, resources)
    elif workers == 1:
        results = in_this_process(orders, claims)
    else:
        results = in_processes(orders, min(workers, len(orders)))
    troubles: dict[str, list[str]] = {}
    for order, result in results:
        claim = claims[order.claim]
        if isinstance(result, Trouble):
            troubles.setdefault(claim.id, []).append(f"claim {claim.id}, shard {order.shard}: {result.reason}")
            yield ShardDone(claim, order.shard, result.reason)
        else:
            run.add(claim.id, order.shard, result)
            yield ShardDone(claim, order.shard)
        stop_if_asked()
        missing[claim.id].discard(order.shard)
        if not missing[claim.id]:
            if claim.id in troubles:
                yield ClaimFailed(Failure(claim, "\n".join(troubles[claim.id])))
            else:
                yield _conclude(claim, seed, run)


def _conclude(claim: Claim, seed: int, run: Run) -> ClaimConcluded | ClaimFailed:
    """The verdict; where none can be drawn, such as of a refuted claim that has a derivation, the failure."""
    findings = run.findings(claim.id)
    try:
        verdict = conclude(claim, findings, seed)
    except Exception:
        return ClaimFailed(Failure(claim, f"claim {claim.id}, its verdict: {traceback.format_exc()}"))
    run.add_verdict(verdict)
    return ClaimConcluded(verdict)


def _hunt(jobs: Jobs, examples: int, seed: int, workers: int) -> Iterator[Event]:
    summaries, noticed = [], {}
    for one in hunt_all(jobs, examples, seed, workers):
        summaries.append(one)
        yield VariantDone(one.claim)
        stop_if_asked()
    for name, found in notice_all(seed, workers):
        noticed[name] = found
        yield VariantDone(name)
        stop_if_asked()
    yield VariantsHunted(MutantRun(tuple(sorted(summaries, key=lambda one: one.claim)), noticed))


def _orders(jobs: Jobs, examples: int, seed: int, device: str, store: Path | None) -> list[Order]:
    """Every shard of every claim, the slowest claims first, so that no worker is left alone with one of them."""
    files = {path: UserFile.read(path) for _, path in jobs if path is not None}
    return [
        Order(
            claim.id,
            shard,
            examples,
            seed,
            files[path] if path is not None else None,
            installed_versions(),
            training=None if store is None else str(store.resolve()),
            device=device if trains(claim) else "cpu",
        )
        for claim, path in sorted(jobs, key=lambda job: not _slow(job[0]))
        for shard in range(len(shard_sizes(claim, examples)))
    ]


def _slow(claim: Claim) -> bool:
    return claim.design is not None or not claim.names.isdisjoint({"KL", "KL_path"} | OF_NETWORKS)

"""Running many claims, on several processes or machines, with the same verdicts whatever the number of workers.

Claims are cut into shards (``verify.shards``); the findings of a shard go into the store as soon as they are there
(``verify.store``), and a claim's verdict follows from the store once it has all shards of the claim. Processes of this
machine keep their training runs in the same store, step by step; on a cluster they stay with the workers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from theory.claims import Claim
from verify.calculator import OF_NETWORKS
from verify.conclude import conclude
from verify.error_rates import CLAIMS
from verify.executors import RunError, in_processes, in_this_process, on_cluster
from verify.interrupts import stop_if_asked
from verify.language.errors import BadInput
from verify.shards import shard_sizes
from verify.store import Run, RunSettings, Store, installed_versions
from verify.suites import trains
from verify.verdicts import Verdict
from verify.work import Order, Trouble, UserFile

__all__ = ["Failure", "RunError", "run_claims"]

Jobs = Sequence[tuple[Claim, Path | None]]


@dataclass(frozen=True)
class Failure:
    """A claim whose search broke down: no verdict, and no reason to lose the others."""

    claim: Claim
    trace: str


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
        jobs: claims, each with the user's file it comes from (None for the catalogue).
        examples: cases a claim.
        seed: of the whole run.
        workers: processes of this machine.
        scheduler: address of a Dask scheduler, whose workers are used instead.
        resources: what a Dask worker must offer to be given a shard, by default nothing.
        device: ``cuda`` trains networks on a GPU; on a cluster on workers that offer ``GPU=1``.
        run: where findings are kept, and which shards are there already; by default they are kept in memory.
        shard_done: called after each shard that was computed.

    Raises:
        BadInput: the scheduler cannot be reached.
        RunError: the scheduler was lost on the way.
        StoreError: findings could not be kept.
    """
    if len(jobs) > CLAIMS:
        raise BadInput(f"{len(jobs)} claims in one run; its error budget has places for {CLAIMS}: split it")
    if run is None:
        run = Store().begin(RunSettings.of(jobs, examples, seed, device))
    claims = {claim.id: claim for claim, _ in jobs}
    missing: dict[str, set[int]] = {}
    for claim in claims.values():
        reached = run.verdict(claim)
        if reached is not None:
            yield reached
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
        if isinstance(result, Trouble):
            troubles.setdefault(order.claim, []).append(f"claim {order.claim}, shard {order.shard}: {result.reason}")
        else:
            run.add(order.claim, order.shard, result)
        shard_done()
        stop_if_asked()
        missing[order.claim].discard(order.shard)
        if not missing[order.claim]:
            claim = claims[order.claim]
            if claim.id in troubles:
                yield Failure(claim, "\n".join(troubles[claim.id]))
            else:
                yield _conclude(claim, seed, run)


def _conclude(claim: Claim, seed: int, run: Run) -> Verdict:
    verdict = conclude(claim, run.findings(claim.id), seed)
    run.add_verdict(verdict)
    return verdict


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

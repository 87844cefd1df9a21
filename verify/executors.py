"""Where shards are computed: in this process, in several, or on a Dask cluster. All give the same findings.

Each executor takes orders and yields them again, in whichever order they end, with the findings as JSON or with the
:class:`verify.work.Trouble` that kept the shard from ending.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection

from theory.claims import Claim
from verify.forkserver import worker_context
from verify.language.errors import BadInput
from verify.work import Order, Trouble, perform

CONNECT_SECONDS = 10
DIED = "its process died twice, the second time alone: it was killed, ran out of memory, or crashed"


class RunError(RuntimeError):
    """A run that ended without a verdict for each claim."""


def in_this_process(orders: Iterable[Order], claims: Mapping[str, Claim]) -> Iterator[tuple[Order, str | Trouble]]:
    """One shard after the other."""
    for order in orders:
        yield order, perform(order, claims[order.claim])


def in_processes(orders: Iterable[Order], workers: int) -> Iterator[tuple[Order, str | Trouble]]:
    """On several processes of this machine.

    Where a process dies, the shards that were being computed are tried once more, each alone in a new process, so that
    only a shard that ends its process again is given up.
    """
    fresh, suspects = deque(orders), deque[Order]()
    while fresh or suspects:
        alone = bool(suspects)
        waiting, crew = (suspects, 1) if alone else (fresh, workers)
        with worker_pool(crew) as pool:
            running: dict[Future[str | Trouble], Order] = {}
            broken = False
            while running or (waiting and not broken):
                while waiting and not broken and len(running) < crew:
                    try:
                        running[pool.submit(perform, waiting[0])] = waiting[0]
                        waiting.popleft()
                    except BrokenProcessPool:
                        broken = True
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    order = running.pop(future)
                    try:
                        result = future.result()
                    except BrokenProcessPool:
                        broken = True
                        if alone:
                            yield order, Trouble(DIED)
                        else:
                            suspects.append(order)
                    else:
                        yield order, result


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, which end at once when the block is left by an error or by Ctrl-C."""
    context = worker_context()
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end when the parent has died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def on_cluster(
    orders: Iterable[Order], address: str, resources: Mapping[str, float] | None = None
) -> Iterator[tuple[Order, str | Trouble]]:
    """On the workers of a Dask scheduler, which gives the shards of a worker that died to others.

    A shard that trains on a GPU goes to a worker that offers one: ``--resources GPU=1``.

    Args:
        orders: the shards.
        address: of the scheduler, ``tcp://HOST:PORT``.
        resources: what a worker must offer to be given a shard, such as ``{"GPU": 1}`` for workers that were started
            with ``--resources GPU=1``; by default nothing.

    Raises:
        BadInput: Dask is missing, or no scheduler answers.
        RunError: the scheduler was lost on the way.
    """
    try:
        from distributed import Client, as_completed
        from distributed.comm import connect
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise BadInput("--scheduler needs Dask, which is not installed: pip install 'scoreproof[cluster]'") from None

    async def knock() -> None:
        await (await connect(address, timeout=CONNECT_SECONDS)).close()

    try:
        with ThreadPoolExecutor(1) as other:  # a client that cannot connect takes half a minute more to give up
            other.submit(asyncio.run, knock()).result()
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as why:  # TimeoutError is an OSError
        raise BadInput(
            f"no Dask scheduler answers at {address} ({why or type(why).__name__}); start one with `dask scheduler`, "
            "and give the address that it prints, such as tcp://localhost:8786"
        ) from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost scheduler is told below, in words
    with client:
        asked = {
            client.submit(perform, order, pure=False, resources=_needs(order, resources) or None): order
            for order in orders
        }
        for future in as_completed(list(asked), loop=client.loop):
            order = asked.pop(future)
            if future.cancelled() or future.status == "lost":
                raise RunError(f"the Dask scheduler at {address} was lost")
            try:
                yield order, future.result()
            except KilledWorker as why:
                yield order, Trouble(f"every worker that was given it died: {why}")
            except ImportError as why:
                yield order, Trouble(f"a worker cannot import scoreproof ({why}): install it there, the same version")
            future.release()


def _needs(order: Order, resources: Mapping[str, float] | None) -> dict[str, float]:
    return {**(resources or {}), **({"GPU": 1} if order.device == "cuda" else {})}

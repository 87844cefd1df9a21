"""The process that worker processes of this machine are made from: it loads what they need once, for all of them."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from multiprocessing.context import BaseContext

FORKSERVER = "forkserver"
NEEDED = ["verify.search", "verify.forkserver_claims"]  # imported in this order


def worker_context() -> BaseContext:
    """How worker processes are made here: forked from the server where there is one, else each from nothing."""
    if FORKSERVER not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context(FORKSERVER)
    context.set_forkserver_preload(NEEDED)
    return context


def start_early() -> None:
    """Let the server load its modules from now on, while this process loads its own; does not wait for it.

    Of a server that runs already, and where there is none, nothing happens.
    """
    if worker_context().get_start_method() != FORKSERVER:
        return
    from multiprocessing.forkserver import ensure_running

    if threading.current_thread() is not threading.main_thread():
        ensure_running()
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited: Ctrl-C is for this process alone
    try:
        ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)

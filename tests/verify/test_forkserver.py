"""The process that workers are forked from: started early, deaf to Ctrl-C, with all that workers need."""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import forkserver

import pytest

from theory.claims import catalogue
from verify import forkserver as ours


@pytest.fixture
def no_server():
    """Without a server from before, and without one afterwards."""
    server = forkserver._forkserver
    server._stop()
    yield server
    server._stop()


CHEAP = "verify.bench.row"  # instead of what takes seconds


def loaded() -> bool:
    """What is there in a worker before it is given anything."""
    import sys

    return CHEAP in sys.modules


def test_what_workers_need_can_be_imported() -> None:
    for module in ours.NEEDED:
        import_module(module)
    assert catalogue.cache_info().currsize == 1


@pytest.mark.skipif(ours.worker_context().get_start_method() != ours.FORKSERVER, reason="no forkserver here")
def test_the_server_is_there_before_the_pool_and_hands_on_what_it_loaded(no_server, monkeypatch) -> None:
    monkeypatch.setattr(ours, "NEEDED", [CHEAP])
    before = signal.getsignal(signal.SIGINT)
    ours.start_early()
    assert signal.getsignal(signal.SIGINT) is before
    pid = no_server._forkserver_pid
    assert pid is not None
    with open(f"/proc/{pid}/status") as file:
        ignored = next(int(line.split()[1], 16) for line in file if line.startswith("SigIgn"))
    assert ignored >> (signal.SIGINT - 1) & 1, "Ctrl-C is for the parent alone"
    ours.start_early()
    assert no_server._forkserver_pid == pid
    with ProcessPoolExecutor(1, mp_context=ours.worker_context()) as pool:
        assert pool.submit(loaded).result()
    assert no_server._forkserver_pid == pid

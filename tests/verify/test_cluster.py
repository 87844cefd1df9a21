"""A real Dask scheduler with two workers in processes of their own: one is killed, and the verdicts are the same."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from distributed import Client

from verify.cli import main

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
WORK = shlex.split("verify mine.py --claim gauss.mmse --claim info.tweedie --examples 210 --seed 7 --json -")
MINE = """
from sympy import Le
from numerics.enclosures import Enclosure
from theory.claims import Cases, Claim, Expected
from theory.vocabulary import E_I, m2, v
from verify.measurements import new_quantity

steps2 = new_quantity("steps2", lambda case: Enclosure.of(float(case.N**2)), "steps, squared")
mine = Claim("mine.false", "false", Le(E_I, steps2 * m2 / (4 * v[0])), "me", cases=Cases(samplers=("score",)),
             expected=Expected.REFUTED)
"""


def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def cluster(tmp_path_factory):
    """``start(*options)`` starts a worker (in a folder of its own, without the user's file); the address."""
    folder = tmp_path_factory.mktemp("cluster")
    address = f"tcp://127.0.0.1:{port()}"
    with ExitStack() as stack:

        def start(kind, *words):
            log = stack.enter_context(open(folder / f"{kind}.log", "w"))
            command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
            process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log)
            stack.callback(process.wait, 30)
            stack.callback(process.kill)
            return process

        def worker(name, *options):
            return start(name, "worker", address, "--nthreads", "1", "--no-nanny", "--name", name, *options)

        start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1])
        yield address, worker


@pytest.mark.long
def test_a_killed_worker_costs_its_shard_only(tmp_path, scoreproof, shards_in, timeless, cluster):
    (tmp_path / "mine.py").write_text(MINE)
    address, worker = cluster
    doomed = worker("doomed", "--resources", "GPU=1")
    store = tmp_path / "runs" / "scoreproof.sqlite"
    command = [sys.executable, "-m", "verify", *WORK, "--scheduler", address]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 120
    while time.monotonic() < until and not (store.exists() and len(_rows(shards_in, store)) >= 2):
        time.sleep(0.2)
    worker("heir")
    doomed.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    rows = shards_in(store)
    assert len(rows) == 9
    alone = scoreproof(*WORK, "--store", "alone.sqlite")
    assert timeless(out) == timeless(alone.stdout)


def _rows(shards_in, store):
    try:
        return shards_in(store)
    except Exception:  # being made
        return {}


RESOURCES = """
import sys
from theory.claims import find
from verify.runner import run_claims
from verify.store import RunSettings, Store

jobs = [(find("gauss.mmse"), None)]
run = Store().begin(RunSettings.of(jobs, 20, 0))
for verdict in run_claims(jobs, 20, 0, scheduler=sys.argv[1], resources={"GPU": 1}, run=run):
    print(verdict.status)
"""


def states(address):
    """The state of every task that the scheduler knows."""
    with Client(address, set_as_default=False) as client:
        return client.run_on_scheduler(lambda dask_scheduler: [task.state for task in dask_scheduler.tasks.values()])


@pytest.mark.long
def test_shards_that_need_a_gpu_wait_for_a_worker_that_offers_one(cluster):
    address, worker = cluster
    worker("plain")
    command = [sys.executable, "-c", RESOURCES, address]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=120)
    until = time.monotonic() + 120
    while time.monotonic() < until and not states(address):
        time.sleep(0.2)
    for _ in range(5):
        assert states(address) == ["no-worker"]
        time.sleep(0.2)
    worker("gpu", "--resources", "GPU=1")
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert out == "supported\n"


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:{free}",
        pytest.param("localhost", marks=pytest.mark.long),
        pytest.param("tcp://no.such.host.invalid:8786", marks=pytest.mark.long),
    ],
)
def test_a_scheduler_that_does_not_answer(scoreproof, address):
    refused = scoreproof("verify", "--claim", "gauss.mmse", "--scheduler", address.format(free=port()))
    assert refused.returncode == 2
    assert "no Dask scheduler answers" in refused.stderr
    assert "dask scheduler" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.long
def test_a_scheduler_that_is_lost(tmp_path, shards_in, cluster):
    address, worker = cluster
    worker("one")
    store = tmp_path / "runs" / "scoreproof.sqlite"
    (tmp_path / "mine.py").write_text(MINE)
    command = [sys.executable, "-m", "verify", *WORK, "--scheduler", address]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 120
    while time.monotonic() < until and not (store.exists() and _rows(shards_in, store)):
        time.sleep(0.2)
    number = address.rsplit(":", 1)[1]
    (scheduler,) = [p for p in psutil.Process().children() if {"scheduler", number} <= set(p.cmdline())]
    scheduler.kill()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "was lost" in err
    assert re.search(r"\d of 9 shards are kept", err)
    assert err.strip().endswith("--resume")
    assert "Traceback" not in err


def test_without_dask_the_message_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = f"verify --claim gauss.mmse --scheduler tcp://localhost:1 --store {tmp_path / 's.sqlite'}"
    with pytest.raises(SystemExit) as stop:
        main(shlex.split(words))
    assert stop.value.code == 2
    assert "pip install 'scoreproof[cluster]'" in capsys.readouterr().err

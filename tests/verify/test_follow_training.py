"""What a run tells of the training under way, on a terminal and elsewhere."""

import io
import time

import pytest
import torch
from rich.console import Console
from rich.progress import Progress

from numerics.training import Batch, Setup, train
from verify.reports import training as reports
from verify.reports.training import follow_training
from verify.store.training import TrainingStore

BATCH = Batch.of([Setup(((0.3, -1.0),), (2.0, 0.5), (1.0, 2.0), 8, 1, seed=seed) for seed in range(3)])
H = torch.full((3,), 0.01, dtype=torch.float64)
STEPS = 9


class Cut(Exception):
    pass


@pytest.fixture
def halfway(tmp_path, monkeypatch):
    """A store with a run of three networks that stands at step 4 of 10; the watcher looks often."""
    monkeypatch.setattr(reports, "LOOK_SECONDS", 0.01)
    with TrainingStore(tmp_path / "s.sqlite") as store:
        sink = store.sink(BATCH, H, STEPS)
        keep = sink.append

        def once(*part):
            if store.runs():
                raise Cut
            keep(*part)

        sink.append = once
        with pytest.raises(Cut):
            train(BATCH, H, STEPS, sink=sink, chunk=4)
        yield store


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "nothing was told"
        time.sleep(0.01)


def test_a_terminal_names_the_runs_under_way_and_then_no_more(halfway):
    console = Console(file=io.StringIO(), force_terminal=True)
    with Progress(console=console) as progress:
        task = progress.add_task("shards")
        with follow_training(progress, task, halfway.path):
            until(lambda: progress.tasks[0].description == "training 3 networks, step 4 of 10")
            train(BATCH, H, STEPS, sink=halfway.sink(BATCH, H, STEPS))
            until(lambda: progress.tasks[0].description == "shards")


def test_elsewhere_it_is_a_line_now_and_then(halfway, monkeypatch):
    monkeypatch.setattr(reports, "TELL_SECONDS", 0.0)
    out = io.StringIO()
    with Progress(console=Console(file=out), disable=True) as progress:
        task = progress.add_task("shards")
        with follow_training(progress, task, halfway.path):
            until(lambda: "training 3 networks, step 4 of 10\n" in out.getvalue())
        said = out.getvalue()
        time.sleep(0.1)
        assert out.getvalue() == said, "it ends with the block"
        assert progress.tasks[0].description == "shards"


def test_a_run_that_nobody_makes_any_more_is_not_told(halfway):
    halfway.database.execute("UPDATE training_runs SET written = '2020-01-01T00:00:00+00:00'")
    console = Console(file=io.StringIO(), force_terminal=True)
    with Progress(console=console) as progress:
        task = progress.add_task("shards")
        with follow_training(progress, task, halfway.path):
            time.sleep(0.2)
            assert progress.tasks[0].description == "shards"


def test_what_the_store_refuses_is_not_the_watchers_to_tell(tmp_path):
    (tmp_path / "notes.txt").write_text("no database " * 100)
    out = io.StringIO()
    with Progress(console=Console(file=out), disable=True) as progress:
        task = progress.add_task("shards")
        for store in (tmp_path / "notes.txt", None):
            with follow_training(progress, task, store):
                time.sleep(0.05)
    assert out.getvalue() == ""

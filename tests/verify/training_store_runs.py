"""Two small networks whose runs the store keeps, and how to look into its file."""

import os
import sqlite3
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
import torch

from numerics.training import Batch, Setup, train
from numerics.training.descent import History

ROOT = Path(__file__).parents[2]
H = torch.tensor([0.01, 0.03], dtype=torch.float64)
STEPS, KERNEL_AT = 9, (0, 4)


def batch(seed=0, m=8):
    """Two networks on two points at two noise levels."""
    return Batch.of([Setup(((0.3, -1.0), (1.0, 2.0)), (2.0, 0.5), (1.0, 2.0), m, 2, seed=seed + i) for i in range(2)])


def same_bits(one, other):
    pairs = [(getattr(one, field.name).numpy(), getattr(other, field.name).numpy()) for field in fields(History)]
    return all(a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


def rows(file, what="*", table="training_records"):
    with closing(sqlite3.connect(file)) as database:
        return database.execute(f"SELECT {what} FROM {table}").fetchall()


def change(file, statement, *values):
    with closing(sqlite3.connect(file)) as database, database:
        assert database.execute(statement, values).rowcount == 1


class Cut(Exception):
    pass


def cut_run(store, chunks, steps=STEPS, **options):
    """A run that ends after some chunks are kept."""
    sink = store.sink(batch(), H, steps, KERNEL_AT)
    keep, sink.append = sink.append, lambda *part: keep(*part) if len(rows(store.path)) < chunks else cut()

    def cut():
        raise Cut

    with pytest.raises(Cut):
        train(batch(), H, steps, kernel_at=KERNEL_AT, sink=sink, **options)
    return sink


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

"""The rows of training: both sides take the same steps, and the operations counted are those that torch counts."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from verify.bench.row import Setting
from verify.bench.rows import training as row
from verify.bench.rows.training_plainly import train_apart

SMALL = Setting("small")


@pytest.mark.parametrize("one", row.ROWS, ids=lambda one: one.name)
def test_both_sides_make_the_same_descent(one):
    case = one.make(SMALL)
    mine, theirs = case.ours(), case.other()
    assert len(theirs) == 4
    exact, apart = case.check(mine, theirs)
    assert exact.other is not None
    assert max(exact.ours, exact.other, apart.ours) < 1e-13 < exact.wanted
    assert (mine[:, -1] < 0.9 * mine[:, 0]).all(), "the networks learn, or nothing was compared"


@pytest.mark.parametrize("wrong", [1 + 1e-8, 0.5])
def test_another_step_size_is_seen(wrong):
    problem = replace(row.SMALL_NETWORKS, networks=4, m=8, steps=30)
    case = row.make(problem, problem, 4, (2, 30), SMALL)
    batch = problem.batch("cpu")
    h = row.step_sizes(batch)
    exact, apart = case.check(case.ours(), train_apart(batch, wrong * h, 30, 4))
    assert exact.ours < exact.wanted < exact.other
    assert apart.ours > apart.wanted


def test_the_reference_is_descent_on_one_unit():
    """w <- w - h (w - 1) for S = w relu(X_2) with noise -1 at level 1, from w = 2."""
    from numerics.training import Batch, Given, Setup

    given = Given(((0.0,),), ((-1.0,),), (((0.0, 1.0),), ((2.0,),), ((1.0,),)))
    batch = Batch.of([Setup(((0.0,),), (1.0,), (1.0,), m=1, layers=1, given=given)])
    found = row.precisely(batch, torch.tensor([0.25]), 5)
    np.testing.assert_allclose(found[0].astype(float), 0.75 ** (2 * np.arange(6)) / 2, rtol=1e-15)


@pytest.mark.parametrize("layers", [1, 3])
def test_operations_are_those_that_torch_counts_in_the_loops(layers):
    """The loops make the first layer, which is frozen, anew at every step."""
    problem = row.Problem(networks=1, n=3, N=2, d=2, m=5, layers=layers, steps=4)
    batch = problem.batch("cpu")
    h = row.step_sizes(batch)
    with FlopCounterMode(display=False) as counted:
        train_apart(batch, h, problem.steps, 1)
    first = 2 * 6 * 5 * 3
    assert counted.get_total_flops() == problem.flops() + problem.steps * first


FRESH = """
from dataclasses import replace
from verify.bench.limits import Machine
from verify.bench.row import Setting
from verify.bench.rows import training as row
from verify.bench.scaling import peak_bytes

problem = replace(row.WIDE_NETWORKS, networks=1, m=256)
row.scaled(problem, "steps")(2, Setting())()
print(peak_bytes(row.scaled(problem, "steps")(400, Setting()), Machine()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory can be read on Linux alone")
def test_memory_does_not_grow_with_the_steps():
    """In a new process, for the allocator's habits depend on what ran before; a step's activations are 0.4 MB."""
    told = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=True, timeout=120)
    assert float(told.stdout) < 10e6


@pytest.mark.parametrize("scaling", row.SCALING + row.WIDE_SCALING, ids=lambda one: f"{one.against} {one.unit}")
def test_the_size_that_is_told_grows(scaling):
    one, two = (scaling.make(size, SMALL).args for size in (2, 4))
    grown = {
        "steps": [args[2] for args in (one, two)],
        "networks": [args[0].size for args in (one, two)],
        "points n": [args[0].n for args in (one, two)],
        "width m": [args[0].trained.shape[-1] for args in (one, two)],
    }
    assert {name for name, sizes in grown.items() if sizes[0] != sizes[1]} == {scaling.against}
    assert grown[scaling.against] == [2, 4]

"""The row of the cloud's denoiser: what both sides reach, and what is counted as work."""

from __future__ import annotations

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from verify.bench.row import Setting
from verify.bench.rows import cloud_denoiser as row

CASE = row.make(Setting("small"))


def test_both_sides_reach_what_the_row_asks_for() -> None:
    mine, theirs = CASE.ours(), CASE.other()
    (found,) = CASE.check(mine, theirs)
    assert 0 < found.ours < found.wanted
    assert found.other is not None
    assert found.other < found.wanted
    (off,) = CASE.check(mine + 1e-9, theirs)
    assert off.ours > off.wanted, "an error of 1e-9 is seen"


def test_the_reference_is_a_posterior_mean() -> None:
    """Two points on a line: their weights are a logistic function of x."""
    x, points, v = np.array([[0.3]]), np.array([[-1.0], [1.0]]), 0.5
    assert abs(float(row.exactly(x, points, v)[0, 0]) - np.tanh(0.3 / v)) < 4e-16


class CountedProducts(TorchDispatchMode):
    """Multiplications and additions of every matrix product."""

    flops = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if func is torch.ops.aten.mm.default:
            self.flops += 2 * args[0].shape[1] * out.numel()
        return out


def test_operations_are_those_of_the_plain_products() -> None:
    x, points = torch.zeros(32, 64, dtype=torch.float64), torch.zeros(100, 64, dtype=torch.float64)
    with CountedProducts() as counted:
        torch.softmax(x @ points.T, dim=1) @ points
    assert counted.flops == 4 * 32 * 100 * 64
    assert CASE.work is not None
    assert CASE.work.exps == 512 * 1797
    assert CASE.work.flops == 4 * CASE.work.exps * 64

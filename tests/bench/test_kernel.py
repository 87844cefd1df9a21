"""The row of the kernel: one matrix on both sides, its Jacobian never in memory, operations as torch counts them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from verify.bench.limits import Machine
from verify.bench.row import Setting, Unavailable
from verify.bench.rows import kernel as row
from verify.bench.rows.kernel_plainly import extreme_eigenvalues
from verify.bench.scaling import peak_bytes

SMALL = Setting("small")


def test_both_sides_have_the_extreme_eigenvalues():
    case = row.make(SMALL)
    (accuracy,) = case.check(case.ours(), case.other())
    assert accuracy.other is not None
    assert max(accuracy.ours, accuracy.other) < 2e-14 < accuracy.wanted


def test_a_wrong_eigenvalue_is_seen():
    case = row.make(SMALL)
    mine, theirs = case.ours(), case.other()
    (accuracy,) = case.check(mine + 1e-12 * mine[1] * torch.tensor([1.0, 0.0]), theirs[[1, 0]])
    assert accuracy.wanted < min(accuracy.ours, accuracy.other)


def test_the_reference_and_the_alternative_agree_on_fewer_samples():
    batch = row.SMALL.batch("cpu")
    known = row.precisely(row.first_samples(batch, 3))
    torch.testing.assert_close(
        extreme_eigenvalues(batch, 3), torch.from_numpy(known.astype(float)), rtol=0, atol=1e-13 * float(known[1])
    )


def test_the_reference_is_the_jacobian_times_its_transpose():
    from numerics.training.automatic import residual_function

    batch = replace(row.SMALL, d=2, m=5, layers=3).batch("cpu")
    A = torch.func.jacrev(residual_function(batch))(batch.trained).reshape(batch.residuals, -1)
    vectors = torch.randn(batch.residuals, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    found = torch.from_numpy(row._times(batch, vectors.numpy()).astype(float))
    torch.testing.assert_close(found, A @ (A.T @ vectors), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_operations_are_those_that_torch_counts(layers):
    """Ours makes both halves of its symmetric matrices and the output; torch does not count the eigenvalues."""
    problem = replace(row.SMALL, layers=layers)
    with FlopCounterMode(display=False) as counted:
        row.extremes(problem.batch("cpu"))
    P, rows = 8, 24
    more = layers * (rows**2 + P**2) * problem.m + 2 * P * problem.m * problem.d
    assert counted.get_total_flops() == row.flops(problem) + more - 4 / 3 * rows**3


def test_the_jacobian_is_never_in_memory():
    """48 rows of 512^2 numbers would be 100 MB."""
    batch = replace(row.FULL, n=2, d=3, m=512).batch("cpu")
    row.extremes(batch)
    try:
        ours, other = (
            peak_bytes(call, Machine())
            for call in (lambda: row.extremes(batch), lambda: extreme_eigenvalues(batch, 16))
        )
    except Unavailable:
        pytest.skip("peak memory cannot be read here")
    assert ours < 20e6
    assert other > 90e6


@pytest.mark.parametrize("scaling", row.ROWS[0].scaling, ids=lambda one: f"{one.against} {one.unit}")
def test_the_size_that_is_told_grows(scaling):
    one, two = (scaling.make(size, SMALL).args[0] for size in (2, 4))
    grown = {"points n": (one.n, two.n), "width m": (one.trained.shape[-1], two.trained.shape[-1])}
    assert {name for name, sizes in grown.items() if sizes == (2, 4)} == {scaling.against}

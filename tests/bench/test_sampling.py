"""The rows of sampling: one law on both sides, and moments that would show another."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from verify.bench.row import Setting
from verify.bench.rows import sampling as row
from verify.bench.rows import sampling_plainly

SMALL = Setting("small")


@pytest.mark.parametrize("plain", ["by_differences", "by_products"])
def test_both_sides_reach_what_the_row_asks_for(plain: str) -> None:
    case = row.make(plain, 0.5, SMALL)
    mine, theirs = case.ours(), case.other()
    assert len(mine) == 8000
    assert len(theirs) == 4000
    denoised, moments = case.check(mine, theirs)
    assert denoised.other is not None
    assert 0 < max(denoised.ours, denoised.other) < denoised.wanted
    assert 0 < moments.ours < moments.wanted
    assert case.work is not None
    assert case.work.exps == 8000 * 8 * 16


def test_moments_show_another_law() -> None:
    """A sampler that adds no noise, and a mixture whose means are off by a fifth."""
    from numerics.samplers import sample

    target, levels = row.mixture(16), row.sigmas(8)
    mine = row.ours(target, 8, 8000, "cpu")
    assert row.largest_z(mine, sample("ode", target, levels**2, 8000, seed=9)) > row.most_z(5)
    assert row.largest_z(mine, mine[:4000] + torch.tensor([0.3, 0.0])) > row.most_z(5)
    assert row.largest_z(mine, sample("denoiser", target, levels**2, 8000, seed=9)) < row.most_z(5)


def test_the_reference_is_a_posterior_mean() -> None:
    """Against ours at one component, where it is linear, and at two of no spread, where it is a hyperbolic tangent."""
    import numpy as np

    x = np.array([[0.3, -2.0]])
    one = row.exactly(x, np.array([1.0]), np.array([[1.0, 1.0]]), np.array([0.5]), 0.75)
    np.testing.assert_allclose(one.astype(float), 1 + (x - 1) / 4, rtol=1e-15)
    two = row.exactly(x[:, :1], np.array([0.5, 0.5]), np.array([[-1.0], [1.0]]), np.zeros(2), 0.75)
    assert abs(float(two[0, 0]) - np.tanh(0.3 / 0.75)) < 4e-16


def test_the_plain_denoisers_agree_with_each_other() -> None:
    parts = [torch.from_numpy(part) for part in row.parameters(16)]
    x, sigma = 3 * torch.randn(50, 2, dtype=torch.float64), torch.full((50,), 0.7, dtype=torch.float64)
    one, two = (make(*parts)(x, sigma) for make in (sampling_plainly.by_differences, sampling_plainly.by_products))
    torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-12)


def test_the_global_generator_is_left_as_it_was() -> None:
    before = torch.random.get_rng_state()
    parts = [torch.from_numpy(part) for part in row.parameters(2)]
    draw = partial(
        sampling_plainly.sample, sampling_plainly.by_products(*parts), torch.tensor([2.0, 1.0]).double(), 5, 2
    )
    torch.testing.assert_close(draw(seed=1), draw(seed=1), rtol=0, atol=0)
    assert torch.equal(before, torch.random.get_rng_state())

"""The batched network, its gradient and its kernel against code that shares nothing with them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from numerics.training import Batch, Setup
from numerics.training.automatic import linearised_residuals, residual_function, slope_along
from numerics.training.kernel import eigenvalues, gram
from numerics.training.network import along, forward, gradient, losses


def problem(seed: int = 0, n: int = 3, N: int = 2, d: int = 2, m: int = 7, layers: int = 2) -> Setup:
    draw = np.random.default_rng(seed)
    points = tuple(tuple(row) for row in draw.normal(size=(n, d)).tolist())
    sigmas, beta = (tuple(draw.uniform(0.5, 2.0, N).tolist()) for _ in range(2))
    return Setup(points, sigmas, beta, m, layers, seed)


SHAPES = [{}, {"n": 1, "N": 1, "d": 1, "m": 1, "layers": 1}, {"d": 5, "layers": 1}, {"N": 4, "m": 16, "layers": 3}]


def by_hand(setup: Setup) -> tuple[float, np.ndarray, np.ndarray]:
    """Loss, f_ij and u of one network, one sample at a time in numpy."""
    drawn = {name: value.numpy() for name, value in setup.drawn().items()}
    u, terms = [], np.zeros((setup.n, setup.N))
    for i, x in enumerate(setup.points):
        for j, (sigma, beta) in enumerate(zip(setup.sigmas, setup.beta, strict=True)):
            xi = drawn["noises"][i * setup.N + j]
            q = np.maximum(0, drawn["first"] @ np.append(np.asarray(x) + sigma * xi, sigma))
            for W in drawn["trained"]:
                q = np.maximum(0, W @ q)
            r = sigma * (drawn["last"] @ q) + xi
            terms[i, j] = beta * (r @ r)
            u.append(np.sqrt(beta / setup.n) * r)
    return float(terms.sum() / (2 * setup.n)), terms, np.concatenate(u)


@pytest.mark.parametrize("shape", SHAPES)
def test_losses_are_those_of_one_sample_at_a_time(shape):
    setups = [problem(seed, **shape) for seed in range(3)]
    batch = Batch.of(setups)
    seen = forward(batch, batch.trained)
    for b, setup in enumerate(setups):
        loss, _, u = by_hand(setup)
        assert float(losses(seen.u)[b]) == pytest.approx(loss, rel=1e-13)
        assert seen.u[b].flatten().numpy() == pytest.approx(u, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_papers_gradient_is_that_of_autograd(shape):
    batch = Batch.of([problem(seed, **shape) for seed in range(3)])
    W = batch.trained.clone().requires_grad_()
    u = residual_function(batch)
    (expected,) = torch.autograd.grad(u(W).square().sum() / 2, W)
    found = gradient(batch, batch.trained, forward(batch, batch.trained))
    torch.testing.assert_close(found, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_kernel_is_the_jacobian_times_its_transpose(shape):
    for seed in range(2):
        batch = Batch.of([problem(seed, **shape)])
        jacobian = torch.func.jacrev(residual_function(batch))(batch.trained)
        A = jacobian.reshape(batch.residuals, -1)
        torch.testing.assert_close(gram(batch, batch.trained)[0], A @ A.T, rtol=1e-11, atol=1e-13)


def test_the_kernel_of_a_batch_is_that_of_each_network():
    setups = [problem(seed) for seed in range(4)]
    together = Batch.of(setups)
    K = gram(together, together.trained)
    for b, setup in enumerate(setups):
        alone = Batch.of([setup])
        torch.testing.assert_close(K[b], gram(alone, alone.trained)[0], rtol=1e-12, atol=1e-14)


def test_derivatives_along_a_move_agree_three_ways():
    batch = Batch.of([problem(seed) for seed in range(3)])
    move, seen = batch.directions(1.0), forward(batch, batch.trained)
    linear = along(batch, batch.trained, seen, move)
    expected = torch.func.jvp(residual_function(batch), (batch.trained,), (move,))[1]
    torch.testing.assert_close(linear, expected, rtol=1e-11, atol=1e-14)
    by_gradient = (gradient(batch, batch.trained, seen) * move).sum(dim=(0, 2, 3))
    torch.testing.assert_close(slope_along(batch, batch.trained, move), by_gradient, rtol=1e-10, atol=1e-13)


def test_linearised_descent_follows_the_kernel():
    batch = Batch.of([problem(seed) for seed in range(3)])
    K = gram(batch, batch.trained)
    h = 0.7 / eigenvalues(K)[:, -1]
    u = linearised_residuals(batch, h, 5)
    expected = u[0].flatten(1)[..., None]
    for step in range(6):
        torch.testing.assert_close(u[step].flatten(1), expected[..., 0], rtol=1e-9, atol=1e-12)
        expected = expected - h[:, None, None] * (K @ expected)


def test_initial_weights_have_the_papers_variances():
    drawn = problem(1, d=40, m=200, layers=2).drawn()
    assert float(drawn["first"].var()) == pytest.approx(2 / 200, rel=0.06)  # 6.6 standard errors of 8,200 entries
    assert float(drawn["trained"].var()) == pytest.approx(2 / 200, rel=0.03)
    assert float(drawn["last"].var()) == pytest.approx(1 / 40, rel=0.08)


def test_the_noise_level_is_the_last_input():
    setup = problem()
    inputs = Batch.of([setup]).inputs[0]
    assert inputs[:, -1].tolist() == list(setup.sigmas) * setup.n


def test_shapes_do_not_mix():
    with pytest.raises(ValueError, match="one shape"):
        Batch.of([problem(n=2), problem(n=3)])


@pytest.mark.cuda
def test_cuda_gives_the_same():
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    setups = [problem(seed) for seed in range(3)]
    here, there = Batch.of(setups), Batch.of(setups, "cuda")
    torch.testing.assert_close(gram(there, there.trained).cpu(), gram(here, here.trained), rtol=1e-11, atol=1e-13)

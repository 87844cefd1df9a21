"""Stated errors cover what float64 loses, as extended precision shows it, and are not idle."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from numerics.targets import Gaussian
from numerics.training import Batch, Training
from numerics.training.kernel import eigenvalues, gram
from numerics.training.network import forward, gradient, losses
from numerics.training.rounding import rounding

LONG = np.longdouble
V = (16.0, 1.0, 0.01)


def extended(setup):
    """Loss, gradient and kernel in extended precision, one network."""
    drawn = {name: value.numpy().astype(LONG) for name, value in setup.drawn().items()}
    sigma = np.tile(np.asarray(setup.sigmas, LONG), setup.n)[:, None]
    scale = np.sqrt(np.tile(np.asarray(setup.beta, LONG), setup.n)[:, None] / LONG(setup.n))
    batch = Batch.of([setup])
    X, W = batch.inputs[0].numpy().astype(LONG), drawn["trained"]
    q = [np.maximum(0, X @ drawn["first"].T)]
    for one in W:
        q.append(np.maximum(0, q[-1] @ one.T))
    u = scale * (sigma * (q[-1] @ drawn["last"].T) + drawn["noises"])
    rows, delta = [], {}
    for a in range(setup.d):
        upper = np.broadcast_to(drawn["last"][a], q[-1].shape) * scale * sigma
        for layer in range(len(W), 0, -1):
            upper = upper * (q[layer] > 0)
            delta[layer, a] = upper
            upper = upper @ W[layer - 1]
    P = len(X)
    for p in range(P):
        for a in range(setup.d):
            rows.append(np.concatenate([np.outer(delta[l, a][p], q[l - 1][p]).ravel() for l in range(1, len(W) + 1)]))
    A = np.stack(rows)
    return (u * u).sum() / 2, A.T @ u.ravel(), A @ A.T


@pytest.mark.parametrize(("m", "layers"), [(2, 1), (8, 2), (32, 3)])
def test_errors_cover_what_is_lost(m, layers):
    plans = [Training(n=2, m=m, layers=layers, weighting="edm", seed=seed) for seed in range(4)]
    batch = Batch.of([plan.setup(Gaussian(d=2, var=1.0), V) for plan in plans])
    seen = forward(batch, batch.trained)
    errors = rounding(batch, batch.trained, seen)
    K, slope = gram(batch, batch.trained, seen), gradient(batch, batch.trained, seen)
    kernel = errors.kernel(eigenvalues(K)[:, -1])
    for b, setup in enumerate(batch.setups):
        loss, exact, exact_kernel = extended(setup)
        lost = (
            (abs(float(LONG(float(losses(seen.u)[b])) - loss)), float(errors.loss()[b])),
            (float(np.sqrt(((slope[:, b].flatten().numpy() - exact) ** 2).sum())), float(errors.gradient[b])),
            (float(np.linalg.norm((K[b].numpy() - exact_kernel).astype(float), 2)), float(kernel[b])),
        )
        for actual, stated in lost:
            assert actual <= stated
        size = (float(loss), float(np.sqrt((exact**2).sum())), float(np.trace(exact_kernel)))
        for (_, stated), whole in zip(lost, size, strict=True):
            assert stated <= 1e-8 * whole or whole == 0


def test_a_unit_at_its_kink_has_an_unknown_gradient():
    """Two large inputs that cancel: the sign of the sum is rounding."""
    plan = Training(n=1, m=2, seed=0)
    batch = Batch.of([plan.setup(Gaussian(d=1, var=1.0), (1.0, 0.5))])
    first = torch.tensor([[[1.0, -1.0], [1.0, 0.0]]], dtype=torch.float64)
    inputs = torch.tensor([[[1e8, 1e8 * (1 + 2e-16)]]], dtype=torch.float64)
    near = Batch(batch.setups, inputs, batch.noises, batch.sigma, batch.scale, first, batch.trained, batch.last)
    errors = rounding(near, near.trained, forward(near, near.trained))
    assert bool(errors.kink[0])
    assert float(errors.gradient[0]) == float("inf")

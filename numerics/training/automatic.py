"""The same network by automatic differentiation: what the paper's formulas are held against.

Shares no code with ``network`` or ``kernel``: the residuals are written once more, and torch differentiates them.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.func import jvp, vjp

from numerics.training.batch import Batch


def residual_function(batch: Batch) -> Callable[[torch.Tensor], torch.Tensor]:
    """u as a function of the trained weights, (layers, B, m, m) to (B, P, d)."""

    def u(W: torch.Tensor) -> torch.Tensor:
        q = torch.relu(torch.einsum("bmi,bpi->bpm", batch.first, batch.inputs))
        for weights in W:
            q = torch.relu(torch.einsum("bij,bpj->bpi", weights, q))
        output = torch.einsum("bdm,bpm->bpd", batch.last, q)
        return batch.scale * (batch.sigma * output + batch.noises)

    return u


def slope_along(batch: Batch, W: torch.Tensor, move: torch.Tensor) -> torch.Tensor:
    """Derivative of each network's loss along ``move``, by forward-mode differentiation, (B,)."""
    u = residual_function(batch)
    return jvp(lambda weights: u(weights).square().sum(dim=(1, 2)) / 2, (W,), (move,))[1]


def linearised_residuals(batch: Batch, h: torch.Tensor, steps: int) -> torch.Tensor:
    """u along real gradient descent on the network linearised at theta_0, shape (steps + 1, B, P, d).

    The descent is made in the weights, by products with the Jacobian and its transpose; no kernel is involved.
    """
    u = residual_function(batch)
    start, pull_back = vjp(u, batch.trained)[:2]
    move = torch.zeros_like(batch.trained)
    seen = [start]
    for _ in range(steps):
        move = move - h[None, :, None, None] * pull_back(seen[-1])[0]
        seen.append(start + jvp(u, (batch.trained,), (move,))[1])
    return torch.stack(seen)

"""Networks trained one after the other, each as one writes it in torch: a module, autograd and ``torch.optim.SGD``."""

from __future__ import annotations

import torch
from torch import nn

from numerics.training import Batch


class Network(nn.Module):
    """W_{L+1} relu(W_L ... relu(W_0 x)) with W_1 ... W_L trained.

    Args:
        first, last: W_0, (m, d+1), and W_{L+1}, (d, m), which stay as they are.
        trained: W_1 ... W_L at the start, (layers, m, m).
    """

    first: torch.Tensor
    last: torch.Tensor

    def __init__(self, first: torch.Tensor, trained: torch.Tensor, last: torch.Tensor):
        super().__init__()
        self.register_buffer("first", first)
        self.register_buffer("last", last)
        self.trained = nn.ParameterList([nn.Parameter(W.clone()) for W in trained])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs (P, d) at inputs of shape (P, d+1)."""
        q = torch.relu(nn.functional.linear(x, self.first))
        for W in self.trained:
            q = torch.relu(nn.functional.linear(q, W))
        return nn.functional.linear(q, self.last)


def train_one(batch: Batch, b: int, h: float, steps: int) -> torch.Tensor:
    """Losses of the batch's network ``b`` before each of ``steps`` steps of gradient descent and after the last."""
    net = Network(batch.first[b], batch.trained[:, b], batch.last[b])
    optimiser = torch.optim.SGD(net.parameters(), lr=h)
    x, xi, sigma, scale = batch.inputs[b], batch.noises[b], batch.sigma[b], batch.scale[b]
    seen = []
    for step in range(steps + 1):
        optimiser.zero_grad()
        loss = (scale * (sigma * net(x) + xi)).square().sum() / 2
        loss.backward()
        if step < steps:
            optimiser.step()
        seen.append(loss.detach())
    return torch.stack(seen)


def train_apart(batch: Batch, h: torch.Tensor, steps: int, networks: int) -> torch.Tensor:
    """Losses of the first ``networks`` networks, (networks, steps + 1), trained one after the other."""
    return torch.stack([train_one(batch, b, size, steps) for b, size in enumerate(h[:networks].tolist())])

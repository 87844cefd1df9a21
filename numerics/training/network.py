"""The network, its loss and its gradient, for many networks at once as batched matrix products.

The gradient is the paper's formula, written out: with q_l = relu(W_l q_{l-1}), D_l the indicator of its positive
entries and r_ij = sigma_j S(X_ij) + xi_ij,

    grad_{W_l} L = 1/n sum_ij beta_j sigma_j (D_l W_{l+1}^T D_{l+1} ... D_L W_{L+1}^T r_ij) q_{l-1}^T.

Source: Wang, He, Tao 2024, appendix D. Shapes as in :class:`numerics.training.batch.Batch`; W is (layers, B, m, m).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from numerics.training.batch import Batch

# what autograd calls: 0 where q is at most 0, in one pass, without a mask
_through_relu = torch.ops.aten.threshold_backward.grad_input


@dataclass(frozen=True)
class Pass:
    """What one forward pass leaves.

    Attributes:
        q: q_0, ..., q_L, each (B, P, m).
        output: S, (B, P, d).
        u: sqrt(beta_j/n) r_ij, (B, P, d); the loss is ||u||^2/2.
    """

    q: list[torch.Tensor]
    output: torch.Tensor
    u: torch.Tensor


def first_layer(batch: Batch) -> torch.Tensor:
    """q_0 = relu(W_0 X), (B, P, m), which training does not change."""
    return torch.relu(batch.inputs @ batch.first.mT)


def forward(batch: Batch, W: torch.Tensor, q_0: torch.Tensor | None = None) -> Pass:
    """Outputs and residuals at the weights ``W``."""
    q = [first_layer(batch) if q_0 is None else q_0]
    for weights in W:
        q.append((q[-1] @ weights.mT).relu_())
    output = q[-1] @ batch.last.mT
    return Pass(q, output, batch.scale * (batch.sigma * output + batch.noises))


def losses(u: torch.Tensor) -> torch.Tensor:
    """The loss of each network, (B,)."""
    return u.square().sum(dim=(-2, -1)) / 2


def backward(batch: Batch, W: torch.Tensor, seen: Pass, pull: torch.Tensor) -> list[torch.Tensor]:
    """delta_1, ..., delta_L with delta_l = D_l W_{l+1}^T ... W_{L+1}^T (scale sigma pull), each (..., P, m).

    ``pull`` is (B, P, d), or (B, d, P, d) for several at once; then the deltas have the same leading axes.
    """
    several = pull.ndim == 4
    delta = (batch.scale * batch.sigma).unsqueeze(1) * pull if several else batch.scale * batch.sigma * pull
    upper = batch.last
    deltas: list[torch.Tensor] = []
    for layer in range(len(W), 0, -1):
        q = seen.q[layer].unsqueeze(1) if several else seen.q[layer]
        below = (delta.flatten(1, -2) @ upper).unflatten(1, delta.shape[1:-1])  # no copy of the weights for each pull
        delta = _through_relu(below, q, 0, grad_input=below)
        deltas.insert(0, delta)
        upper = W[layer - 1]
    return deltas


def gradient(batch: Batch, W: torch.Tensor, seen: Pass) -> torch.Tensor:
    """Gradient of the loss in the trained weights, (layers, B, m, m)."""
    deltas = backward(batch, W, seen, seen.u)
    return torch.stack([delta.mT @ q for delta, q in zip(deltas, seen.q, strict=False)])


def along(batch: Batch, W: torch.Tensor, seen: Pass, move: torch.Tensor) -> torch.Tensor:
    """A dtheta, the derivative of u along ``move`` (layers, B, m, m); shape (B, P, d)."""
    tangent = torch.zeros_like(seen.q[0])
    for layer, (weights, step) in enumerate(zip(W, move, strict=True)):
        tangent = (tangent @ weights.mT + seen.q[layer] @ step.mT) * (seen.q[layer + 1] > 0)
    return batch.scale * batch.sigma * (tangent @ batch.last.mT)

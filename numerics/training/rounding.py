"""How far rounding may have moved what is computed of a network, by running error analysis.

Each product of matrices adds at most gamma_n |A| |B| to the error that its factors bring along (Higham, *Accuracy and
Stability of Numerical Algorithms*, section 3.5); |.| is taken entry by entry, n is the length of the inner products and
gamma_n = n eps/(1 - n eps). A unit whose sign rounding could change makes the error of the gradient infinite, which
jumps there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch

from numerics.enclosures import EPS
from numerics.training.batch import Batch
from numerics.training.network import Pass, backward

EIGENSOLVER = 8.0  # times the matrix' size and eps: what a symmetric eigensolver may add, relative to the norm


def gamma(n: int) -> float:
    """Largest relative error of an inner product of length ``n``, with the roundings around it."""
    return (n + 4) * EPS / (1 - (n + 4) * EPS)


@dataclass(frozen=True)
class Rounding:
    """Errors at one point theta, for each network of a batch.

    Attributes:
        q: of q_0, ..., q_L, each (B, P, m).
        u: (B, P, d).
        kink: (B,), whether rounding could change the sign of a unit.
    """

    batch: Batch
    W: torch.Tensor
    seen: Pass
    q: list[torch.Tensor]
    u: torch.Tensor
    kink: torch.Tensor

    def loss(self) -> torch.Tensor:
        """Of the loss, (B,)."""
        size = self.seen.u.square().sum(dim=(1, 2))
        return (self.seen.u.abs() * self.u + self.u.square() / 2).sum(dim=(1, 2)) + gamma(self.batch.residuals) * size

    def u_norm(self) -> torch.Tensor:
        return torch.linalg.vector_norm(self.u, dim=(1, 2))

    @cached_property
    def gradient(self) -> torch.Tensor:
        """Of the gradient, in norm, (B,)."""
        pull = self.seen.u
        deltas = backward(self.batch, self.W, self.seen, pull)
        errors = self._deltas(deltas, pull, self.u)
        total = torch.zeros(self.batch.size, dtype=pull.dtype, device=pull.device)
        for delta, wrong, q, off in zip(deltas, errors, self.seen.q, self.q, strict=False):
            exact, most = delta.abs(), delta.abs() + wrong
            entries = most.mT @ (q + off) - exact.mT @ q + gamma(q.shape[1]) * (most.mT @ (q + off))
            total += entries.square().sum(dim=(1, 2))
        return torch.where(self.kink, torch.inf, total.sqrt())

    def kernel(self, norm: torch.Tensor) -> torch.Tensor:
        """Of the Gram matrix and its eigenvalues, in norm, (B,); ``norm`` is its largest eigenvalue."""
        B, P, d = self.seen.u.shape
        pulls = torch.eye(d, dtype=norm.dtype, device=norm.device)[:, None, :].expand(d, P, d).expand(B, d, P, d)
        deltas = backward(self.batch, self.W, self.seen, pulls)
        errors = self._deltas(deltas, pulls, torch.zeros_like(pulls))
        most = torch.zeros(B, P * d, dtype=norm.dtype, device=norm.device)
        for delta, wrong, q, off in zip(deltas, errors, self.seen.q, self.q, strict=False):
            exact, far = (x.transpose(1, 2).reshape(B, P * d, -1) for x in (delta.abs(), delta.abs() + wrong))
            near, wide = (
                (rows @ rows.mT) * (x @ x.mT).repeat_interleave(d, dim=1).repeat_interleave(d, dim=2)
                for rows, x in ((exact, q), (far, q + off))
            )
            most += (wide - near + gamma(2 * q.shape[-1]) * wide).sum(dim=-1)
        size = EIGENSOLVER * P * d * EPS * norm
        return torch.where(self.kink, torch.inf, most.amax(dim=-1) + size)

    def _deltas(self, deltas: list[torch.Tensor], pull: torch.Tensor, wrong: torch.Tensor) -> list[torch.Tensor]:
        """Errors of ``network.backward``'s deltas."""
        several = pull.ndim == 4
        coefficient = self.batch.scale * self.batch.sigma
        coefficient = coefficient.unsqueeze(1) if several else coefficient
        error = coefficient * (wrong + 4 * EPS * pull.abs())
        value, upper = (coefficient * pull).abs(), self.batch.last.abs()
        out: list[torch.Tensor] = []
        for layer in range(len(self.W), 0, -1):
            on = self.seen.q[layer] > 0
            weights = upper.unsqueeze(1) if several else upper
            error = (error @ weights + gamma(upper.shape[1]) * (value @ weights)) * (on.unsqueeze(1) if several else on)
            out.insert(0, error)
            value, upper = deltas[layer - 1].abs(), self.W[layer - 1].abs()
        return out


def rounding(batch: Batch, W: torch.Tensor, seen: Pass) -> Rounding:
    """The errors of a forward pass, and what follows from them."""
    inputs, first = batch.inputs.abs(), batch.first.abs()
    error = gamma(inputs.shape[-1]) * (inputs @ first.mT)
    raw = batch.inputs @ batch.first.mT
    kink = torch.zeros(batch.size, dtype=torch.bool, device=W.device)
    errors: list[torch.Tensor] = []
    for layer in range(len(W) + 1):
        if layer:
            weights = W[layer - 1]
            error = errors[-1] @ weights.abs().mT + gamma(weights.shape[-1]) * (seen.q[layer - 1] @ weights.abs().mT)
            raw = seen.q[layer - 1] @ weights.mT
        kink |= ((raw.abs() <= error) & (error > 0)).any(dim=2).any(dim=1)
        errors.append(torch.where(raw < -error, 0.0, error))
    last = batch.last.abs()
    off = errors[-1] @ last.mT + gamma(last.shape[-1]) * (seen.q[-1] @ last.mT)
    around = 4 * EPS * (batch.sigma * seen.output.abs() + batch.noises.abs())
    return Rounding(batch, W, seen, errors, batch.scale * (batch.sigma * off + around), kink)

"""The NTK Gram matrix of many networks, from what a forward and a backward pass leave.

With A = du/dtheta, K = A A^T has the entries

    K[(p, a), (p', a')] = sum_l <delta_l^{p,a}, delta_l^{p',a'}> <q_{l-1}^p, q_{l-1}^{p'}>,

delta as in ``network.backward`` for the unit pull in output coordinate a. The Jacobian A, of n N d rows and
layers m^2 columns, is never formed.
"""

from __future__ import annotations

from functools import reduce

import torch

from numerics.training.batch import Batch
from numerics.training.network import Pass, backward, forward


def gram(batch: Batch, W: torch.Tensor, seen: Pass | None = None) -> torch.Tensor:
    """K, shape (B, n N d, n N d), symmetric; row p d + a."""
    seen = seen or forward(batch, W)
    B, P, d = seen.u.shape
    pulls = torch.eye(d, dtype=seen.u.dtype, device=seen.u.device)[:, None, :].expand(d, P, d).expand(B, d, P, d)
    layers = zip(backward(batch, W, seen, pulls), seen.q, strict=False)
    K = reduce(torch.Tensor.add_, (_of_layer(delta, q) for delta, q in layers))
    return (K + K.mT).div_(2)


def _of_layer(delta: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """One layer's term of K, from delta (B, d, P, m) and q (B, P, m)."""
    B, d, P, m = delta.shape
    rows = delta.transpose(1, 2).reshape(B, P * d, m)
    blocks = (rows @ rows.mT).view(B, P, d, P, d)
    return blocks.mul_((q @ q.mT)[:, :, None, :, None]).view(B, P * d, P * d)


def eigenvalues(K: torch.Tensor) -> torch.Tensor:
    """Ascending, shape (B, n N d); NaN for a matrix that is not finite, of which LAPACK makes finite numbers."""
    finite = K.isfinite().all(dim=-1).all(dim=-1)
    values = torch.linalg.eigvalsh(torch.where(finite[:, None, None], K, torch.zeros_like(K)))
    return torch.where(finite[:, None], values, torch.full_like(values, torch.nan))


def largest(batch: Batch, W: torch.Tensor, seen: Pass | None = None) -> torch.Tensor:
    """lambda_max of K for each network, (B,)."""
    return eigenvalues(gram(batch, W, seen))[:, -1]

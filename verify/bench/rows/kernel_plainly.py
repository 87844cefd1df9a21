"""The NTK as one computes it with torch.func: the Jacobian of every sample, and its product with itself."""

from __future__ import annotations

import torch
from torch.func import functional_call, jacrev, vmap

from numerics.training import Batch
from verify.bench.rows.training_plainly import Network


def extreme_eigenvalues(batch: Batch, samples: int) -> torch.Tensor:
    """Smallest and largest eigenvalue of the kernel on the first samples of a batch of one network, (2,)."""
    net = Network(batch.first[0], batch.trained[:, 0], batch.last[0])
    frozen = dict(net.named_buffers())
    parameters = {name: parameter.detach() for name, parameter in net.named_parameters()}
    weight = batch.scale[0, :samples] * batch.sigma[0, :samples]

    def output(trained: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        return functional_call(net, {**trained, **frozen}, (x,))

    jacobians = vmap(jacrev(output), (None, 0))(parameters, batch.inputs[0, :samples])
    rows = [(weight[:, :, None] * one.flatten(2)).flatten(0, 1) for one in jacobians.values()]
    return torch.linalg.eigvalsh(sum(one @ one.T for one in rows))[[0, -1]]

"""One data point and one noise: the residual over all noise levels, for Proposition 1 of Wang, He, Tao 2024.

The network has no biases and takes (x + sigma xi, sigma), so that it is positively homogeneous:
S(x + sigma xi, sigma) = sigma S(x/sigma + xi, 1). It is Lipschitz with the product of the layers' spectral norms.
"""

from __future__ import annotations

import torch

from numerics.enclosures import Enclosure
from numerics.targets.base import NotAvailable
from numerics.training.point import Point, as_array
from numerics.training.rounding import gamma

SINGLE = ("res_norm", "xi_norm", "x_norm", "S_unit", "Lip")


def single(point: Point) -> dict[str, Enclosure]:
    """res_norm xi_norm x_norm S_unit Lip of each network of a batch with n = N = 1, shape (B,).

    Raises:
        NotAvailable: there are more points or noise levels.
    """
    batch, W = point.batch, point.W
    if (batch.n, batch.N) != (1, 1):
        raise NotAvailable(
            f"Proposition 1 speaks of one point and one noise level, not of n = {batch.n}, N = {batch.N}"
        )
    scale = batch.scale[:, 0, 0]
    residual, error = (torch.linalg.vector_norm(x, dim=(1, 2)) / scale for x in (point.seen.u, point.errors.u))
    data = torch.tensor([one.points[0] for one in batch.setups]).to(W)
    unit = torch.cat([batch.noises, torch.ones_like(batch.sigma)], dim=-1)
    q, bound = unit, torch.linalg.vector_norm(unit, dim=(1, 2))
    norms = torch.ones_like(bound)
    wide = 0
    for weights in (batch.first, *W):
        q = torch.relu(q @ weights.mT)
        norms = norms * torch.linalg.matrix_norm(weights, ord=2)
        wide += weights.shape[-1] * weights.shape[-2]
    output = torch.linalg.vector_norm(q @ batch.last.mT, dim=(1, 2))
    norms = norms * torch.linalg.matrix_norm(batch.last, ord=2)
    wide += batch.last.shape[-1] * batch.last.shape[-2]
    return {
        "res_norm": Enclosure.of(as_array(residual), as_array(error + 8 * gamma(batch.residuals) * residual)),
        "xi_norm": Enclosure.rounded(as_array(torch.linalg.vector_norm(batch.noises, dim=(1, 2)))),
        "x_norm": Enclosure.rounded(as_array(torch.linalg.vector_norm(data, dim=1))),
        "S_unit": Enclosure.of(as_array(output), as_array(gamma(wide) * norms * bound)),
        "Lip": Enclosure.of(as_array(norms), as_array(gamma(8 * wide) * norms)),
    }

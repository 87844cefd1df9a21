"""E||Cov(X_0|X_v)||_F^2 of a point cloud, by draws.

The posterior weights r of a draw give, with the Gram matrix G of the centred points and g = G r,

    ||Cov||_F^2 = r^T (G o G) r - 2 sum_j r_j g_j^2 + (r^T g)^2,      tr Cov = r^T diag(G) - r^T g.

No d x d matrix is formed. Along with mmse = E tr Cov, E||hess log p_v||_F^2 = d/v^2 - 2 mmse/v^3 + E||Cov||_F^2/v^4.
Both are means of one variable of the draw, so that their errors do not add up.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from numerics.confidence import gaussian_mean
from numerics.enclosures import EPS, Enclosure, Kind
from numerics.targets import PointCloud

FloatArray = NDArray[np.float64]
DRAWS, GROUPS = 1024, 32
ALPHA = 1e-3  # of all levels of one question together


class PosteriorSpread:
    """The slopes of one cloud's information curves, from ``DRAWS`` draws that serve every level.

    The interval is Student's t over the means of ``GROUPS`` groups of draws, which is exact for normal ones only.
    """

    def __init__(self, cloud: PointCloud, seed: int = 0) -> None:
        self.cloud, self.seed = cloud, seed

    def slope(self, v: FloatArray, sampler: str) -> Enclosure:
        """E||hess log p_v||_F^2 ("score") or E||Cov(X_0|X_v)||_F^2 ("denoiser") at ``v``, shaped as ``v``."""
        levels = np.asarray(v, dtype=np.float64)
        draws = np.stack([_squares(self.cloud, float(level), self.seed) for level in levels.ravel()])
        trace, square, rounding = draws[:, 0], draws[:, 1], draws[:, 2].mean(axis=1)
        level, d = levels.reshape(-1, 1), self.cloud.d
        if sampler == "score":
            values = d / level**2 - 2 * trace / level**3 + square / level**4
            rounding = rounding / level[:, 0] ** 4
        else:
            values = square
        means = values.reshape(len(values), GROUPS, -1).mean(axis=-1)
        low, high = gaussian_mean(means, ALPHA / len(values))
        low = np.maximum(low - rounding, 0.0)
        middle, radius = (low + high + rounding) / 2, (high + rounding - low) / 2
        name = f"{self.cloud.label}: slopes of {sampler} at {len(values)} levels, {DRAWS} draws, seed {self.seed}"
        found = Enclosure.of(middle.reshape(levels.shape), radius.reshape(levels.shape), Kind.SAMPLED)
        return Enclosure(found.value, found.radius, Kind.SAMPLED, {name: ALPHA})


@lru_cache(maxsize=4)
def _gram(cloud: PointCloud) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Centred points (n, d), their Gram matrix and its entries' squares (n, n)."""
    points = torch.from_numpy(cloud.points - cloud.mean)
    gram = points @ points.T
    return points, gram, gram.square()


@lru_cache(maxsize=2048)
def _squares(cloud: PointCloud, v: float, seed: int) -> FloatArray:
    """tr Cov, ||Cov||_F^2 and the rounding of the latter, (3, DRAWS)."""
    points, gram, gram2 = _gram(cloud)
    generator = torch.Generator().manual_seed(seed)
    index = torch.randint(cloud.n, (DRAWS,), generator=generator)
    noise = torch.randn(DRAWS, cloud.d, dtype=torch.float64, generator=generator)
    x = points[index] + v**0.5 * noise
    norms = gram.diagonal()
    r = torch.softmax((x @ points.T - norms / 2) / v, dim=1)
    g = (r @ points) @ points.T
    centre = (r * g).sum(dim=1)
    trace = (r @ norms - centre).clamp_min(0)
    square = ((r @ gram2) * r).sum(dim=1) - 2 * (r * g.square()).sum(dim=1) + centre.square()
    # by Cauchy-Schwarz (tr Cov)^2/d <= ||Cov||_F^2 <= (tr Cov)^2
    square = square.clamp(trace.square() / cloud.d, trace.square())
    size = float(norms.max())
    # the sums lose EPS of what cancels in them, and by the same inequality never more than the trace's square
    lost = (trace + 64 * EPS * size).square().clamp(max=16 * EPS * size**2)
    return np.asarray(torch.stack([trace, square, lost]).numpy())

"""Trained networks as samplers' models, and what their loss says of two grids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from numerics.confidence import gaussian_mean
from numerics.enclosures import Enclosure, Kind
from numerics.regimes.paths import step_weights
from numerics.targets import Target
from numerics.training.batch import Batch

FloatArray = NDArray[np.float64]


class NetworkScore:
    """One network of a batch as the score S(x, sigma), a model that every sampler takes.

    Args:
        batch: networks of one shape.
        W: their trained weights, (layers, B, m, m).
        number: which of them.

    Attributes:
        d: dimension of the data.
    """

    def __init__(self, batch: Batch, W: torch.Tensor, number: int) -> None:
        self.matrices = (batch.first[number], *W[:, number], batch.last[number])
        self.d = batch.setups[number].d

    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """S at ``x`` of shape (B, d); ``v`` a number or a tensor of shape (B,)."""
        sigma = torch.as_tensor(v, dtype=x.dtype).sqrt().reshape(-1, 1).expand(len(x), 1)
        q = torch.cat([x, sigma], dim=1)
        for weights in self.matrices[:-1]:
            q = torch.relu(q @ weights.T)
        return q @ self.matrices[-1].T

    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """x + v S; shapes as ``score``."""
        level = v.reshape(-1, 1) if isinstance(v, torch.Tensor) and v.ndim else v
        return x + level * self.score(x, v)


def cost_draws(
    models: Sequence[NetworkScore],
    target: Target,
    grids: Sequence[ArrayLike],
    draws: int,
    seed: int,
    samplers: Sequence[str] = ("score",),
) -> FloatArray:
    """Draws whose mean is the path cost of each grid (``paths.path_cost``), (samplers, models, grids, draws).

    One data point and one noise serve all levels, grids, samplers and models of a draw, so that costs may be subtracted
    draw by draw; the draws are independent.
    """
    gen = torch.Generator().manual_seed(seed)
    x = target.sample(draws, gen)
    xi = torch.randn(x.shape, generator=gen, dtype=torch.float64)
    out = np.zeros((len(samplers), len(models), len(grids), draws))
    for j, grid in enumerate(grids):
        levels = np.asarray(grid, dtype=np.float64)
        weights = np.stack([step_weights(levels, sampler).value for sampler in samplers])
        for k, level in enumerate(levels[:-1].tolist()):
            noisy = x + level**0.5 * xi
            for i, model in enumerate(models):
                loss = (level**0.5 * model.score(noisy, level) + xi).square().sum(dim=1).numpy()
                for s, sampler in enumerate(samplers):
                    out[s, i, j] += weights[s, k] / 2 * (loss - target.d if sampler == "score" else loss)
    return out


def differences(costs: FloatArray, first: int, second: int, alpha: float, groups: int = 64) -> Enclosure:
    """Mean cost of grid ``first`` minus that of ``second``, one number a model, shape (models,).

    Student's t over the means of ``groups`` groups of draws, exact for normal ones; together wrong with probability
    at most ``alpha`` where they are.

    Args:
        costs: of :func:`cost_draws` for one sampler; the draws are a multiple of ``groups``.
    """
    gaps = costs[:, first] - costs[:, second]
    low, high = gaussian_mean(gaps.reshape(len(gaps), groups, -1).mean(axis=2), alpha / len(gaps))
    return Enclosure.interval(low, high, Kind.SAMPLED)

"""Samples by k-diffusion's own ancestral sampler, and how unlike data's their paths are.

``sample_euler_ancestral`` with eta = 1 is the sampler that scoreproof calls ``denoiser``: from v to v' it draws

    Y' ~ N((v'/v) Y + (1 - v'/v) D(Y), s2 I),    s2 = v' (v - v')/v.

The grid has no 0 at its end here: k-diffusion then stops at sigma_min, with the noise of that level in the samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from numpy.typing import ArrayLike

from .k_diffusion_sampling import sampling
from .network import Denoiser


@dataclass(frozen=True)
class Drawn:
    """Samples, shape (n, d), and the misfit of each one's path, shape (n,): see :func:`misfit`."""

    samples: torch.Tensor
    misfit: torch.Tensor


@torch.no_grad()
def ancestral_samples(model: Denoiser, sigmas: ArrayLike, n: int, seed: int, batch: int = 4096) -> Drawn:
    """``n`` samples at the last noise level of a grid.

    Args:
        sigmas: decreasing, shape (N+1,), the last one positive.

    Raises:
        ValueError: the last sigma is 0.
    """
    levels = torch.tensor(sigmas, dtype=torch.float32)
    if not levels[-1] > 0:
        raise ValueError("the grid ends in 0: leave the appended 0 out, samples are wanted at sigma_min")
    d = len(model.mean)
    parts: list[tuple[torch.Tensor, torch.Tensor]] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # k-diffusion draws from the global generator
        for start in range(0, n, batch):
            steps: list[tuple[torch.Tensor, torch.Tensor]] = []

            def keep(seen: dict[str, Any], steps: list[tuple[torch.Tensor, torch.Tensor]] = steps) -> None:
                steps.append((seen["x"], seen["denoised"]))

            x = levels[0] * torch.randn(min(batch, n - start), d)
            last = sampling().sample_euler_ancestral(model, x, levels, eta=1.0, disable=True, callback=keep)
            parts.append((last, misfit([*(at for at, _ in steps), last], [denoised for _, denoised in steps], levels)))
    return Drawn(torch.cat([last for last, _ in parts]), torch.cat([one for _, one in parts]))


@torch.no_grad()
def data_misfit(model: Denoiser, images: torch.Tensor, sigmas: ArrayLike, draws: int, seed: int) -> torch.Tensor:
    """The misfit of the paths of noised data, averaged over ``draws`` paths of each image, shape (n,)."""
    generator = torch.Generator().manual_seed(seed)
    levels = torch.tensor(sigmas, dtype=torch.float32)
    x = images.repeat_interleave(draws, dim=0)
    path = [x + levels[-1] * torch.randn(x.shape, generator=generator)]
    for later, earlier in pairwise(levels.flip(0)):
        path.append(path[-1] + (earlier**2 - later**2).sqrt() * torch.randn(x.shape, generator=generator))
    path.reverse()
    denoised = [model(at, level.expand(len(at))) for at, level in zip(path, levels[:-1], strict=False)]
    return misfit(path, denoised, levels).reshape(len(images), draws).mean(dim=1)


def misfit(path: list[torch.Tensor], denoised: list[torch.Tensor], levels: torch.Tensor) -> torch.Tensor:
    """Half the sum over the steps of |r_k|^2 - d, r_k the step in units of the sampler's own noise, shape (n,), nats.

    On the sampler's own paths r_k is standard normal and the mean is 0. On paths of noised data X the mean is

        1/2 sum_k (1/v_{k+1} - 1/v_k) E||X_0 - D(X_{v_k})||^2,

    the part of the path KL that a grid decides.

    Args:
        path: at each level, N+1 tensors of shape (n, d).
        denoised: D of all but the last.
    """
    total = torch.zeros(len(path[0]), dtype=torch.float64)
    for (x, following), image, (v, v_next) in zip(
        pairwise(path), denoised, pairwise(levels.double() ** 2), strict=True
    ):
        mean = (v_next / v) * x + (1 - v_next / v) * image
        r2 = (following - mean).double().square().sum(dim=1) / (v_next * (v - v_next) / v)
        total += (r2 - x.shape[1]) / 2
    return total

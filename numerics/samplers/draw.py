"""Drawing samples: run a sampler down a grid of noise levels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from numerics.samplers.base import Model, Sampler
from numerics.samplers.clock import as_variances, from_noise
from numerics.samplers.registry import get_sampler
from numerics.targets.base import Target


def sample(
    sampler: str | Sampler,
    model: Model,
    v: ArrayLike,
    n: int,
    seed: int,
    start: str = "noise",
    device: str | torch.device = "cpu",
    chunk: int = 1 << 14,
) -> torch.Tensor:
    """``n`` samples at noise level v_N, float64, shape (n, d), on ``device``.

    Args:
        sampler: a sampler or its name.
        model: a target (its exact score) or a target with a score error.
        v: variances v_0 > ... > v_N > 0, shape (N+1,).
        n: number of samples.
        seed: of the generator on ``device``. The same seed, chunk and device give the same samples; a CPU and
            a CUDA generator draw different streams.
        start: "noise" starts from N(0, v_0 I), "exact" from p_{v_0}.
        chunk: how many samples run at once, which bounds the memory.

    Raises:
        ValueError: unknown sampler or start, or ``v`` is not a grid.
    """
    method, levels, noisy = get_sampler(sampler), as_variances(v), from_noise(start)
    generator = torch.Generator(device=device).manual_seed(seed)
    parts = [_run(method, model, levels, size, generator, noisy, torch.device(device)) for size in _sizes(n, chunk)]
    return torch.cat(parts) if parts else torch.empty(0, model.d, dtype=torch.float64, device=device)


def _sizes(n: int, chunk: int) -> Iterator[int]:
    for done in range(0, n, chunk):
        yield min(chunk, n - done)


@torch.no_grad()
def _run(
    sampler: Sampler,
    model: Model,
    v: NDArray[np.float64],
    n: int,
    generator: torch.Generator,
    noisy_start: bool,
    device: torch.device,
) -> torch.Tensor:
    def noise() -> torch.Tensor:
        return torch.randn(n, model.d, generator=generator, dtype=torch.float64, device=device)

    y = float(v[0]) ** 0.5 * noise()
    if not noisy_start:
        y = y + data_law(model).sample(n, generator)
    for level, level_next in pairwise(v.tolist()):
        y = sampler.step(model, y, level, level_next, noise() if sampler.stochastic else None)
    return y


def data_law(model: Model) -> Target:
    """The law of X_0 that a model was made for: the target itself, or the one its error perturbs."""
    target = getattr(model, "target", model)
    if not isinstance(target, Target):
        raise TypeError(f"{model!r} has no target to draw X_0 from")
    return target

"""Drawing samples: run a sampler down a grid of noise levels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from numerics.samplers.base import Model, Sampler
from numerics.samplers.clock import as_variances, from_noise
from numerics.samplers.noise import Noise
from numerics.samplers.registry import get_sampler
from numerics.targets.base import Target

CPU_CHUNK = 1 << 15
DEVICE_CHUNK = 1 << 18


def sample(
    sampler: str | Sampler,
    model: Model,
    v: ArrayLike,
    n: int,
    seed: int,
    start: str = "noise",
    device: str | torch.device = "cpu",
    chunk: int | None = None,
) -> torch.Tensor:
    """``n`` samples at noise level v_N, float64, shape (n, d), on ``device``.

    Args:
        sampler: a sampler or its name.
        model: a target (its exact score) or a target with a score error.
        v: variances v_0 > ... > v_N > 0, shape (N+1,).
        n: number of samples.
        seed: of the random numbers, 0 or larger. The same seed, chunk and device give the same samples; a CPU and a
            CUDA device draw different streams.
        start: "noise" starts from N(0, v_0 I), "exact" from p_{v_0}.
        chunk: how many samples run down the whole grid at once, which bounds the memory; default ``CPU_CHUNK``, so that
            their arrays stay in cache from step to step, or ``DEVICE_CHUNK``.

    Raises:
        ValueError: unknown sampler or start, or ``v`` is not a grid.
    """
    method, levels, noisy = get_sampler(sampler), as_variances(v), from_noise(start)
    place = torch.device(device)
    noise = Noise(seed, place)
    if chunk is None:
        chunk = CPU_CHUNK if place.type == "cpu" else DEVICE_CHUNK
    parts = [_run(method, model, levels, size, noise, noisy) for size in _sizes(n, chunk)]
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
    noise: Noise,
    noisy_start: bool,
) -> torch.Tensor:
    y = float(v[0]) ** 0.5 * noise.normal(n, model.d)
    if not noisy_start:
        y = y + data_law(model).sample(n, noise.generator)
    for level, level_next in pairwise(v.tolist()):
        y = sampler.step(model, y, level, level_next, noise.normal(n, model.d) if sampler.stochastic else None)
    return y


def data_law(model: Model) -> Target:
    """The law of X_0 that a model was made for: the target itself, or the one its error perturbs."""
    target = getattr(model, "target", model)
    if not isinstance(target, Target):
        raise TypeError(f"{model!r} has no target to draw X_0 from")
    return target

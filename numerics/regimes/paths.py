"""What of the path KL a grid decides, from the model's loss curve alone, and decisions that are certain.

With loss_k = E||sqrt(v_k) s_theta(v_k, X) + xi||^2 = v_k eps2_k + mmse(v_k)/v_k,

    score:     KL_path = 1/2 sum_k (Delta_k/v_k) (loss_k - d) + const,
    denoiser:  KL_path = 1/2 sum_k (v_k/v_{k+1} - 1) loss_k + const,

where the constants, E_I + H(v_0) - H(v_N) and E_I - I(v_N) + I(v_0), are those of the two ends: they are the same for
all grids that share these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.budgets import PATH_SAMPLERS
from numerics.enclosures import Enclosure
from numerics.targets.base import NotAvailable


def step_weights(v: ArrayLike, sampler: str) -> Enclosure:
    """What multiplies loss_k/2: Delta_k/v_k (score) or v_k/v_{k+1} - 1 (denoiser), shape (N,).

    Args:
        v: variances v_0 > ... > v_N > 0, shape (N+1,).

    Raises:
        NotAvailable: the sampler has no path KL.
    """
    if sampler not in PATH_SAMPLERS:
        raise NotAvailable(f"the {sampler} sampler has no path KL; use one of {', '.join(PATH_SAMPLERS)}")
    level = Enclosure.of(v)
    step = level[:-1] - level[1:]
    return step / level[:-1] if sampler == "score" else step / level[1:]


def path_cost(v: ArrayLike, loss: Enclosure, d: int, sampler: str = "score") -> Enclosure:
    """KL_path but for what all grids with the same ends have in common, nats, shape (...).

    Args:
        v: variances, shape (N+1,).
        loss: loss_k of the model at v_0 ... v_{N-1}, shape (..., N).
        d: dimension.

    Raises:
        NotAvailable: the sampler has no path KL.
        ValueError: ``loss`` has not one entry a step.
    """
    weight = step_weights(v, sampler)
    if loss.shape[-1:] != weight.shape:
        raise ValueError(f"losses of shape {loss.shape} for {weight.shape[0]} steps: give one at each v_0 ... v_(N-1)")
    counted = loss - float(d) if sampler == "score" else loss
    return (weight * counted).sum(axis=-1) * 0.5


def sign(difference: Enclosure) -> NDArray[np.int8]:
    """-1 or 1 where the sign is certain, 0 where the enclosure holds 0 (or nothing is known)."""
    return ((difference.lower > 0).astype(np.int8) - (difference.upper < 0)).astype(np.int8)


def best(costs: Sequence[Enclosure]) -> NDArray[np.int64]:
    """The index of the least of several costs of one shape; -1 where enclosures leave it open."""
    upper = np.stack([np.broadcast_to(cost.upper, costs[0].shape) for cost in costs])
    lower = np.stack([np.broadcast_to(cost.lower, costs[0].shape) for cost in costs])
    first = np.argmin(upper, axis=0)
    others = np.where(np.arange(len(costs)).reshape(-1, *[1] * first.ndim) == first, np.inf, lower)
    return np.where(np.min(others, axis=0) > np.min(upper, axis=0), first, -1)

"""diffusers' schedulers that walk down the trained table by integer timesteps: where each step arrives.

The network is asked at timestep t_k; the update then goes to a timestep that the scheduler computes itself. Where
that is not t_{k+1}, the state has another noise level than the network is told.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.schedules.given import FloatArray
from verify.schedules.toolboxes.numbers import as_floats

# What the previous timestep is: T // n below (Song et al. 2021, as diffusers has it), or the next one listed.
TABLES = {
    "DDIMParallelScheduler": "stride",
    "DDIMScheduler": "stride",
    "DDPMParallelScheduler": "next",
    "DDPMScheduler": "next",
    "LCMScheduler": "next",
}


def trained_sigmas(alphas_cumprod: Any) -> FloatArray:
    """sqrt((1 - alpha_bar)/alpha_bar) at every timestep, shape (T,), increasing; infinite where alpha_bar = 0."""
    alpha_bar, _ = as_floats(alphas_cumprod, "alpha_bar")
    with np.errstate(divide="ignore"):
        return np.sqrt((1 - alpha_bar) / alpha_bar)


def arrivals(scheduler: Any, name: str, timesteps: NDArray[np.int64], trained: FloatArray) -> FloatArray:
    """The noise level to which each step goes, shape (n,).

    Args:
        name: which of ``TABLES`` the scheduler is.
        timesteps: at which the network is asked, shape (n,).
        trained: ``trained_sigmas`` of the scheduler.
    """
    if TABLES[name] == "next":
        return np.append(trained[timesteps[1:]], 0.0)
    stride = scheduler.config["num_train_timesteps"] // scheduler.num_inference_steps
    previous = timesteps - stride
    end = trained_sigmas([float(scheduler.final_alpha_cumprod)])[0]
    return np.where(previous >= 0, trained[np.maximum(previous, 0)], end)

"""Weights beta(sigma) of the noise levels in the training loss, written on ||sigma s_theta + xi||^2.

``edm`` is Karras et al. 2022's lambda(sigma) p_train(sigma) in this form (Wang, He, Tao 2024, section 5):

    beta(sigma) = exp(-(ln sigma - P_mean)^2 / (2 P_std^2)) (sigma^2 + sigma_data^2) / (sigma sigma_data^2)

with its defaults P_mean = -1.2, P_std = 1.2, sigma_data = 0.5.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

P_MEAN, P_STD, SIGMA_DATA = -1.2, 1.2, 0.5
Weighting = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def edm(sigma: NDArray[np.float64]) -> NDArray[np.float64]:
    """EDM's bell at noise levels of shape (...)."""
    bell = np.exp(-((np.log(sigma) - P_MEAN) ** 2) / (2 * P_STD**2))
    return np.asarray(bell * (sigma**2 + SIGMA_DATA**2) / (sigma * SIGMA_DATA**2))


WEIGHTINGS: dict[str, Weighting] = {
    "uniform": np.ones_like,
    "1/sigma": lambda sigma: 1 / sigma,
    "1/sigma2": lambda sigma: 1 / sigma**2,
    "edm": edm,
}


def weights(name: str, sigmas: ArrayLike) -> tuple[float, ...]:
    """beta at each noise level.

    Raises:
        ValueError: there is no weighting of that name.
    """
    if name not in WEIGHTINGS:
        raise ValueError(f"there is no weighting {name!r}; there are {', '.join(WEIGHTINGS)}")
    return tuple(WEIGHTINGS[name](np.asarray(sigmas, dtype=np.float64)).tolist())

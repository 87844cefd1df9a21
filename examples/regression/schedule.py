"""The noise schedule of this project: Karras et al. 2022, eq. (5), with the 0 that samplers want at the end."""

import numpy as np


def grid(n=19, sigma_min=0.002, sigma_max=80.0, rho=7.0):
    """Noise levels for n - 1 steps and the last one to 0, shape (n + 1,), largest first."""
    ramp = np.linspace(0, 1, n)
    sigmas = (sigma_max ** (1 / rho) + ramp * (sigma_min ** (1 / rho) - sigma_max ** (1 / rho))) ** rho
    return np.append(sigmas, 0.0)

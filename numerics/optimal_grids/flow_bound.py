"""What no grid undercuts for the ``ode`` sampler on centred Gaussian data.

Its output KL is a sum over the eigenvalues lambda of the data, each part of which is least for its own tan grid, where
all steps turn the angle arctan(sigma/sqrt(lambda)) alike (-ln cos is convex; Sabour et al. 2024, arXiv 2404.14507,
Theorem 3.1):

    KL >= sum_lambda 1/2 (e^{2C} - 1 - 2C),    C = -N ln cos(A/N),  A the whole angle.

For one eigenvalue this is reached.
"""

from __future__ import annotations

import numpy as np

from numerics.enclosures import Enclosure
from numerics.targets import Gaussian


def least_flow_error(target: Gaussian, steps: int, sigma_max: float, sigma_min: float) -> Enclosure:
    """A lower bound on the output KL of ``ode`` from the exact start, nats; reached where all eigenvalues are one.

    Args:
        target: a Gaussian of mean 0.
        steps: N.
    """
    deviation = Enclosure.of(target.eigenvalues[target.eigenvalues > 0]).sqrt()
    if not deviation.value.size:
        return Enclosure.of(0.0)
    whole = (sigma_max / deviation).atan() - (sigma_min / deviation).atan()
    excess = -float(steps) * (whole / float(steps)).cos().log()
    # e^x - 1 - x loses its digits where x is small
    x = 2.0 * excess
    series = Enclosure.of(np.zeros_like(x.value))
    for k in range(20, 1, -1):
        series = x * (series + 1.0) / float(k)
    small = x.value < 0.5
    direct = x.exp() - 1.0 - x
    value = np.where(small, (x * series).value, direct.value)
    radius = np.where(small, (x * series).radius + 1e-16 * (x * series).value, direct.radius)
    return (Enclosure.of(value, radius) * 0.5).sum()

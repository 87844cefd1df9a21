"""The best grid of the ``ode`` sampler on centred Gaussian data, with a bound on any other.

Local searches begin at the tan grid of each of several eigenvalues, which is best for data of that one alone, besides
the starts of ``search``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import Enclosure
from numerics.optimal_grids.flow import FlowObjective
from numerics.optimal_grids.flow_bound import least_flow_error
from numerics.optimal_grids.search import optimal_grid
from numerics.targets import Gaussian, Target
from numerics.targets.base import NotAvailable
from theory.grids import Grid, exponential, tan

FloatArray = NDArray[np.float64]
STARTS = 5  # eigenvalues whose own best grid is searched from
SHOWN_STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


@dataclass(frozen=True, eq=False)
class BestFlowGrid:
    """The best grid that was found.

    Attributes:
        v: its variances, shape (N+1,).
        lower: no grid of N steps has less output KL, nats.
    """

    target: Gaussian
    sigma_max: float
    sigma_min: float
    v: FloatArray
    lower: Enclosure

    def value(self, v: FloatArray) -> float:
        """Output KL of ``ode`` from the exact start, nats."""
        return FlowObjective(self.target, "ode", v[[0, -1]])(np.log(v[1:-1]))[0]

    def by_steps(self, usual: Callable[[int, float, float], Mapping[str, Grid]]) -> dict[int, dict[str, float]]:
        """For numbers of steps up to N the best output KL and those of the ``usual`` grids, nats."""
        steps, found = len(self.v) - 1, {}
        for n in sorted({n for n in SHOWN_STEPS if n < steps} | {steps}):
            best = self.v if n == steps else _searched(self.target, n, self.sigma_max, self.sigma_min)
            others = {name: self.value(grid.v) for name, grid in usual(n, self.sigma_max, self.sigma_min).items()}
            found[n] = {"best": self.value(best), **others}
        return found


def best_flow_grid(target: Target, steps: int, sigma_max: float, sigma_min: float, sampler: str) -> BestFlowGrid:
    """The best grid of ``steps`` steps.

    Raises:
        NotAvailable: another target, or a sampler without an objective.
    """
    FlowObjective(target, sampler, np.array([sigma_max, sigma_min]) ** 2)  # which refuses
    if not isinstance(target, Gaussian):
        raise NotAvailable(f"{target.label} is not Gaussian")
    v = _searched(target, steps, sigma_max, sigma_min)
    return BestFlowGrid(target, sigma_max, sigma_min, v, least_flow_error(target, steps, sigma_max, sigma_min))


def _searched(target: Gaussian, steps: int, sigma_max: float, sigma_min: float) -> FloatArray:
    positive = np.unique(target.eigenvalues[target.eigenvalues > 0])
    if not len(positive):  # no grid makes an error: equal steps of ln sigma
        return exponential(steps + 1, sigma_min, sigma_max).v
    at = np.linspace(0, len(positive) - 1, STARTS).round().astype(int)
    starts = [tan(steps + 1, sigma_min, sigma_max, float(np.sqrt(one))).v for one in np.unique(positive[at])]
    return optimal_grid(target, steps, sigma_max, sigma_min, "ode", starts=starts).grid.v

"""The usual grids that an optimum is measured against, as toolboxes make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from theory.grids import Grid, exponential, karras, linear, tan

DEFAULTS: Mapping[str, Callable[[int, float, float], Grid]] = {
    "karras rho=7": karras,
    "karras rho=3": lambda n, low, high: karras(n, low, high, 3.0),
    "exponential": exponential,
    "linear": linear,
    "tan c=1": tan,
}
SHOWN_STEPS = 24  # how many N are told, at most


def usual_grids(steps: int, sigma_max: float, sigma_min: float, against: Grid | None = None) -> dict[str, Grid]:
    """``DEFAULTS`` with these steps and ends, and ``against`` by its label."""
    found = {name: make(steps + 1, sigma_min, sigma_max) for name, make in DEFAULTS.items()}
    return found | ({against.label: against} if against is not None else {})


def shown_steps(most: int) -> list[int]:
    """Numbers of steps from 1 to ``most``: all, or some at nearly equal ratios."""
    if most <= SHOWN_STEPS:
        return list(range(1, most + 1))
    return sorted({round(most ** (i / (SHOWN_STEPS - 1))) for i in range(SHOWN_STEPS)})

"""Free arguments of claims on the design space: exponent of a grid, a level, the parameters of EDM's weighting."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from theory.grids import karras

# EDM's own values come first (Karras et al. 2022, table 1)
SIMPLE: dict[str, tuple[float, ...]] = {
    "rho": (7.0, 1.0, 0.5),
    "P_mean": (-1.2, 1.0),
    "P_std": (1.2,),
    "sigma_data": (0.5,),
}
EXPONENTS = (0.1, 50.0)
MEANS, SPREADS, SCALES = (-4.0, 4.0), (0.5, 3.0), (0.01, 100.0)
LEVELS = (1.0, 0.0, 2.0)
EDM_STEPS, EDM_RANGE = 12, (0.002, 80.0)


def design_choices(names: set[str]) -> dict[str, tuple[float, ...]]:
    """Simple values of the free arguments that a claim asks for, but for the level: :func:`level_choices`."""
    return {name: values for name, values in SIMPLE.items() if name in names}


def level_choices(names: set[str], steps: int) -> tuple[float, ...]:
    """Levels to look at on a grid of so many steps; none where no level is asked for."""
    return tuple(place for place in LEVELS if place < steps) if "level" in names else ()


def edm_grids(names: set[str]) -> tuple[tuple[float, ...], ...]:
    """EDM's own grid, for claims that speak of its weighting."""
    return (tuple(karras(EDM_STEPS + 1, *EDM_RANGE).v.tolist()),) if "P_mean" in names else ()


def free_design(draw: st.DrawFn, names: set[str], steps: int) -> dict[str, float]:
    """Free arguments that a claim asks for, drawn for a grid of so many steps."""
    drawn: dict[str, st.SearchStrategy[float]] = {
        "rho": _or_simple("rho", _logarithmic(*EXPONENTS)),
        "P_mean": _or_simple("P_mean", st.floats(*MEANS).map(_digits)),
        "P_std": _or_simple("P_std", st.floats(*SPREADS).map(_digits)),
        "sigma_data": _or_simple("sigma_data", _logarithmic(*SCALES)),
        "level": st.integers(0, max(0, steps - 1)).map(float),
    }
    return {name: draw(numbers) for name, numbers in drawn.items() if name in names}


def _or_simple(name: str, others: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    return st.one_of(st.sampled_from(SIMPLE[name]), others)


def _logarithmic(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(float(np.log(low)), float(np.log(high))).map(lambda e: _digits(float(np.exp(e))))


def _digits(number: float) -> float:
    """Few enough to read."""
    return float(f"{number:.4g}")

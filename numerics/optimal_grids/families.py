"""The best member of a family of grids: which rho, which c, which mu and beta.

The objective over one parameter may have several minima, so that it is first looked at everywhere (``SCANNED`` values,
equal steps of the parameter's logarithm), then near each of the lowest, by Brent's method or, for two parameters,
Nelder and Mead's. The stated interval of each parameter is one whose two ends are worse than the value named: a local
minimum lies in it. That none lies lower between two scanned values is not proved; the bound on any grid (``best``)
covers that too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from numerics.enclosures import Enclosure
from theory.grids import FAMILIES, Grid, GridError

FloatArray = NDArray[np.float64]
Ranges = dict[str, tuple[float, float]]
SCANNED, SCANNED_EACH = 241, 41
LOWEST = 3  # how many of the lowest scanned minima are followed
ROUNDING = 1e-12  # relative: an objective that is higher by less may be rounding
FIXED = ("exponential", "linear")  # nothing to choose


@dataclass(frozen=True)
class Member:
    """The best member that was found.

    Attributes:
        grid: it.
        parameters: each searched parameter, with an interval whose two ends are worse.
        value: its objective.
        at_edge: names of parameters at an end of the range searched: the best may lie beyond.
    """

    grid: Grid
    parameters: dict[str, Enclosure]
    value: float
    at_edge: tuple[str, ...]


def ranges(family: str, sigma_max: float, sigma_min: float) -> Ranges:
    """Where a family's parameters are searched; all but ``mu`` by their logarithm.

    Raises:
        ValueError: no such family, or one whose ends are not free to choose.
    """
    found: dict[str, Ranges] = {
        "karras": {"rho": (0.2, 1000.0)},
        "polyexponential": {"rho": (0.02, 50.0)},
        "tan": {"c": (sigma_min / 100, sigma_max * 100)},
        "laplace": {"mu": (np.log(sigma_min), np.log(sigma_max)), "beta": (0.01, 100.0)},
    } | {name: {} for name in FIXED}
    if family not in found:
        why = "has ends of its own" if family in FAMILIES else "is no family"
        raise ValueError(f"{family} {why}: choose one of {', '.join(sorted(found))}")
    return found[family]


def best_member(
    family: str,
    steps: int,
    sigma_max: float,
    sigma_min: float,
    objective: Callable[[FloatArray], float],
    between: Callable[[int], None] | None = None,
) -> Member:
    """The member of ``family`` with the least objective.

    Args:
        objective: of the variances, shape (N+1,).
        between: called with the number of grids tried so far.

    Raises:
        ValueError: as ``ranges``; or no member of the family is a grid of so many steps.
    """
    space = ranges(family, sigma_max, sigma_min)
    names, ends = list(space), np.array([_inside(name, limits) for name, limits in space.items()]).reshape(-1, 2)
    tried = 0

    def grid(point: FloatArray) -> Grid:
        chosen = {name: _outside(name, x) for name, x in zip(names, point, strict=True)}
        return FAMILIES[family](steps + 1, sigma_min, sigma_max, **chosen)

    def value(point: FloatArray) -> float:
        nonlocal tried
        tried += 1
        if between is not None and tried % 50 == 0:
            between(tried)
        try:
            return objective(grid(np.clip(point, *ends.T)).v) if np.all(point == np.clip(point, *ends.T)) else np.inf
        except GridError:  # points merge
            return np.inf

    if not names:
        only = grid(np.empty(0))
        return Member(only, {}, objective(only.v), ())
    lines = [np.linspace(end[0], end[1], SCANNED if len(names) == 1 else SCANNED_EACH) for end in ends]
    seen = np.array([value(np.array(point)) for point in product(*lines)]).reshape([len(line) for line in lines])
    if not np.any(np.isfinite(seen)):
        raise ValueError(f"no {family} grid of {steps} steps from {sigma_max:g} to {sigma_min:g}: its points merge")
    followed = [_followed(value, lines, at) for at in _lowest(seen)]
    best, least = min(followed, key=lambda end: end[1])
    near = [_worse_on_both_sides(value, best, i, least, ends[i]) for i in range(len(names))]
    parameters = {
        name: Enclosure.interval(_outside(name, low), _outside(name, high))
        for name, (low, high) in zip(names, near, strict=True)
    }
    edges = tuple(
        name for name, x, line in zip(names, best, lines, strict=True) if min(x - line[0], line[-1] - x) < 1e-6
    )
    return Member(grid(best), parameters, least, edges)


def _inside(name: str, limits: tuple[float, float]) -> tuple[float, float]:
    return limits if name == "mu" else (float(np.log(limits[0])), float(np.log(limits[1])))


def _outside(name: str, x: float) -> float:
    return float(x) if name == "mu" else float(np.exp(x))


def _lowest(seen: FloatArray) -> list[tuple[int, ...]]:
    """Indices of the lowest scanned values that are no higher than their neighbours."""
    padded = np.pad(seen, 1, constant_values=np.inf)
    core = tuple(slice(1, -1) for _ in range(seen.ndim))
    least = np.isfinite(seen)
    for axis in range(seen.ndim):
        for shift in (1, -1):
            least &= seen <= np.roll(padded, shift, axis)[core]
    found = sorted(map(tuple, np.argwhere(least).tolist()), key=lambda at: float(seen[at]))
    return found[:LOWEST]


def _followed(
    value: Callable[[FloatArray], float], lines: list[FloatArray], at: tuple[int, ...]
) -> tuple[FloatArray, float]:
    """The minimum near a scanned point."""
    start = np.array([line[i] for line, i in zip(lines, at, strict=True)])
    if len(lines) == 1:
        line, i = lines[0], at[0]
        bounds = (line[max(i - 1, 0)], line[min(i + 1, len(line) - 1)])
        found = minimize_scalar(lambda x: value(np.array([x])), bounds=bounds, options={"xatol": 1e-9})
        end, least = np.array([found.x]), float(found.fun)
    else:
        apart = np.diag([(line[1] - line[0]) / 2 for line in lines])
        options = {"xatol": 1e-8, "fatol": 0.0, "maxiter": 400, "initial_simplex": np.vstack([start, start + apart])}
        found = minimize(value, start, method="Nelder-Mead", options=options)
        end, least = np.asarray(found.x), float(found.fun)
    first = value(start)
    return (end, least) if least < first else (start, first)


def _worse_on_both_sides(
    value: Callable[[FloatArray], float], best: FloatArray, i: int, least: float, ends: FloatArray
) -> tuple[float, float]:
    """The nearest values of parameter i on both sides, of a doubling sequence, that are worse."""
    sides = []
    for sign in (-1.0, 1.0):
        step = 1e-8
        while True:
            moved = best.copy()
            moved[i] = np.clip(best[i] + sign * step, *ends)
            if moved[i] in ends or value(moved) > least + ROUNDING * abs(least):
                break
            step *= 2
        sides.append(float(moved[i]))
    return sides[0], sides[1]

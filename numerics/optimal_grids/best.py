"""The best grid of N steps among all grids, as far as it can be proved.

1. A programme over an axis of M levels finds the least F = 1/2 sum (t_{k+1} - t_k) h(v_k) over all grids on the axis,
   for N and all fewer steps, however many local minima there are; Bellman's inequalities are checked apart.
2. From there Newton's method moves the points off the axis.
3. A second programme, over cells of the clock with the least h of each, bounds what any grid could reach: ``gap``.

F differs from the path KL by what all grids with the same ends and the same model share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from numerics.grid_programme import Certificate, Programme, certify, least_possible, solve
from numerics.optimal_grids.profiles import ExactProfile, TabulatedProfile, clock
from numerics.optimal_grids.search import optimal_grid
from numerics.optimal_grids.staircase import Staircase

FloatArray = NDArray[np.float64]
TOLERANCE = 1e-3  # of what the staircase of the best grid loses to the curve: a bound this near is near enough


@dataclass(frozen=True, eq=False)
class Axis:
    """The solved programme of one profile between two levels.

    Attributes:
        y: ln v of the axis, decreasing, shape (M,).
        programme: in nats.
        proof: of the programme.
        area: 1/2 int h dt by the trapezoid rule on the axis: where staircases tend to.
    """

    profile: ExactProfile | TabulatedProfile
    y: FloatArray
    programme: Programme
    proof: Certificate
    area: float

    def staircase(self, y: FloatArray) -> float:
        """F of a grid given by its ln v, shape (N+1,), from the profile itself."""
        return float(np.diff(clock(self.profile.sampler, y)) @ self.profile.height(y[:-1])) / 2

    def screen(self) -> Callable[[FloatArray], float]:
        """F from an interpolation of the axis, which costs no measurement: for a first look at many grids."""
        if isinstance(self.profile, TabulatedProfile):
            return self.staircase
        spline = CubicSpline(self.y[::-1], 2 * self.programme.h[::-1])
        return lambda y: float(np.diff(clock(self.profile.sampler, y)) @ spline(y[:-1])) / 2


@dataclass(frozen=True, eq=False)
class BestGrid:
    """The best grid that was found.

    Attributes:
        v: its variances, shape (N+1,).
        value: F, nats, from the profile.
        on_axis: the least F on the axis.
    """

    v: FloatArray
    value: float
    on_axis: float


def solve_axis(
    profile: ExactProfile | TabulatedProfile, steps: int, sigma_max: float, sigma_min: float, points: int
) -> Axis:
    """The programme on ``points`` levels, equal steps of ln sigma, and the knots of the profile.

    Raises:
        ValueError: fewer points than the grid has.
    """
    if points < steps + 1:
        raise ValueError(f"points = {points}: an axis for {steps} steps has {steps + 1} points or more")
    ends = 2 * np.log([sigma_max, sigma_min])
    inside = profile.knots[(profile.knots < ends[0]) & (profile.knots > ends[1])]
    y = np.unique(np.concatenate([np.linspace(ends[0], ends[1], points), inside]))[::-1]
    # knots that nearly coincide with an axis point make a step of no length
    y = y[np.concatenate([[True], -np.diff(y) > 1e-12 * (ends[0] - ends[1])])]
    y[-1] = ends[1]
    t, h = clock(profile.sampler, y), profile.height(y) / 2
    programme = solve(t, h, steps)
    area = float(np.diff(t) @ (h[1:] + h[:-1])) / 2
    return Axis(profile, y, programme, certify(programme), area)


def refine(axis: Axis, steps: int) -> BestGrid:
    """The best grid of ``steps`` steps, moved off the axis where that helps.

    Where h is the same everywhere all grids cost the same, and the one with equal steps of ln sigma is returned.
    """
    if not np.ptp(axis.programme.h):
        even = np.linspace(axis.y[0], axis.y[-1], steps + 1)
        return BestGrid(np.exp(even), axis.staircase(even), axis.staircase(even))
    start = axis.y[axis.programme.path(steps)]
    ends = start[[0, -1]]
    on_axis = axis.staircase(start)
    if isinstance(axis.profile, TabulatedProfile):
        inner = Staircase(axis.profile, ends).improved(start[1:-1])
        found = np.concatenate([ends[:1], inner, ends[1:]])
    else:
        curve = axis.profile.curve
        sigma_max, sigma_min = np.exp(ends / 2)
        moved = optimal_grid(curve.target, steps, sigma_max, sigma_min, curve.sampler, starts=[np.exp(start)])
        found = np.concatenate([ends[:1], np.log(moved.grid.v[1:-1]), ends[1:]])
    value = axis.staircase(found)
    return BestGrid(np.exp(found), value, on_axis) if value < on_axis else BestGrid(np.exp(start), on_axis, on_axis)


def least_of_any_grid(axis: Axis, steps: int, known: float) -> float:
    """What no grid of at most ``steps`` steps between the axis's ends undercuts, nats.

    Args:
        known: F of the best grid known.
    """
    profile = axis.profile
    first = float(profile.floor(axis.y[:1], axis.y[:1])[0]) / 2

    def floor(left: FloatArray, right: FloatArray) -> FloatArray:
        return profile.floor(left, right) / 2

    lost = max(known - axis.area, 0.0)
    found = least_possible(lambda y: clock(profile.sampler, y), floor, first, axis.y, steps, known, TOLERANCE * lost)
    return found.lower

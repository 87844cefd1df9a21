"""What grids between the same ends cost: with its error, at most, and for other numbers of steps."""

from __future__ import annotations

from collections.abc import Mapping

import flint
import numpy as np

from numerics.budgets import discretisation_error, discretisation_error_ball
from numerics.enclosures import EPS, Enclosure
from numerics.optimal_grids.best import Axis
from numerics.optimal_grids.profiles import ExactProfile
from numerics.regimes.paths import step_weights
from numerics.targets import LossCurve, NotAvailable, PointCloud, Target
from numerics.terminal import terminal_kl
from theory.grids import Grid
from verify.schedules.usual import shown_steps, usual_grids


def grid_objective(source: Target, grid: Grid, sampler: str) -> Enclosure:
    """E_D, nats; of a loss curve all of the path KL that a grid decides."""
    if isinstance(source, LossCurve):
        # as one curve through all levels, which is tighter than level by level
        weight = step_weights(grid.v, sampler) * 0.5
        total = source.sum(grid.v[:-1], weight.value)[0]
        total = total.widened(float(weight.radius @ source.loss(grid.v[:-1]).upper))
        return total - weight.sum() * float(source.d) if sampler == "score" else total
    if not isinstance(source, PointCloud):
        try:
            ball = discretisation_error_ball(source, [flint.arb(v) for v in grid.v.tolist()], sampler)
            return Enclosure.from_ball(ball)
        except NotAvailable:
            pass
    return discretisation_error(source, grid.v, sampler)


def cost_at_most(axis: Axis, grid: Grid) -> float:
    """1/2 sum (t_{k+1} - t_k) h(v_k) on the axis's own curve, rounding included, nats."""
    profile, v = axis.profile, Enclosure.of(grid.v)
    t = -v if profile.sampler == "score" else 1.0 / v
    if isinstance(profile, ExactProfile):
        h = profile.curve.height(grid.v[:-1])
    else:
        y = np.log(grid.v[:-1])
        value = profile.height(y)
        size = np.abs(value) + (profile.d * np.exp(-y) if profile.sampler == "score" else 0.0)
        h = Enclosure.of(value, 64 * EPS * (1 + np.abs(y)) * size)
    return float(((t[1:] - t[:-1]) * h * 0.5).sum().upper)


def costs_by_steps(axis: Axis, steps: int, sigma_max: float, sigma_min: float) -> dict[int, dict[str, float]]:
    """For numbers of steps up to ``steps`` the best cost on the axis, and those of the usual grids, nats.

    From the curve without its error, with a constant that all grids share: the area under the curve is taken off.
    """
    screen, found = axis.screen(), {}
    for n in shown_steps(steps):
        usual = {name: screen(np.log(one.v)) for name, one in usual_grids(n, sigma_max, sigma_min).items()}
        found[n] = {name: value - axis.area for name, value in {"best": axis.programme.least[n], **usual}.items()}
    return {n: {name: float(value) for name, value in row.items()} for n, row in found.items()}


def output_errors(source: Target, grids: Mapping[str, Grid], sampler: str) -> tuple[dict[str, Enclosure], list[str]]:
    """Output KL of each grid from the sampler's own start, where it can be had, and why not where it cannot."""
    if isinstance(source, LossCurve):
        return {}, []
    found, reasons = {}, {}
    for name, grid in grids.items():
        try:
            found[name] = terminal_kl(source, grid.v, sampler)
        except NotAvailable as why:
            reasons[name] = str(why)
    if not found:
        return {}, [f"no output KL: {next(iter(reasons.values()))}"]
    return found, [f"no output KL of {name}: {why}" for name, why in reasons.items()]

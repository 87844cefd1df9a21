"""Whether a noise schedule is better than the one before it, on one target with one sampler, and by which divergence.

Two grids with the same ends differ in path KL by sums over their own levels alone. Another sigma_max changes E_I too,
which a known target has and a loss curve has not. Another sigma_min changes the law that the sampler's output is
compared with, so that no divergence of the two runs is about the same thing: there is no verdict. Where it has moved by
no more than numbers are rounded by, the paths are compared down to the larger of the two, which both pass, and the
interval also holds the difference of the whole paths.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from numerics.budgets import PATH_SAMPLERS
from numerics.enclosures import Enclosure
from numerics.targets import NotAvailable, Target
from numerics.targets.loss_curve import LossCurve
from theory.grids import Grid, exponential, from_sigmas
from verify.schedules.budgets import grid_budget
from verify.schedules.checked import NO_CRITERION
from verify.schedules.comparison import compare
from verify.schedules.path_differences import SAME_ENDS, apart
from verify.schedules.ranking import rank

ROUNDED_END = 2.0**-8  # relative: what rounding to bfloat16 does; to float16 it is 2^-11

DOWN_TO_BOTH = "paths are judged down to the larger one, and the ± holds what the rest may cost"

MEANING = {
    "KL_path": "divergence of the sampler's path from the exact reverse process",
    "KL": "divergence of the data noised to sigma_min from the sampler's output",
    "KL_path above exponential": "path divergence minus that of the exponential grid with the same ends and steps",
}


@dataclass(frozen=True)
class Judged:
    """A number in nats under its criterion, or None.

    Attributes:
        reason: what the number means, or why there is none.
        missing: what would be needed to know the sign of a difference, where it is not known.
        ends: how the number allows for two values of sigma_min, where they differ.
    """

    criterion: str
    number: Enclosure | None
    reason: str
    missing: str | None = None
    ends: str | None = None


def cost_of(grid: Grid, target: Target, sampler: str) -> Judged:
    """What the grid costs: path KL, output KL for ode and heun, or on a loss curve what it loses to another grid."""
    if isinstance(target, LossCurve):
        usual = exponential(grid.n, grid.sigmas[-1], grid.sigmas[0])
        return _difference("KL_path above exponential", usual, grid, target, sampler)
    budget = grid_budget(grid, target, sampler)
    criterion = "KL_path" if sampler in PATH_SAMPLERS else "KL"
    number = budget.part(criterion)
    if number is None:
        return Judged(criterion, None, budget.budget.reasons[criterion])
    return _bounded(criterion, number)


def difference_of(before: Grid, now: Grid, target: Target, sampler: str) -> Judged:
    """The error of ``now`` minus that of ``before``: negative is better."""
    (top, bottom), (new_top, new_bottom) = before.sigmas[[0, -1]], now.sigmas[[0, -1]]
    moved = apart(bottom, new_bottom)
    if moved > SAME_ENDS:
        by = f", by {moved:.1e} of it" if moved <= ROUNDED_END else ""
        rounded = "; if that is rounding, write the baseline with numbers of the same type" if by else ""
        if by and sampler in PATH_SAMPLERS and max(bottom, new_bottom) < min(before.sigmas[-2], now.sigmas[-2]):
            return _down_to_both(before, now, target, sampler)
        return Judged(
            NO_CRITERION,
            None,
            f"sigma_min changed from {bottom:.9g} to {new_bottom:.9g}{by}: the outputs are compared with different "
            f"laws (data noised to different levels), and no divergence judges one against the other{rounded}",
        )
    if sampler in PATH_SAMPLERS and apart(top, new_top) <= SAME_ENDS:
        return _difference("KL_path", before, now, target, sampler)
    if isinstance(target, LossCurve):
        why = (
            f"sigma_max changed from {top:.9g} to {new_top:.9g}, which changes the error of the start, and a loss "
            "curve does not know it"
            if sampler in PATH_SAMPLERS
            else f"the {sampler} sampler has no path KL, and a loss curve gives no other"
        )
        return Judged(NO_CRITERION, None, f"{why}; give a known target")
    comparison = compare([before, now], target, sampler)
    wanted = "KL_path" if sampler in PATH_SAMPLERS else "KL"
    number = comparison.difference(comparison.budgets[1])
    if number is None or comparison.criterion != wanted:
        return Judged(wanted, None, comparison.budgets[1].budget.reasons.get(wanted, f"{wanted} cannot be had"))
    return _bounded(wanted, number)


def verdict_of(difference: Enclosure, tolerance: float) -> tuple[str, str, bool]:
    """Better, same, worse or cannot tell; why; and whether it may be worse by more than ``tolerance`` nats.

    *Same* means that the difference is certainly at most ``tolerance`` in size, *better* that it is certainly
    negative, *worse* that it is certainly above ``tolerance``.
    """
    low, high = float(difference.lower), float(difference.upper)
    size = max(abs(low), abs(high))
    if size <= tolerance:
        return "same", f"within {tolerance:g} nats" if size else "equal costs", False
    if high < 0:
        return "better", f"lower by {-float(difference.value):.4g} nats", False
    if low > tolerance:
        return "worse", f"higher by {float(difference.value):.4g} nats", True
    between = f"between {low:.2g} and {high:.2g} nats"
    if high <= tolerance:
        return "cannot tell", f"{between}: better or the same", False
    if size < 1e-3:
        return "cannot tell", f"{between}; --tolerance {_above(size)} calls this the same", True
    return "cannot tell", between, True


def _down_to_both(before: Grid, now: Grid, target: Target, sampler: str) -> Judged:
    """Paths whose last levels differ a little: the interval holds the difference of path KL from the start down to the
    larger last level, and that of the whole paths.
    """
    level = max(before.sigmas[-1], now.sigmas[-1])
    judged = difference_of(_stopped(before, level), _stopped(now, level), target, sampler)
    if judged.number is None:
        return judged
    saved, added = (_rest(grid, level, target, sampler) for grid in (before, now))  # one of them is 0
    number = judged.number + Enclosure.of((added - saved) / 2, (added + saved) / 2)
    bounded = _bounded(judged.criterion, number, judged.missing)
    return bounded if bounded.number is None else replace(bounded, ends=DOWN_TO_BOTH)


def _stopped(grid: Grid, level: float) -> Grid:
    """The grid whose last step ends at ``level``, within its own last step: the sampler's path is the same so far."""
    return grid if grid.sigmas[-1] == level else from_sigmas([*grid.sigmas[:-1], level], name=grid.label)


def _rest(grid: Grid, level: float, target: Target, sampler: str) -> float:
    """At most so many nats of path KL from ``level``, within the last step, to the last sigma.

    With a = v_{N-1} held on the step, and by J <= d/v and mmse >= 0,

        score:    1/2 int (J(v) - J(a) + eps2_a) dv  <= 1/2 [d ln(u/b) + (u - b)(loss_a - d)/a]
        denoiser: 1/2 int (mse_a - mmse(v))/v^2 dv   <= 1/2 a loss_a (1/b - 1/u),   v from b = sigma_N^2 to u = level^2.
    """
    a, b, u = float(grid.v[-2]), float(grid.v[-1]), level**2
    if not b < u:
        return 0.0
    loss = target.loss(a) if isinstance(target, LossCurve) else target.measure("mmse", a) / a
    most = float(np.max(loss.upper))
    if sampler == "score":
        return float(target.d * np.log(u / b) + (u - b) * (most - target.d) / a) / 2
    return a * most * (1 / b - 1 / u) / 2


def _difference(criterion: str, before: Grid, now: Grid, target: Target, sampler: str) -> Judged:
    try:
        ranking = rank([before, now], target, sampler, terminal=False)
    except (NotAvailable, ValueError) as why:
        return Judged(criterion, None, str(why))
    row = next(row for row in ranking.rows if row.grid is now)
    return _bounded(criterion, row.difference, row.missing)


def _bounded(criterion: str, number: Enclosure, missing: str | None = None) -> Judged:
    if not np.isfinite(number.value) or not np.isfinite(number.radius):
        return Judged(criterion, None, f"no bound of its error is known{f': {missing}' if missing else ''}")
    return Judged(criterion, number, MEANING[criterion], missing)


def _above(size: float) -> str:
    """The next power of ten."""
    power = 1e-16
    while power < size:
        power *= 10
    return f"{power:.0e}"

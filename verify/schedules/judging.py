"""Whether a noise schedule is better than the one before it, on one target with one sampler, and by which divergence.

Two grids with the same ends differ in path KL by sums over their own levels alone. Another sigma_max changes E_I too,
which a known target has and a loss curve has not. Another sigma_min changes the law that the sampler's output is
compared with, so that no divergence of the two runs is about the same thing: there is no verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.budgets import PATH_SAMPLERS
from numerics.enclosures import Enclosure
from numerics.targets import NotAvailable, Target
from numerics.targets.loss_curve import LossCurve
from theory.grids import Grid, exponential
from verify.schedules.budgets import grid_budget
from verify.schedules.checked import NO_CRITERION
from verify.schedules.comparison import compare
from verify.schedules.path_differences import SAME_ENDS, apart
from verify.schedules.ranking import rank

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
    """

    criterion: str
    number: Enclosure | None
    reason: str
    missing: str | None = None


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
    if apart(bottom, new_bottom) > SAME_ENDS:
        return Judged(
            NO_CRITERION,
            None,
            f"sigma_min changed from {bottom:.9g} to {new_bottom:.9g}: the outputs are compared with different laws "
            "(data noised to different levels), and no divergence judges one against the other",
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

"""By how much the path KLs of two grids with the same ends differ, and what keeps that from being known better.

    score:    KL_path(A) - KL_path(B) = 1/2 [sum_A (Delta_k/v_k) (loss_k - d) - sum_B ...],
    denoiser: KL_path(A) - KL_path(B) = 1/2 [sum_A (v_k/v_{k+1} - 1) loss_k - sum_B ...]:

what the data itself contributes depends on the ends alone and cancels. For exact targets loss_k = mmse(v_k)/v_k.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import EPS, Enclosure, Kind
from numerics.regimes.paths import step_weights
from numerics.targets import Target
from numerics.targets.curve_range import Sum
from numerics.targets.loss_curve import LossCurve
from theory.grids import Grid
from verify.language.errors import BadInput

FloatArray = NDArray[np.float64]
SAME_ENDS = 1e-6  # relative: float32 toolboxes round their first and last sigma
_ALIKE = 1e-6  # nats: grids that are closer than this and not told apart


def require_same_ends(grids: Iterable[Grid], source: Target | None = None) -> list[str]:
    """Notes on ends that differ by rounding, and what of it the intervals hold on ``source``.

    Raises:
        BadInput: the first or last sigma of a grid is not that of the first grid.
    """
    first, *others = grids
    notes = []
    for other in others:
        for at, name in ((0, "sigma_max"), (-1, "sigma_min")):
            mine, yours = float(first.sigmas[at]), float(other.sigmas[at])
            off = apart(mine, yours)
            if off > SAME_ENDS:
                which = "start from different noise" if at == 0 else "stop at different noise, so at different laws"
                raise BadInput(
                    f"{shown(other)} has {name} = {yours:.9g} and {shown(first)} has {mine:.9g}: they {which}, and "
                    "path KLs rank grids with the same ends only; give both the same first and last sigma"
                )
            if off:
                held = "what that rounding can cost is within the intervals"
                if at == 0 and isinstance(source, LossCurve):
                    held = "what it changes in the error of the start, which a loss curve does not tell, is left out"
                ends = f"{name} of {shown(other)} is {yours:.9g}, of {shown(first)} {mine:.9g}"
                notes.append(f"{ends}: taken for the same, and {held}")
    return notes


def apart(one: float, other: float) -> float:
    """Relative distance of two ends."""
    return abs(one - other) / max(one, other)


def path_difference(grid: Grid, reference: Grid, source: Target, sampler: str) -> tuple[Enclosure, Sum | None]:
    """KL_path(grid) - KL_path(reference) in nats; with a loss curve also what makes its interval wide.

    Raises:
        BadInput: a level of a grid is beyond the rows of the loss curve.
        NotAvailable: the sampler has no path KL, or the target no mmse.
    """
    if grid == reference:
        return Enclosure.of(0.0), None
    level, weight, offset = _merged(grid, reference, sampler)
    width = None
    if isinstance(source, LossCurve):
        try:
            total, width = source.sum(level, weight.value)
        except ValueError as why:
            raise BadInput(str(why)) from None
        total = total.widened(float(weight.radius @ source.loss(level).upper)) + offset * -float(source.d)
    elif sampler == "score":  # loss - d = -v J
        total = -(weight * (Enclosure.of(level) * source.measure("J", level))).sum()
    else:
        total = (weight * (source.measure("mmse", level) / level)).sum()
    return total.widened(_rounded_ends(grid, reference, source)), width


def estimate(grid: Grid, reference: Grid, curve: LossCurve, sampler: str) -> float:
    """The difference by the interpolated curve, without its error."""
    if grid == reference:
        return 0.0
    level, weight, offset = _merged(grid, reference, sampler)
    return float(weight.value @ curve.estimate(level) - float(offset.value) * curve.d)


def missing(difference: Enclosure, width: Sum | None, source: Target) -> str:
    """Why the sign of ``difference`` is not known, and what would tell it."""
    size = float(np.maximum(abs(difference.lower), abs(difference.upper)))
    if size < _ALIKE:
        return f"the two differ by at most {size:.1g} nats"
    if width is None or not isinstance(source, LossCurve):
        if difference.kind is Kind.SAMPLED:
            return f"{source.label} is sampled with an error of {float(difference.radius):.2g} nats; use more samples"
        return f"they differ by less than the rounding error, {float(difference.radius):.2g} nats"
    if width.from_errors > width.width / 2:
        share = f"the standard errors of the rows make {width.from_errors:.2g} of the {width.width:.2g} nats of doubt"
        return f"{share}: average more validation draws at each sigma"
    between = ~np.isin(width.t, 2 * np.log(source.sigmas))
    shares, sigmas = np.where(between, width.shares, 0.0), np.exp(width.t / 2)
    cells = np.searchsorted(source.sigmas, sigmas)
    totals = np.bincount(cells, shares, minlength=len(source.sigmas) + 1)
    widest = int(np.clip(totals.argmax(), 1, len(source.sigmas) - 1))
    levels = np.sort(sigmas[np.argsort(shares)[::-1][:3]])
    low, high = source.sigmas[widest - 1], source.sigmas[widest]
    return (
        f"the rows leave {width.width:.2g} nats open, {totals[widest]:.2g} of them between sigma = {low:.4g} and "
        f"{high:.4g}; measure the loss at sigma = {', '.join(f'{sigma:.8g}' for sigma in levels)}"
    )


def shown(grid: Grid) -> str:
    """The grid's label, cut to a line."""
    text = grid.label
    return text if len(text) <= 80 else f"{grid.name} with {grid.n} points"


def _merged(grid: Grid, reference: Grid, sampler: str) -> tuple[FloatArray, Enclosure, Enclosure]:
    """Levels of both grids, each once, the weight of the loss at each, and the sum of all weights."""
    weights = [step_weights(one.v, sampler) * half for one, half in ((grid, 0.5), (reference, -0.5))]
    level, place = np.unique(np.concatenate([grid.v[:-1], reference.v[:-1]]), return_inverse=True)
    value, radius = np.zeros_like(level), np.zeros_like(level)
    np.add.at(value, place, np.concatenate([one.value for one in weights]))
    np.add.at(radius, place, np.concatenate([one.radius + EPS * np.abs(one.value) for one in weights]))
    total = weights[0].sum() + weights[1].sum() if sampler == "score" else Enclosure.of(0.0)
    return level, Enclosure.of(value, radius), total


def _rounded_ends(grid: Grid, reference: Grid, source: Target) -> float:
    """Entropy and information of X_v change by at most d/2 for each unit of ln v at either end, E_I by m2/(2 v_0).

    The second moment is that of a known target; a loss curve does not tell it (see the note of ``require_same_ends``).
    """
    top, bottom = np.abs(np.log(grid.v[[0, -1]] / reference.v[[0, -1]]))
    moment = 0.0 if isinstance(source, LossCurve) else float(source.m2.upper)
    least = min(float(grid.v[0]), float(reference.v[0]))
    return float(source.d / 2 * (top + bottom) + moment / (2 * least) * top)

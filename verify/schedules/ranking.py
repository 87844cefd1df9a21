"""Noise grids ranked by what they cost a sampler, for a known target or for a model known by its loss curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.budgets import PATH_SAMPLERS
from numerics.enclosures import Enclosure
from numerics.regimes.paths import sign
from numerics.targets import NotAvailable, Target
from numerics.targets.loss_curve import LossCurve
from numerics.terminal import terminal_kl
from theory.display import Contents, Displayed
from theory.grids import Grid
from verify.language.errors import BadInput
from verify.schedules.path_differences import estimate, missing, path_difference, require_same_ends, shown
from verify.schedules.reading import as_grid

if TYPE_CHECKING:
    from verify.display.picture import Picture

VERDICTS = {-1: "better", 0: "cannot tell", 1: "worse"}


@dataclass(frozen=True)
class Ranked:
    """One grid against the reference.

    Attributes:
        grid: the grid.
        difference: its error minus that of the reference, nats; negative is better.
        bits_per_dim: the same in bits for each dimension of the data.
        verdict: ``reference``, ``better``, ``worse``, ``same`` or ``cannot tell``.
        terminal: KL(p_{v_N} || law of the output), nats, or None where it cannot be had.
        estimate: the difference by interpolation alone, for a loss curve, else None.
        missing: what would be needed to tell, where the verdict is ``cannot tell``.
    """

    grid: Grid
    difference: Enclosure
    bits_per_dim: Enclosure
    verdict: str
    terminal: Enclosure | None = None
    estimate: float | None = None
    missing: str | None = None

    def as_json(self) -> dict[str, Any]:
        """One row of the ranking's JSON."""
        terminal = self.terminal.as_json() if self.terminal is not None else None
        return {
            "grid": self.grid.label,
            "difference": self.difference.as_json(),
            "bits_per_dim": self.bits_per_dim.as_json(),
            "verdict": self.verdict,
            "terminal": terminal,
            "estimate": self.estimate,
            "missing": self.missing,
        }


@dataclass(frozen=True)
class Ranking(Displayed):
    """Grids from best to worst; ``print`` and notebooks show it as a table, ``plot()`` as a picture.

    Attributes:
        sampler: its name.
        source: the target, or the loss curve.
        reference: the grid that the differences are against: the first that was named.
        rows: one a grid, least difference first.
        criterion: ``KL_path``, or ``KL`` (of the output) for samplers without a path KL.
        assumption: what intervals from a loss curve rest on, one sentence, else None.
        warnings: pairs that path and output rank oppositely, and what looks wrong in the input.
        notes: what was taken for granted.
    """

    sampler: str
    source: Target
    reference: Grid
    rows: tuple[Ranked, ...]
    criterion: str = "KL_path"
    assumption: str | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def _contents(self) -> Contents:
        """A table, one row a grid, with what the numbers rest on."""
        from verify.display.schedules import ranking_contents

        return ranking_contents(self)

    def plot(self) -> Picture:
        """The lost area of the first six grids, above the differences of all with their intervals.

        A notebook shows it; ``.save("file.svg")`` writes it. Drawing takes about a second.
        """
        from verify.display.picture import Picture
        from verify.reports.schedule_pictures import draw_ranking

        return Picture(lambda to: draw_ranking(self, to))

    def as_json(self) -> dict[str, Any]:
        """As ``scoreproof schedule rank --json`` writes it."""
        return {
            "sampler": self.sampler,
            "source": self.source.label,
            "criterion": self.criterion,
            "reference": self.reference.label,
            "grids": [row.as_json() for row in self.rows],
            "assumption": self.assumption,
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }


def rank(schedules: Sequence[Any], source: Target, sampler: str = "score", terminal: bool = True) -> Ranking:
    """The grids from best to worst, each against the first.

    Args:
        schedules: one or more grids, or what ``as_grid`` reads (lists, tensors, schedulers), with the same first and
            last sigma (but for rounding); they may differ in their number of steps.
        source: a target, whose exact score the sampler then has, or the loss curve of a trained model.
        sampler: score or denoiser, by path KL; others by output KL, on a target only.
        terminal: whether to look for the output KL too.

    Raises:
        BadInput: no grids, other ends, or a level outside the rows of the loss curve.
        NotAvailable: the source does not give what the sampler needs.
    """
    grids = [one if isinstance(one, Grid) else as_grid(one) for one in schedules]
    if not grids:
        raise BadInput("nothing to rank: give two or more grids")
    notes = require_same_ends(grids, source)
    outputs, why = _outputs(grids, source, sampler) if terminal or sampler not in PATH_SAMPLERS else ({}, None)
    if sampler in PATH_SAMPLERS:
        rows = [_by_path(grid, grids[0], source, sampler, outputs.get(i)) for i, grid in enumerate(grids)]
        if why and not isinstance(source, LossCurve):
            notes.append(f"no output KL: {why}")
    elif why is not None:
        raise NotAvailable(f"the {sampler} sampler has no path KL, and here no output KL: {why}")
    else:
        rows = [_by_output(grid, grids[0], source, outputs[0], outputs[i]) for i, grid in enumerate(grids)]
    warnings = [*_of_the_curve(source), *(_disagreements(grids, rows) if sampler in PATH_SAMPLERS and outputs else ())]
    return Ranking(
        sampler,
        source,
        grids[0],
        tuple(sorted(rows, key=lambda row: float(row.difference.value))),
        "KL_path" if sampler in PATH_SAMPLERS else "KL",
        source.assumption if isinstance(source, LossCurve) else None,
        tuple(warnings),
        tuple(notes),
    )


def _outputs(grids: Sequence[Grid], source: Target, sampler: str) -> tuple[dict[int, Enclosure], str | None]:
    """The output KL of every grid, or none of them and why."""
    if isinstance(source, LossCurve):
        return {}, "a loss curve does not tell it; rank with a known --target, or the score or denoiser sampler"
    try:
        return {i: terminal_kl(source, grid.v, sampler) for i, grid in enumerate(grids)}, None
    except NotAvailable as why:
        return {}, str(why)


def _by_path(grid: Grid, reference: Grid, source: Target, sampler: str, output: Enclosure | None) -> Ranked:
    difference, width = path_difference(grid, reference, source, sampler)
    verdict = _verdict(grid, reference, difference)
    return Ranked(
        grid,
        difference,
        _bits(difference, source.d),
        verdict,
        output,
        estimate(grid, reference, source, sampler) if isinstance(source, LossCurve) else None,
        missing(difference, width, source) if verdict == "cannot tell" else None,
    )


def _by_output(grid: Grid, reference: Grid, source: Target, first: Enclosure, output: Enclosure) -> Ranked:
    difference = Enclosure.of(0.0) if grid == reference else output - first
    verdict = _verdict(grid, reference, difference)
    lacking = missing(difference, None, source) if verdict == "cannot tell" else None
    return Ranked(grid, difference, _bits(difference, source.d), verdict, output, missing=lacking)


def _verdict(grid: Grid, reference: Grid, difference: Enclosure) -> str:
    if grid is reference:
        return "reference"
    return "same" if grid == reference else VERDICTS[int(sign(difference))]


def _bits(nats: Enclosure, d: int) -> Enclosure:
    return nats / (d * math.log(2)) if np.any(nats.upper) or np.any(nats.lower) else nats


def _of_the_curve(source: Target) -> list[str]:
    if not isinstance(source, LossCurve):
        return []
    found = []
    if source.d >= 8 and float(source.losses.max()) < 1.5:
        found.append(
            f"no loss of {source.label} exceeds {float(source.losses.max()):.3g} though d = {source.d}: if it is an "
            "average over coordinates, multiply it by d"
        )
    if source.turns > 4:
        remedy = "their standard errors" if source.errors.any() else "a column se with their standard errors"
        found.append(
            f"the loss changes direction {source.turns} times between the rows; if that is noise, give {remedy}"
        )
    return found


def _disagreements(grids: Sequence[Grid], rows: Sequence[Ranked]) -> list[str]:
    """Pairs of grids, also without the reference, whose order is certain by path and by output, and opposite."""
    found = []
    for (a, one), (b, other) in combinations(zip(grids, rows, strict=True), 2):
        if one.terminal is None or other.terminal is None:
            continue
        path, output = sign(other.difference - one.difference), sign(other.terminal - one.terminal)
        if path * output < 0:
            found.append(f"path KL and output KL rank {shown(a)} and {shown(b)} oppositely")
    return found

"""The regression check: a noise schedule held to the one that was written down.

A baseline keeps the sigmas, so both schedules are measured by the same program on the same data; the numbers that it
keeps are for people, and show when the file, its data or scoreproof no longer are what they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from numerics.enclosures import Enclosure, Relation, equal
from numerics.targets import Target
from verify.language.curves import read_curve
from verify.language.errors import BadInput, did_you_mean, quoted
from verify.language.targets import parse_target
from verify.schedules.baseline_file import (
    FORMAT,
    SAMPLERS,
    VERSION,
    Baseline,
    Cost,
    Data,
    Number,
    data_of,
    read_baseline,
    write_baseline,
)
from verify.schedules.changes import as_written, changed_data, changed_grid, digest_now
from verify.schedules.checked import NO_CRITERION, Checked, Row
from verify.schedules.judging import Judged, cost_of, difference_of, verdict_of
from verify.schedules.reading import as_grid

# Stand in for real data where no target is given, both exact and cheap: variances over four decades, as natural images
# have (the path KL of a Gaussian adds up over its directions), and two modes.
DEFAULT_TARGETS = (
    "gaussian(eigenvalues=[1, .25, .04, .01, .0025, .0004, .0001])",
    "mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])",
)
DEFAULT_SAMPLERS = ("score", "denoiser")
ABOUT = (
    "The noise schedule that `scoreproof schedule check` compares with, and what it costs in nats, smaller is better. "
    "Written by --update; a change of it belongs into the same commit as the change of the schedule."
)
__all__ = ["DEFAULT_SAMPLERS", "DEFAULT_TARGETS", "Baseline", "Checked", "Row", "check", "record"]

Tell = Callable[[str], None]


def check(
    grid: Any,
    path: Path | str,
    targets: Sequence[str] = (),
    samplers: Sequence[str] = (),
    *,
    tolerance: float | None = None,
    name: str | None = None,
    typed_in: Path = Path(),
    update: str = "--update",
    trust: bool = True,
    tell: Tell = lambda what: None,
) -> Checked:
    """Judge a schedule against its baseline.

    Args:
        grid: the schedule now, anything that ``as_grid`` reads.
        path: the baseline's file.
        targets, samplers: what to judge on; where empty, those of the baseline.
        tolerance: nats below which a difference counts as none; None for the baseline's own.
        name: what the schedule is called in the result; its label by default.
        typed_in: folder that paths in ``targets`` are relative to.
        update: what writes a baseline, for messages.
        trust: whether the numbers in the file must agree with those of today.
        tell: called with what is being measured.

    Raises:
        NoBaseline: there is no such file.
        BadInput: a wrong baseline, target, sampler or tolerance, or a file that the baseline names is gone; a number
            in it that certainly is not the cost of its sigmas.
    """
    now, path = as_grid(grid), Path(path)
    kept = read_baseline(path, update)
    before, name = kept.schedule(), name or now.label
    allowed = _tolerance(kept.tolerance if tolerance is None else tolerance)
    data = _typed(targets, typed_in, path.parent) or kept.data
    wanted = _samplers(samplers) or kept.samplers
    opened = [open_data(one, path.parent) for one in data]
    notes = changed_grid(before, now) + changed_data(data, kept, path.parent)
    if np.array_equal(before.sigmas, now.sigmas):
        rows = [_identical(one.target, sampler, kept) for one in data for sampler in wanted]
        return Checked(name, now, path, before, allowed, tuple(rows), tuple(notes))
    rows = []
    for one, target in zip(data, opened, strict=True):
        trusted = as_written(one, kept, path.parent)
        for sampler in wanted:
            tell(f"{one.target}, {sampler} sampler")
            known, cost = kept.cost(one.target, sampler), cost_of(before, target, sampler)
            if trust and trusted and known is not None:
                _require_kept(known, cost.number, kept, path, update)
            once = known.cost.enclosure() if known is not None and known.cost is not None else None
            judged = difference_of(before, now, target, sampler)
            rows.append(_row(one.target, sampler, once if cost.number is None else cost.number, judged, allowed))
    if all(row.baseline is None for row in rows):
        raise BadInput(
            f"nothing can be measured on {rows[0].target} with the {rows[0].sampler} sampler: {rows[0].reason}"
        )
    return Checked(name, now, path, before, allowed, tuple(rows), tuple(notes))


def record(
    grid: Any,
    path: Path | str,
    targets: Sequence[str] = (),
    samplers: Sequence[str] = (),
    *,
    name: str | None = None,
    steps_asked: int | None = None,
    tolerance: float | None = None,
    typed_in: Path = Path(),
    update: str = "--update",
    tell: Tell = lambda what: None,
) -> Baseline:
    """Measure a schedule and write it as the baseline ``path``; what is not given is kept from the file before.

    Args:
        name: what the grid is called in the file; its label by default.
        steps_asked: the number of steps that a function was asked for, where it was.

    The other arguments, and what is raised, are those of :func:`check`.
    """
    now, path = as_grid(grid), Path(path)
    old = read_baseline(path, update) if path.exists() else None
    data = _typed(targets, typed_in, path.parent)
    if not data and old is not None:
        data = [one.model_copy(update={"sha256": digest_now(one, path.parent)}) for one in old.data]
    data = data or _typed(DEFAULT_TARGETS, typed_in, path.parent)
    wanted = _samplers(samplers) or (old.samplers if old is not None else list(DEFAULT_SAMPLERS))
    costs = []
    for one in data:
        target = open_data(one, path.parent)
        for sampler in wanted:
            tell(f"{one.target}, {sampler} sampler")
            cost = cost_of(now, target, sampler)
            number = None if cost.number is None else Number.of(cost.number)
            costs.append(
                Cost(target=one.target, sampler=sampler, criterion=cost.criterion, cost=number, reason=cost.reason)
            )
    if all(cost.cost is None for cost in costs):
        raise BadInput(f"no cost to keep: {costs[0].target}, {costs[0].sampler} sampler: {costs[0].reason}")
    if steps_asked is None and old is not None and old.steps_asked == now.N:
        steps_asked = old.steps_asked
    baseline = Baseline(
        format=FORMAT,
        version=VERSION,
        about=ABOUT,
        scoreproof=own_version(),
        grid=name or now.label,
        steps_asked=steps_asked,
        steps=now.N,
        sigmas=now.sigmas.tolist(),
        tolerance=_tolerance(tolerance if tolerance is not None else old.tolerance if old is not None else 0.0),
        data=data,
        costs=costs,
    )
    write_baseline(path, baseline)
    return baseline


def open_data(one: Data, folder: Path) -> Target:
    """The target that a baseline in ``folder`` names.

    Raises:
        BadInput: no target, or its file is gone.
    """
    digest_now(one, folder)
    if one.dimension is not None:
        return read_curve(folder / one.target, one.dimension)
    return parse_target(str(folder / one.target) if one.is_file else one.target)


def own_version() -> str:
    try:
        return version("scoreproof")
    except PackageNotFoundError:
        return "not installed"


def _identical(target: str, sampler: str, kept: Baseline) -> Row:
    known = kept.cost(target, sampler)
    cost = known.cost.enclosure() if known is not None and known.cost is not None else None
    criterion = known.criterion if known is not None else NO_CRITERION
    return Row(target, sampler, "same", Enclosure.of(0.0), criterion, cost, "identical sigmas", False)


def _row(target: str, sampler: str, cost: Enclosure | None, judged: Judged, tolerance: float) -> Row:
    if judged.number is None:
        return Row(target, sampler, "cannot tell", None, judged.criterion, cost, judged.reason, cost is not None)
    verdict, reason, failed = verdict_of(judged.number, tolerance)
    if verdict == "cannot tell" and judged.missing is not None:
        reason = f"{reason}; {judged.missing}"
    return Row(target, sampler, verdict, judged.number, judged.criterion, cost, reason, failed)


def _require_kept(known: Cost, today: Enclosure | None, kept: Baseline, path: Path, update: str) -> None:
    """The number in the file must not certainly differ from what its own sigmas cost today."""
    if known.cost is None or today is None:
        return
    written = known.cost.enclosure()
    if equal(written, today) is Relation.VIOLATED:
        raise BadInput(
            f"{path}: costs, {known.target}, {known.sampler} sampler: the file says {written}, but its sigmas cost "
            f"{today}: it was edited, or scoreproof changed ({kept.scoreproof} wrote it, this is {own_version()}); "
            f"{update} writes the baseline anew"
        )


def _typed(targets: Sequence[str], typed_in: Path, kept_in: Path) -> list[Data]:
    data = list(dict.fromkeys(data_of(text, typed_in, kept_in) for text in targets))
    names = [one.target for one in data]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{name} is given with two dimensions; give the one that is right")
    return data


def _samplers(samplers: Sequence[str]) -> list[str]:
    for sampler in samplers:
        if sampler not in SAMPLERS:
            raise BadInput(f"no sampler {quoted(sampler)}; {did_you_mean(sampler, SAMPLERS)}")
    return list(dict.fromkeys(samplers))


def _tolerance(tolerance: float) -> float:
    if not 0 <= tolerance < np.inf:
        raise BadInput(f"tolerance {tolerance}; give a number of nats, 0 or larger")
    return float(tolerance)

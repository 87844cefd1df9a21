"""The regression check: a noise schedule held to the one that was written down.

A baseline keeps the sigmas, so both schedules are measured by the same program on the same data; the numbers that it
keeps are for people, and show when the file, its data or scoreproof no longer are what they were.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from numerics.enclosures import Enclosure, Relation, equal
from numerics.targets import LossCurve, Target
from verify.language.errors import BadInput
from verify.language.samplers import known_sampler
from verify.schedules.baseline_data import Data, digest_now, open_data, open_kept, typed_data
from verify.schedules.baseline_file import FORMAT, VERSION, Baseline, Cost, Number, read_baseline, write_baseline
from verify.schedules.baseline_now import Now, read_now
from verify.schedules.changes import as_written, changed_data, changed_end, changed_grid
from verify.schedules.checked import NO_CRITERION, Checked, Row
from verify.schedules.judging import Judged, cost_of, difference_of, verdict_of

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
__all__ = ["DEFAULT_SAMPLERS", "DEFAULT_TARGETS", "Baseline", "Checked", "Now", "Row", "check", "read_now", "record"]

Tell = Callable[[str], None]
Targets = str | Data | Sequence[str | Data]


def check(
    grid: Any,
    path: Path | str,
    targets: Targets = (),
    samplers: str | Sequence[str] = (),
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
        grid: the schedule now, anything that ``read_now`` reads; a function is asked for the steps of the baseline.
        path: the baseline's file.
        targets, samplers: what to judge on, one or several; where empty, those of the baseline. A loss curve is
            typed, ``loss_curve("curve.csv", d=64)``, or made by ``curve_data``.
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
    path = Path(path)
    kept = read_baseline(path, update)
    read = read_now(grid, kept)
    before, now = kept.schedule(), read.grid
    name = name or now.label
    allowed = _tolerance(kept.tolerance if tolerance is None else tolerance)
    typed = typed_data(targets, typed_in, path.parent)
    data = typed or kept.data
    wanted = _samplers(samplers) or kept.samplers
    opened = [open_data(one, path.parent) for one in typed] or open_kept(kept.data, path)
    end = changed_end(kept.appended_zero, read.appended_zero, before, now)
    about_data = changed_data(data, kept, path.parent)
    notes = changed_grid(before, now, end is None) + about_data
    if end is not None:
        rows = [_unlike(one.target, sampler, kept, end) for one in data for sampler in wanted]
        return Checked(name, now, path, before, allowed, tuple(rows), tuple(notes))
    if np.array_equal(before.sigmas, now.sigmas):
        rows = [_identical(one.target, sampler, kept) for one in data for sampler in wanted]
        return Checked(name, now, path, before, allowed, tuple(rows), tuple(notes))
    rows, ends = [], dict[str, list[str]]()
    for one, target in zip(data, opened, strict=True):
        trusted = as_written(one, kept, path.parent)
        for sampler in wanted:
            tell(f"{one.target}, {sampler} sampler")
            known, cost = kept.cost(one.target, sampler), cost_of(before, target, sampler)
            if trust and trusted and known is not None:
                _require_kept(known, cost.number, kept, path, update)
            judged = difference_of(before, now, target, sampler)
            if judged.ends is not None and sampler not in ends.setdefault(judged.ends, []):
                ends[judged.ends].append(sampler)
            number = _number(known) if cost.number is None else cost.number
            rows.append(_row(one.target, sampler, number, judged, allowed))
    if all(row.baseline is None for row in rows):
        raise BadInput(
            f"nothing can be measured on {rows[0].target} with the {rows[0].sampler} sampler: {rows[0].reason}"
        )
    of_ends = [f"for the {' and '.join(of)} sampler {told}" for told, of in ends.items()]
    notes = changed_grid(before, now, ends=of_ends) + about_data
    notes += [f"{one.target}: ± assumes: {it.assumption}" for one, it in zip(data, opened, strict=True) if _smooth(it)]
    return Checked(name, now, path, before, allowed, tuple(rows), tuple(notes))


def record(
    grid: Any,
    path: Path | str,
    targets: Targets = (),
    samplers: str | Sequence[str] = (),
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
        steps_asked: steps that a function is asked for, or was; None for as many as before.

    The other arguments, and what is raised, are those of :func:`check`.
    """
    path = Path(path)
    old = read_baseline(path, update) if path.exists() else None
    read = read_now(grid, old, steps_asked)
    now, asked = read.grid, read.steps_asked
    data = typed_data(targets, typed_in, path.parent)
    opened = [open_data(one, path.parent) for one in data]
    if not data and old is not None:
        opened = open_kept(old.data, path)
        data = [one.model_copy(update={"sha256": digest_now(one, path.parent)}) for one in old.data]
    elif not data:
        data = typed_data(DEFAULT_TARGETS, typed_in, path.parent)
        opened = [open_data(one, path.parent) for one in data]
    allowed = _tolerance(tolerance if tolerance is not None else old.tolerance if old is not None else 0.0)
    wanted = _samplers(samplers) or (old.samplers if old is not None else list(DEFAULT_SAMPLERS))
    costs = []
    for one, target in zip(data, opened, strict=True):
        for sampler in wanted:
            tell(f"{one.target}, {sampler} sampler")
            cost = cost_of(now, target, sampler)
            number = None if cost.number is None else Number.of(cost.number)
            costs.append(
                Cost(target=one.target, sampler=sampler, criterion=cost.criterion, cost=number, reason=cost.reason)
            )
    if all(cost.cost is None for cost in costs):
        raise BadInput(f"no cost to keep: {costs[0].target}, {costs[0].sampler} sampler: {costs[0].reason}")
    if asked is None and old is not None and old.steps_asked == now.N:
        asked = old.steps_asked
    baseline = Baseline(
        format=FORMAT,
        version=VERSION,
        about=ABOUT,
        scoreproof=own_version(),
        grid=name or now.label,
        steps_asked=asked,
        steps=now.N,
        sigmas=now.sigmas.tolist(),
        appended_zero=read.appended_zero,
        tolerance=allowed,
        data=data,
        costs=costs,
    )
    write_baseline(path, baseline)
    return baseline


def own_version() -> str:
    """The version of the installed scoreproof, or ``not installed`` where it runs from its folder alone."""
    try:
        return version("scoreproof")
    except PackageNotFoundError:
        return "not installed"


def _identical(target: str, sampler: str, kept: Baseline) -> Row:
    known = kept.cost(target, sampler)
    criterion = known.criterion if known is not None else NO_CRITERION
    return Row(target, sampler, "same", Enclosure.of(0.0), criterion, _number(known), "identical sigmas", False)


def _unlike(target: str, sampler: str, kept: Baseline, why: str) -> Row:
    """Schedules that do not end alike: whatever they cost, no number judges the one by the other."""
    return Row(target, sampler, "cannot tell", None, NO_CRITERION, _number(kept.cost(target, sampler)), why, True)


def _number(known: Cost | None) -> Enclosure | None:
    return known.cost.enclosure() if known is not None and known.cost is not None else None


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


def _smooth(target: Target) -> TypeGuard[LossCurve]:
    return isinstance(target, LossCurve) and target.smooth


def _samplers(samplers: str | Sequence[str]) -> list[str]:
    many = [samplers] if isinstance(samplers, str) else samplers
    return list(dict.fromkeys(map(known_sampler, many)))


def _tolerance(tolerance: object) -> float:
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float | np.number) or not 0 <= tolerance < np.inf:
        raise BadInput(f"tolerance {reprlib.repr(tolerance)}; give a number of nats, 0 or larger")
    return float(tolerance)

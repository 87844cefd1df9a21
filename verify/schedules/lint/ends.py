"""Ends of the grid against what was asked for, and against what the network was trained on."""

from __future__ import annotations

from collections.abc import Iterator

from numerics.enclosures import Enclosure
from verify.schedules.lint.costs import worth
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.shift import shifts_too_many
from verify.schedules.lint.subject import Subject, show

TOLERANCE = 1e-3  # relative: float32 and interpolated tables stay far below


@rule(
    "unexpected-ends",
    "warning",
    says="the first or last sigma is not the sigma_max or sigma_min that was asked for",
    why="A start too low is not N(0, sigma^2 I): that costs E_I. An end too high leaves noise in the samples.",
    fix="make the grid between the ends that were asked for",
)
def unexpected_ends(subject: Subject) -> Iterator[Found]:
    low, high = subject.asked_end("sigma_min"), subject.asked_end("sigma_max")
    if not subject.legal or (low is not None and high is not None and low > high):
        return
    levels = subject.levels
    first, last = float(levels[0]), float(levels[-1])
    if high is not None and high > 0 and abs(first / high - 1) > TOLERANCE:
        nats = _more(subject.costs.initial(first), subject.costs.initial(high)) if first < high else None
        above = int((levels > high * (1 + TOLERANCE)).sum())
        cost = f"; the start costs {worth(nats)} more {subject.costs.on}" if nats is not None else ""
        spent = f"; {above} of {len(levels)} levels lie above it" if above else ""
        message = f"the first sigma is {show(first)}, but sigma_max = {show(high)} was asked for{cost}{spent}"
        yield Found("warning", 0, first, message, f"begin at {show(high)}", nats)
    if low is not None and low > 0 and abs(last / low - 1) > TOLERANCE and not shifts_too_many(subject):
        nats = subject.costs.information(low, last) if last > low else None
        cost = f"; {worth(nats)} about the data stay unresolved {subject.costs.on}" if nats is not None else ""
        below = int((levels < low * (1 - TOLERANCE)).sum())
        spent = f"; {below} of {len(levels)} levels lie below it" if below else ""
        message = f"the last positive sigma is {show(last)}, but sigma_min = {show(low)} was asked for{cost}{spent}"
        yield Found("warning", len(subject.points) - 1, last, message, f"end at {show(low)}", nats)


@rule(
    "outside-training",
    "warning",
    says="the grid leaves the noise levels on which the network was trained",
    why="The network extrapolates there: no bound on its error is known.",
    fix="stay between the least and the largest trained sigma",
)
def outside_training(subject: Subject) -> Iterator[Found]:
    table = subject.table
    if table is None or not subject.legal:
        return
    lowest, highest = float(table[0]), float(table[-1])
    first, last = float(subject.points[0]), float(subject.points[-1])
    if first > highest * (1 + TOLERANCE):
        message = f"{subject.at(0)} is above the largest trained level, {show(highest)}"
        yield Found("warning", 0, first, message, f"begin at {show(highest)}")
    if last < lowest * (1 - TOLERANCE):
        message = f"{subject.at(len(subject.points) - 1)} is below the least trained level, {show(lowest)}"
        yield Found("warning", len(subject.points) - 1, last, message, f"end at {show(lowest)}")


@rule(
    "start-below-training",
    "warning",
    says="sampling starts below the largest trained noise level",
    why="The start is drawn as if the data had no scale beside the noise: the lower the start, the larger E_I.",
    fix="begin at the largest trained sigma (diffusers: timestep_spacing='trailing' or 'linspace')",
)
def start_below_training(subject: Subject) -> Iterator[Found]:
    table, asked = subject.table, subject.asked_end("sigma_max")
    if table is None or not subject.legal or asked is not None:
        return
    first, highest = float(subject.points[0]), float(table[-1])
    if first >= highest * (1 - TOLERANCE):
        return
    nats = _more(subject.costs.initial(first), subject.costs.initial(highest))
    cost = f": {worth(nats)} more of E_I {subject.costs.on}" if nats is not None else ""
    message = f"{subject.at(0)} is below the largest trained level, {show(highest)}{cost}"
    level = subject.costs.grade(nats)
    fix = f"begin at {show(highest)} (diffusers: timestep_spacing='trailing' or 'linspace')"
    yield Found(level, 0, first, message, fix, nats)


def _more(worse: Enclosure | None, better: Enclosure | None) -> Enclosure | None:
    return None if worse is None or better is None else worse - better

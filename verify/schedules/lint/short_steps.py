"""Steps of no length, or too short to earn their network call."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from numerics.enclosures import Enclosure
from verify.schedules.lint.costs import worth
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.subject import Subject, places, show

SHORT = 0.01  # of an even share of ln(sigma_max/sigma_min): a step so short is an accident
_SEEN = 100  # points of a long grid over which gains are averaged
WASTED = 0.05  # of an even share, in length and in nats: the last step is wasted


@rule(
    "repeated",
    "error",
    says="two equal neighbours",
    why="The step between them has length 0: multistep samplers (DPM++ 2M, LMS) divide by it in the next step and "
    "return NaN; others waste a network call.",
    fix="remove one of the two, or move it into the costliest step",
)
def repeated(subject: Subject) -> Iterator[Found]:
    points = subject.points
    for k in places((points[1:] == points[:-1]) & (points[1:] > 0), 1):
        if k == len(points) - 1 and wasted_end(subject) is not None:  # last-step-wasted says so
            continue
        where, nats = _better_place(subject, k)
        message = (
            f"{subject.at(k)} repeats {subject.at(k - 1)}: a step of length 0, by which multistep samplers (DPM++ 2M, "
            f"LMS) divide in the next{_saving(subject, where, nats)}"
        )
        yield Found("error", k, float(points[k]), message, _move(subject, k, where), nats)


@rule(
    "nearly-repeated",
    "warning",
    says="two neighbours that are almost equal",
    why=f"A step shorter than {SHORT:.0%} of an even share in log sigma earns nothing for its network call.",
    fix="move one of the two into the costliest step",
)
def nearly_repeated(subject: Subject) -> Iterator[Found]:
    points, steps, share = subject.points, subject.log_steps, subject.even_share
    for k in places((steps > 0) & (steps < SHORT * share), 1):
        if k == len(points) - 1 and wasted_end(subject) is not None:
            continue
        where, nats = _better_place(subject, k)
        message = (
            f"{subject.at(k)} almost repeats {subject.at(k - 1)}: the step is {steps[k - 1] / share:.1g} of an even "
            f"share in log sigma{_saving(subject, where, nats)}"
        )
        yield Found("warning", k, float(points[k]), message, _move(subject, k, where), nats)


@rule(
    "last-step-wasted",
    "warning",
    says="the last two sigmas are equal or nearly so",
    why=f"The last step is shorter than {WASTED:.0%} of an even share in log sigma and the point before it saves less "
    f"than {WASTED:.0%} of what a point saves on average, in nats: its network call is spent for nothing.",
    fix="end one entry earlier, or move the last but one into the costliest step",
)
def last_step_wasted(subject: Subject) -> Iterator[Found]:
    k, points = len(subject.points) - 1, subject.points
    gain = wasted_end(subject)
    if gain is None:
        return
    where, nats = _better_place(subject, k - 1 if subject.legal else k)
    equal = points[k] == points[k - 1]
    length = "no length" if equal else f"{subject.log_steps[-1] / subject.even_share:.1g} of an even share"
    ends = f"from {subject.at(k - 1)} to {subject.at(k)}"
    message = f"the last step between positive sigmas, {ends}, has {length} in log sigma{gain}"
    fix = f"remove {subject.name(k - 1)}" + ("" if nats is None else f", or set it to {show(where)} and sort")
    found = message + _saving(subject, where, nats)
    yield Found("warning", k, float(points[k]), found, fix, nats)


def wasted_end(subject: Subject) -> str | None:
    """What the last step earns, in words, or None where it is not wasted."""
    points, steps = subject.points, subject.log_steps
    if len(points) < 3 or subject.increasing or not points[-1] > 0 or not 0 <= steps[-1] < WASTED * subject.even_share:
        return None
    if steps[-1] == 0:  # before an appended 0 it is an inner step, by which LMS divides: repeated says so
        return None if subject.given.appended_zero else ""
    if not subject.legal:
        return ""
    inner = np.unique(np.linspace(1, len(points) - 2, min(_SEEN, len(points) - 2)).astype(int))
    gains = [subject.costs.point(points, int(k)) for k in inner]
    known = [gain for gain in gains if gain is not None]
    if len(known) < len(gains):
        return ""
    average = float(np.mean([gain.lower for gain in known]))
    if average <= 0 or not float(known[-1].upper) < WASTED * average:  # else it may earn its call
        return None
    return f"; its point saves {max(float(known[-1].value), 0.0) / average:.1g} of what a point saves on average"


def _better_place(subject: Subject, k: int) -> tuple[float, Enclosure | None]:
    """Where the point ``k`` would save most, and how much; a repeated point is worth nothing where it is."""
    grid = subject.levels
    if len(grid) < 2:
        return float("nan"), None
    where, nats = subject.costs.moved(grid, min(k, len(grid) - 2) if subject.legal and len(grid) > 2 else None)
    if nats is not None and float(nats.lower) <= 0:  # the move may not be one for the better
        return float("nan"), None
    return where, nats


def _saving(subject: Subject, where: float, nats: Enclosure | None) -> str:
    return "" if nats is None else f"; at {show(where)} it would save {worth(nats)} {subject.costs.on}"


def _move(subject: Subject, k: int, where: float) -> str:
    other = "" if np.isnan(where) else f", or move it to {show(where)} and sort"
    return f"remove {subject.name(k)}{other}"

"""Both sides of a row, round by round: times, their ratio with an interval, and the share of the machine's limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from verify.bench.limits import Machine
from verify.bench.row import Accuracy, Case

CONFIDENCE = 0.95
FEW = 6  # rounds below which the median has no interval of that confidence


@dataclass(frozen=True)
class Interval:
    """A median with an interval of ``CONFIDENCE``, over the rounds.

    Attributes:
        value, low, high: in the unit of what was measured.
        how: ``order statistics``, which assume only that rounds are independent, or ``t``, for few rounds.
    """

    value: float
    low: float
    high: float
    how: str


@dataclass(frozen=True)
class Timing:
    """What the rounds of one row gave, in seconds of wall clock.

    Attributes:
        ours, other: a time for each round, ``other`` for the whole work (its share's time, divided by the share).
        first: of our first call, before anything was warm; not part of ``ours``.
        ratio: ``other / ours`` round by round; None without an alternative.
        of_limit: the time that the machine's limit allows, measured in the same round, over ours; None without one.
        limit: which limit binds: ``flops``, ``exps`` or ``bytes``.
        accuracy: errors of both results of the last round.
    """

    ours: tuple[float, ...]
    other: tuple[float, ...]
    first: float
    ratio: Interval | None
    of_limit: Interval | None
    limit: str | None
    accuracy: tuple[Accuracy, ...]


def interval(values: Sequence[float]) -> Interval:
    """The median of positive numbers, with its interval; below ``FEW`` numbers that of Student's t for logarithms.

    Raises:
        ValueError: fewer than 3 numbers, or one that is not positive.
    """
    import numpy as np
    from scipy import stats

    if len(values) < 3 or min(values) <= 0:
        raise ValueError(f"an interval needs at least 3 positive numbers, not {list(values)}")
    if len(values) >= FEW:
        told = stats.quantile_test(values, q=1.0, p=0.5).confidence_interval(CONFIDENCE)
        return Interval(float(np.median(values)), float(told.low), float(told.high), "order statistics")
    logs = np.log(values)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(logs) - 1) * stats.sem(logs))
    mid = float(logs.mean())
    return Interval(float(np.exp(mid)), float(np.exp(mid - half)), float(np.exp(mid + half)), "t")


def timed(call: Callable[[], Any], synchronise: Callable[[], None]) -> tuple[float, Any]:
    """Seconds of one call, until the device has done its work, and what it gave."""
    synchronise()
    begin = time.perf_counter()
    result = call()
    synchronise()
    return time.perf_counter() - begin, result


def alternate(case: Case, machine: Machine, rounds: int, told: Callable[[int], None] = lambda n: None) -> Timing:
    """Run both sides ``rounds`` times, the order turned each round, after one call of each that does not count.

    Args:
        case: the row's work.
        machine: its limits are measured in every round, if the case says what it needs.
        rounds: at least 3.
        told: is given the number of each round before it starts.
    """
    wait = machine.synchronise
    if case.fresh is not None:
        case.fresh()
    first, mine = timed(case.ours, wait)
    theirs = case.other() if case.other is not None else None
    ours, other, shares, binding = [], [], [], ""
    for n in range(rounds):
        told(n)
        for side in ("ours", "other") if n % 2 == 0 else ("other", "ours"):
            if side == "ours":
                if case.fresh is not None:
                    case.fresh()
                seconds, mine = timed(case.ours, wait)
                ours.append(seconds)
            elif case.other is not None:
                seconds, theirs = timed(case.other, wait)
                other.append(seconds / case.share)
        if case.work is not None:
            allowed, binding = machine.least_seconds(case.work)
            shares.append(allowed / ours[-1])
    return Timing(
        ours=tuple(ours),
        other=tuple(other),
        first=first,
        ratio=interval([b / a for a, b in zip(ours, other, strict=True)]) if other else None,
        of_limit=interval(shares) if shares else None,
        limit=binding or None,
        accuracy=tuple(case.check(mine, theirs)),
    )

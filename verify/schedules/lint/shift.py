"""The shift of flow-matching schedules, applied once too often.

In flow matching x = (1 - s) data + s noise, so sigma = s/(1 - s), and the usual shift s' = c s/(1 + (c - 1) s) is
sigma' = c sigma: applied twice, the grid lies c times too high once more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from verify.schedules.lint.costs import worth
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.subject import FloatArray, Subject, show

CLOSE = 0.02  # relative: tables and clipped ends differ by less


@rule(
    "shift-twice",
    "warning",
    says="the shift of a flow-matching schedule is applied twice",
    why="Every sigma is too high by the factor shift: steps are missing where the details are made.",
    fix="hand over unshifted sigmas, or set shift to 1",
)
def shift_twice(subject: Subject) -> Iterator[Found]:
    too_many = shifts_too_many(subject)
    shift = _shift(subject)
    if too_many is None or shift is None:
        return
    last = float(subject.levels[-1])
    once = last / shift
    nats = subject.costs.information(once, last) if shift > 1 else None
    cost = f"; {worth(nats)} about the data stay unresolved {subject.costs.on}" if nats is not None else ""
    message = f"{too_many} shifted by {show(shift)} twice: the list ends at {show(last)} instead of {show(once)}{cost}"
    fix = f"divide the sigmas by {show(shift)} (hand over unshifted ones, or set shift to 1)"
    yield Found("warning", len(subject.points) - 1, last, message, fix, nats)


def shifts_too_many(subject: Subject) -> str | None:
    """``the sigmas are`` or ``the last sigma is``, where these are shifted twice; None otherwise."""
    shift = _shift(subject)
    if shift is None or not subject.legal:
        return None
    levels, wanted = subject.levels, _wanted_end(subject)
    if _even(levels / shift**2) and not _even(levels / shift):
        return "the sigmas are"
    if wanted is not None and abs(float(levels[-1]) / (shift * wanted) - 1) < CLOSE:
        return "the last sigma is"
    return None


def _shift(subject: Subject) -> float | None:
    """The shift asked for, where it is one."""
    shift = subject.setting("shift", "flow_shift")
    return None if shift is None or shift <= 0 or abs(shift - 1) < CLOSE else shift


def _wanted_end(subject: Subject) -> float | None:
    """The last sigma after one shift: as asked for, else the least level of the shifted table."""
    stated = subject.setting("sigma_min") if subject.flow else None
    asked = subject.asked_end("sigma_min") or (stated / (1 - stated) if stated is not None and stated < 1 else None)
    if asked is not None and asked > 0:
        return asked
    return None if subject.table is None else float(subject.table[0])


def _even(levels: FloatArray) -> bool:
    """Whether s = sigma/(1 + sigma) falls in equal steps, as unshifted flow-matching schedules do."""
    steps = -np.diff(levels / (1 + levels))
    return len(steps) > 2 and bool(np.ptp(steps[1:]) < CLOSE * np.mean(steps[1:]))

"""Digits that the sigmas lost on their way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import torch

from verify.schedules.lint.costs import worth
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.subject import FloatArray, Subject

# Largest relative rounding of a number of each type, 2**-(bits of the mantissa + 1).
ROUNDING = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "float32": 2.0**-24, "float64": 2.0**-53}
NOTICED = 0.01  # of a step's length: a rounding below moves no step by more than this
# Narrowest first: decimal digits up to which a number may have been typed by hand.
_TYPED_DIGITS = {"bfloat16": 4, "float16": 4, "float32": 7}


@rule(
    "coarse-precision",
    "warning",
    says="the type of the sigmas is too coarse for their steps",
    why=f"The rounding of the two ends moves a step by more than {NOTICED:.0%} of its length.",
    fix="compute and keep the sigmas in float64",
)
def coarse_precision(subject: Subject) -> Iterator[Found]:
    if not subject.legal:
        return
    kind = precision_of(subject)
    rounding, steps = ROUNDING.get(kind, ROUNDING["float64"]), subject.log_steps
    doubt = 2 * rounding / steps
    worst = int(np.argmax(doubt))
    if doubt[worst] <= NOTICED:
        return
    message = (
        f"{kind} numbers leave the step after {subject.at(worst)} uncertain by {min(doubt[worst], 1):.0%} of its "
        f"length{_at_most(subject, rounding)}"
    )
    value = float(subject.levels[worst])
    yield Found("warning", worst, value, message, "compute and keep the sigmas in float64")


def _at_most(subject: Subject, rounding: float) -> str:
    """What rounding of that size can do, in words: the sigmas that were meant are not known, so that it is no cost."""
    levels = subject.levels
    signs = np.where(np.arange(len(levels)) % 2, 1, -1) * rounding
    signs[[0, -1]] = 0  # both ends held, each inner point up or down
    moved = levels * (1 + signs)
    if len(levels) < 3 or not np.all(np.diff(moved) < 0):
        return ""
    nats = subject.costs.excess(moved, levels)
    return f"; rounding all one way and the other can cost {worth(nats)} {subject.costs.on}" if nats is not None else ""


@rule(
    "cancelled-sigma",
    "warning",
    says="small sigmas of a variance-preserving schedule, computed by a difference in float32",
    why="1 - alpha_bar, or exp(..) - 1, cancels where sigma is small: its root keeps few digits.",
    fix="compute in float64, with expm1 and log1p",
)
def cancelled_sigma(subject: Subject) -> Iterator[Found]:
    """alpha_bar = 1/(1 + v), or exp(..) = 1 + v, rounded by u relative, moves v by u (1 + v), sigma by that / (2 v)."""
    if not subject.legal or not _variance_preserving(subject) or precision_of(subject) == "float64":
        return
    v = subject.levels**2
    rounding = ROUNDING.get(precision_of(subject), ROUNDING["float32"])
    error = rounding * (1 + v) / (2 * v)
    k = int(np.argmax(error))
    if error[k] <= NOTICED:
        return
    message = (
        f"{subject.at(k)} is the root of a small difference in {precision_of(subject)}, uncertain by {error[k]:.1g} "
        f"relative"
    )
    fix = "compute in float64: sigma = sqrt(expm1(-cumsum(log1p(-betas)))), or sqrt(expm1(beta_d t**2/2 + beta_min t))"
    yield Found("warning", k, float(subject.levels[k]), message, fix)


def precision_of(subject: Subject) -> str:
    """The type in which the numbers were made: as stated, or a narrower one whose roundings they show."""
    kind = subject.given.precision.removeprefix("torch.")
    for narrow, typed in _TYPED_DIGITS.items():
        if ROUNDING[narrow] > ROUNDING.get(kind, 0.0) and _are_rounded(subject.levels, narrow, typed):
            return narrow
    return kind


def _are_rounded(levels: FloatArray, kind: str, typed: int) -> bool:
    """Whether all are numbers of this type, and most of them have more decimal digits than are typed by hand."""
    tensor = torch.from_numpy(levels)
    if not len(levels) or not torch.equal(tensor.to(getattr(torch, kind)).double(), tensor):
        return False
    digits = [len(Decimal(repr(level)).normalize().as_tuple().digits) for level in levels.tolist()]
    return bool(np.mean(np.array(digits) > typed) > 0.5)


def _variance_preserving(subject: Subject) -> bool:
    settings = subject.given.settings
    betas = any(name in settings for name in ("beta_schedule", "beta_start", "beta_d", "linear_start"))
    return (betas and not subject.flow) or "get_sigmas_vp" in subject.given.source

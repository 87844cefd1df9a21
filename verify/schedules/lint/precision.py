"""Digits that the sigmas lost on their way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from verify.schedules.lint.costs import worth
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.subject import FloatArray, Subject

# Largest relative rounding of a number of each type, 2**-(bits of the mantissa + 1).
ROUNDING = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "float32": 2.0**-24, "float64": 2.0**-53}
NOTICED = 0.01  # of a step's length: a rounding below moves no step by more than this
_MEANT_BITS = 20  # mantissa bits that a number typed by hand hardly uses


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
    levels = subject.levels
    nats = None
    if len(levels) > 2:
        # What one unit in the last place can do, with both ends held: each inner point up and down by its rounding.
        signs = np.where(np.arange(len(levels)) % 2, 1, -1) * rounding
        signs[[0, -1]] = 0
        moved = levels * (1 + signs)
        if np.all(np.diff(moved) < 0):
            nats = subject.costs.excess(moved, levels)
    cost = (
        f"; rounding of that size changes the path KL by {worth(nats)} {subject.costs.on}" if nats is not None else ""
    )
    message = (
        f"{kind} numbers leave the step after {subject.at(worst)} uncertain by {min(doubt[worst], 1):.0%} of its "
        f"length{cost}"
    )
    yield Found("warning", worst, float(levels[worst]), message, "compute and keep the sigmas in float64", nats)


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
    """The type in which the numbers were made: as stated, or float32 where float64 ones show its roundings."""
    kind = subject.given.precision.removeprefix("torch.")
    if kind == "float64" and _are_float32(subject.levels):
        return "float32"
    return kind


def _are_float32(levels: FloatArray) -> bool:
    """Whether all are float32 numbers, and most of them use mantissa bits that nobody types by hand."""
    with np.errstate(over="ignore"):
        if not len(levels) or not np.array_equal(levels.astype(np.float32).astype(np.float64), levels):
            return False
    mantissa, _ = np.frexp(levels)
    return bool(np.mean(mantissa * 2**_MEANT_BITS % 1 != 0) > 0.5)


def _variance_preserving(subject: Subject) -> bool:
    settings = subject.given.settings
    betas = any(name in settings for name in ("beta_schedule", "beta_start", "beta_d", "linear_start"))
    return (betas and not subject.flow) or "get_sigmas_vp" in subject.given.source

"""Scales of a schedule that should be those of the data."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
from scipy.optimize import brentq

from numerics.targets.base import NotAvailable
from theory.grids import GridError, tan
from verify.schedules.lint.costs import COSTLY, worth
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.subject import FloatArray, Subject, show

FACTOR = 2.0  # a scale within this factor of the data's fits
_SAME = 1e-3  # relative agreement with a tangent grid


@rule(
    "sigma-data",
    "warning",
    says="sigma_data is not the standard deviation of the data",
    why="Preconditioning and loss weights are made for data of that scale: the network's input and output are not of "
    "unit size.",
    fix="set sigma_data to the standard deviation of the data",
)
def sigma_data(subject: Subject) -> Iterator[Found]:
    stated, scale = subject.setting("sigma_data"), data_scale(subject)
    if stated is None or scale is None or not stated > 0 or 1 / FACTOR <= stated / scale <= FACTOR:
        return
    data = subject.costs.target.label
    message = f"sigma_data = {show(stated)}, but {data} has standard deviation {scale:.4g} per dimension"
    yield Found(
        "warning", None, stated, message, f"set sigma_data={scale:.4g}, or scale the data by {stated / scale:.4g}"
    )


@rule(
    "tangent-scale",
    "warning",
    says="the scale c of a tangent (kl-optimal) grid is not that of the data",
    why="sigma = c tan(..) is optimal for the ode sampler on Gaussian data of standard deviation c only; toolboxes "
    "ship c = 1.",
    fix="set c to the standard deviation of the data",
)
def tangent_scale(subject: Subject) -> Iterator[Found]:
    scale = data_scale(subject)
    if scale is None or not subject.legal or len(subject.levels) < 4:
        return
    c, levels = tangent_of(subject.levels), subject.levels
    if c is None or abs(np.log(c / scale)) <= np.log(FACTOR) + _SAME:
        return
    nats = None
    with contextlib.suppress(GridError):
        fitting = tan(len(levels), float(levels[-1]), float(levels[0]), scale).sigmas
        nats = subject.costs.excess(levels, fitting)
        if nats is None:
            nats = subject.costs.output_excess(levels, fitting)
    if nats is not None and nats.upper <= 0:  # this sampler likes the other scale better
        return
    cost = "" if nats is None else f"; against c = {scale:.4g} that costs {worth(nats)} {subject.costs.on}"
    message = f"the grid is {c:.4g} tan(..), but the data have standard deviation {scale:.4g}{cost}"
    level = subject.costs.grade(nats)
    fix = (
        f"tan(n={len(levels)}, sigma_min={show(float(levels[-1]))}, sigma_max={show(float(levels[0]))}, c={scale:.4g})"
    )
    yield Found(level, None, c, message, fix, nats)


@rule(
    "start-too-low",
    "warning",
    says="sigma_max is too low for the scale of the data",
    why="The noisy data at sigma_max are not N(0, sigma_max^2 I), from which sampling starts: the difference is E_I.",
    fix="raise sigma_max, or scale the data down",
)
def start_too_low(subject: Subject) -> Iterator[Found]:
    if not subject.target_given or not subject.legal:
        return
    first = float(subject.levels[0])
    nats = subject.costs.initial(first)
    if nats is None or not subject.costs.costly(nats):
        return
    target = subject.costs.target
    # E_I falls with sigma, at least like m2/(2 sigma^2).
    enough = first
    while subject.costs.costly(subject.costs.initial(enough)) and enough < 1e6 * first:
        enough *= 1.1
    message = f"{subject.at(0)} starts {worth(nats)} away from the data's law at that noise (E_I on {target.label})"
    fix = f"begin at sigma = {enough:.3g} or above, where E_I is below {COSTLY:g} nats per dimension"
    yield Found("warning", 0, first, message, fix, nats)


def data_scale(subject: Subject) -> float | None:
    """Standard deviation of the data per dimension, where their owner named them; None otherwise."""
    if not subject.target_given:
        return None
    target = subject.costs.target
    try:
        variance = (float(target.m2.value) - float(np.sum(np.asarray(target.mean) ** 2))) / target.d
    except NotAvailable:  # a loss curve does not tell it
        return None
    return float(np.sqrt(variance)) if variance > 0 else None


def tangent_of(levels: FloatArray) -> float | None:
    """c where arctan(sigma_k/c) is linear in k, else None."""
    k = len(levels) // 2
    weight = k / (len(levels) - 1)

    def bend(log_c: float) -> float:
        angle = np.arctan(levels * np.exp(-log_c))
        return float(angle[k] - (1 - weight) * angle[0] - weight * angle[-1])

    low, high = np.log(levels[-1]) + 1, np.log(levels[0]) - 1
    if low >= high or bend(low) * bend(high) >= 0:
        return None
    c = float(np.exp(brentq(bend, low, high)))
    fit = tan(len(levels), float(levels[-1]), float(levels[0]), c).sigmas
    return c if np.allclose(fit, levels, rtol=_SAME, atol=0) else None

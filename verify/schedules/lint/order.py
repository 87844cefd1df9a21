"""Entries that are no noise levels, and noise levels in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from theory.grids.domain import LARGEST_SIGMA, SMALLEST_SIGMA
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.subject import Subject, in_range, places, show

_MOST_TIMESTEPS = 1000.0  # of the usual tables


@rule(
    "empty",
    "error",
    says="fewer than two noise levels",
    why="A step needs a noise level to end at, or the appended 0; one alone is judged by no path KL.",
    fix="give at least two positive sigmas",
)
def empty(subject: Subject) -> Iterator[Found]:
    count = len(subject.points)
    if count < 2 <= len(subject.sigmas) + subject.offset and count + subject.offset > 0:
        yield Found(
            "note",
            None,
            float(count),
            "one noise level: a single step from it to 0, or to it from pure noise, which no path KL judges",
            "none needed for a model that is made for one step",
        )
    elif count < 2:
        yield Found(
            "error",
            None,
            float(count),
            f"{count} noise level{'s' * (count != 1)} and no other entry: no step to take",
            "give at least two positive sigmas",
        )


@rule(
    "not-finite",
    "error",
    says="a sigma is NaN or infinite",
    why="Every sample is NaN from that step on.",
    fix="compute it again; the geometric mean of its neighbours fits in between",
)
def not_finite(subject: Subject) -> Iterator[Found]:
    sigmas = subject.sigmas
    for k in places(~np.isfinite(sigmas)):
        around = [sigmas[j] for j in (k - 1, k + 1) if 0 <= j < len(sigmas)]
        between = len(around) == 2 and np.all(np.isfinite(around)) and min(around) > 0
        what = "NaN" if np.isnan(sigmas[k]) else "infinite"
        cause = _cause(subject)
        fix = (
            f"write {show(float(np.sqrt(around[0] * around[1])))}, the geometric mean of its neighbours"
            if between
            else "give a positive finite number"
        )
        message = f"{subject.at(k)} is {what}: every sample is NaN from this step on"
        yield Found("error", k, float(sigmas[k]), message + cause, fix)


def _cause(subject: Subject) -> str:
    low = subject.asked_end("sigma_min")
    if low is not None and low <= 0:
        return f"; sigma_min = {show(low)} has no logarithm or root"
    return ""


@rule(
    "pure-noise-start",
    "note",
    says="the first sigma is infinite",
    why="Flow matching starts at pure noise, where no signal is left: every finite cost begins at the next entry.",
    fix="none needed where the sampler starts from pure noise; else begin a little lower",
)
def pure_noise_start(subject: Subject) -> Iterator[Found]:
    if subject.offset:
        message = "sigma[0] is infinite: pure noise, as flow matching has it; costs are counted from sigma[1] on"
        # The index counts from the first finite entry.
        yield Found("note", -1, float("inf"), message, "nothing, where the sampler starts from pure noise")


@rule(
    "negative",
    "error",
    says="a sigma is negative",
    why="A standard deviation is not negative; roots and logarithms of it are NaN.",
    fix="give a positive number",
)
def negative(subject: Subject) -> Iterator[Found]:
    for k in places(subject.sigmas < 0):
        if np.isinf(subject.sigmas[k]):
            continue
        yield Found(
            "error",
            k,
            float(subject.sigmas[k]),
            f"{subject.at(k)} is negative: no noise level, and its logarithm is NaN",
            f"write {show(float(-subject.sigmas[k]))}, if only the sign is wrong; else remove it",
        )


@rule(
    "extreme",
    "error",
    says="a sigma so large or small that its powers leave float64",
    why=f"Outside [{SMALLEST_SIGMA:g}, {LARGEST_SIGMA:g}] variances overflow or vanish.",
    fix="change the unit of the data",
)
def extreme(subject: Subject) -> Iterator[Found]:
    sigmas = subject.sigmas
    for k in places(np.isfinite(sigmas) & (sigmas > 0) & ~in_range(sigmas)):
        message = f"{subject.at(k)} is outside [{SMALLEST_SIGMA:g}, {LARGEST_SIGMA:g}]: its powers leave float64"
        yield Found("error", k, float(sigmas[k]), message, "change the unit of the data, or remove it")


@rule(
    "swapped-ends",
    "error",
    says="sigma_min and sigma_max are given the wrong way round",
    why="The schedule climbs from low to high noise: the variance of an ancestral step up is negative.",
    fix="swap the two arguments",
)
def swapped_ends(subject: Subject) -> Iterator[Found]:
    low, high = subject.asked_end("sigma_min"), subject.asked_end("sigma_max")
    if low is not None and high is not None and low > high:
        climbs = "the schedule climbs" if subject.increasing else "which of the two is meant is open"
        yield Found(
            "error",
            None,
            low,
            f"sigma_min = {show(low)} is above sigma_max = {show(high)}: {climbs}",
            f"swap them: sigma_min={show(high)}, sigma_max={show(low)}",
        )
    elif subject.increasing and subject.given.appended_zero:
        first, last = float(subject.points[0]), float(subject.points[-1])
        yield Found(
            "error",
            0,
            first,
            f"the sigmas climb from {show(first)} to {show(last)} before the appended 0, as where a function of "
            "(n, sigma_min, sigma_max) is called with the two ends swapped",
            f"swap them: sigma_min={show(first)}, sigma_max={show(last)}",
        )


@rule(
    "increasing",
    "error",
    says="the whole list climbs",
    why="Sampling runs from high to low noise; the variance of an ancestral step up is negative, and its root NaN.",
    fix="reverse the list",
)
def increasing(subject: Subject) -> Iterator[Found]:
    if not subject.increasing or subject.given.appended_zero:
        return
    low, high = subject.asked_end("sigma_min"), subject.asked_end("sigma_max")
    if low is not None and high is not None and low > high:
        return
    yield Found(
        "error",
        0,
        float(subject.sigmas[0]),
        f"the list climbs from {subject.at(0)} to {subject.at(-1)}, but sampling runs from high to low noise",
        "reverse it: sigmas[::-1]",
    )


@rule(
    "not-decreasing",
    "error",
    says="a sigma is above the one before",
    why="Noise only falls while sampling: the variance of an ancestral step up is negative, and its root NaN.",
    fix="remove or sort the entry",
)
def not_decreasing(subject: Subject) -> Iterator[Found]:
    if subject.increasing:
        return
    points = subject.points
    for k in places(points[1:] > points[:-1], 1):
        if points[k - 1] <= 0:  # zero-inside or negative says so
            continue
        rise = float(points[k] / points[k - 1] - 1)
        yield Found(
            "error",
            k,
            float(points[k]),
            f"{subject.at(k)} is above {subject.at(k - 1)}, by {rise:.2g} of it: the variance of an ancestral step up "
            "is negative, and its root NaN",
            f"remove one of {subject.name(k - 1)} and {subject.name(k)}, or sort: sorted(sigmas, reverse=True)",
        )


@rule(
    "timesteps-as-sigmas",
    "warning",
    says="timesteps handed over as noise levels",
    why="Equal steps from about 1000 down are the places of a table, not standard deviations of noise: the network is "
    "told other levels than its input has.",
    fix="hand over the scheduler itself, or sigma = sqrt((1 - alpha_bar)/alpha_bar) at these timesteps",
)
def timesteps_as_sigmas(subject: Subject) -> Iterator[Found]:
    points = subject.points
    if len(points) < 3 or subject.flow or not subject.legal or not 100 < points[0] <= _MOST_TIMESTEPS:
        return
    steps = points[:-1] - points[1:]
    even = bool(np.ptp(steps) <= 1 + 1e-6 * points[0])  # rounded timesteps differ by one
    whole = bool(np.all(points == np.round(points)))
    if not even or (points[-1] < 1 and not whole):
        return
    message = (
        f"the list looks like timesteps ({'whole numbers, ' if whole else ''}equal steps of about "
        f"{show(float(np.mean(steps)))} from {show(float(points[0]))}), not like noise levels"
    )
    fix = "hand over the scheduler itself, or sigma = sqrt((1 - alpha_bar)/alpha_bar) at these timesteps"
    yield Found("warning", 0, float(points[0]), message, fix)

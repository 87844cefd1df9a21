"""Where the sampler steps, and with which noise level the network is called there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from numerics.enclosures import Enclosure
from verify.schedules.lint.costs import worth
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.subject import FloatArray, Subject, in_range, places, show

OFF = 0.01  # of sigma: levels closer than this are the same for any network


@rule(
    "merged-timesteps",
    "warning",
    says="steps with different sigmas call the network with one timestep",
    why="Rounding to integer timesteps merged them: the network is told a level that is not the sample's.",
    fix="fewer steps where the table is coarse, or timesteps that are not rounded",
)
def merged_timesteps(subject: Subject) -> Iterator[Found]:
    times = subject.given.timesteps
    if times is None or len(times) < 2:
        return
    for k in places(times[1:] == times[:-1], 1):
        if k >= len(subject.points) or subject.points[k] == subject.points[k - 1] or not subject.points[k] > 0:
            continue
        if _beyond_table(subject, k):  # outside-training says so
            continue
        nats = _told(subject, k)
        # The last point's step, to the appended 0, is no part of the path KL.
        last = nats is None and k == len(subject.points) - 1
        cost = f", which costs {worth(nats)} {subject.costs.on}" if nats is not None else ""
        message = (
            f"{subject.at(k)} and {subject.at(k - 1)} both call the network with timestep {show(float(times[k]))}{cost}"
        )
        yield Found(
            "note" if last else subject.costs.grade(nats),
            k,
            float(times[k]),
            message,
            f"drop {subject.name(k)}, or call the network with a timestep that is not rounded",
            nats,
        )


@rule(
    "other-grid-stepped",
    "warning",
    says="the sampler steps on other noise levels than the list",
    why="The network is told the level of the list, but the sample has another: its error enters E_S.",
    fix="hand the sampler the list itself, or judge the levels that it steps on",
)
def other_grid_stepped(subject: Subject) -> Iterator[Found]:
    stepped = subject.given.stepped
    if stepped is None:
        return
    sigmas, real = subject.sigmas, np.asarray(stepped, float)
    if len(real) != len(sigmas):
        message = f"the list has {len(sigmas)} entries, but the sampler steps on {len(real)}"
        yield Found("warning", None, float(len(real)), message, "judge the levels that the sampler steps on")
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(sigmas == real, 0.0, np.abs(np.log(real / sigmas)))
    off[np.isnan(off)] = np.inf
    if off.max(initial=0) <= OFF:
        return
    k = int(np.argmax(off))
    positive = np.unique(real[in_range(real)])
    nats = _at_other_levels(subject, real)
    merged = len(subject.levels) - len(positive)
    cost = f"; asking for the wrong levels costs {worth(nats)} {subject.costs.on}" if nats is not None else ""
    lost = f"; {merged} of its levels merge" if merged > 0 else ""
    message = f"{subject.at(k)}, but the sampler steps on {show(float(real[k]))} there{lost}{cost}"
    fix = f"write {show(float(real[k]))} there and judge that list, or hand the sampler the list itself"
    yield Found(subject.costs.grade(nats), k, float(real[k]), message, fix, nats)


@rule(
    "wrong-network-level",
    "warning",
    says="the timestep of a step stands for another noise level than its sigma",
    why="The network denoises for a level that the sample does not have: its error enters E_S.",
    fix="call the network with the timestep of this sigma, interpolated in log sigma",
)
def wrong_network_level(subject: Subject) -> Iterator[Found]:
    asked = asked_levels(subject)
    if asked is None:
        return
    levels = subject.points[: len(asked)]
    off = np.abs(np.log(asked / levels))
    k = int(np.argmax(off))
    if off[k] <= OFF:
        return
    count = int((off > OFF).sum())
    nats = subject.costs.wrong_level(subject.points, asked[: len(subject.points) - 1])
    cost = f"; together they cost {worth(nats)} {subject.costs.on}" if nats is not None else ""
    more = f", one of {count} such steps" if count > 1 else ""
    times = subject.given.timesteps
    assert times is not None
    assert subject.table is not None
    right = np.interp(np.log(levels[k]), np.log(subject.table), np.arange(len(subject.table)))
    message = (
        f"{subject.at(k)} calls the network with timestep {show(float(times[k]))}, which is sigma = "
        f"{show(float(asked[k]))}{more}{cost}"
    )
    level = subject.costs.grade(nats)
    yield Found(level, k, float(times[k]), message, f"call it with timestep {right:.6g}", nats)


def asked_levels(subject: Subject) -> FloatArray | None:
    """The sigma that each timestep stands for in the trained table, by position; None where that is unknown."""
    times, table = subject.given.timesteps, subject.table
    if times is None or table is None or subject.flow or not subject.falling:
        return None
    calls = times[: len(subject.points)]
    if not len(calls) or not np.all(np.isfinite(calls)) or calls.min() < 0 or calls.max() > len(table) - 1:
        return None
    level: FloatArray = np.exp(np.interp(calls, np.arange(len(table)), np.log(table)))
    return level


def _beyond_table(subject: Subject, k: int) -> bool:
    """Whether ``k`` and the point before it lie on one side of all trained levels."""
    table, pair = subject.table, subject.points[k - 1 : k + 1]
    return table is not None and bool(np.all(pair >= table[-1]) or np.all(pair <= table[0]))


def _told(subject: Subject, k: int) -> Enclosure | None:
    """What it costs to tell the network at ``k`` the level of ``k - 1``, else at its own timestep's level."""
    if not subject.falling or k + 1 >= len(subject.points):
        return None
    asked = asked_levels(subject)
    told = subject.points[k - 1] if asked is None else asked[k]
    return subject.costs.wrong_level(subject.points[k : k + 2], np.array([told]))


def _at_other_levels(subject: Subject, real: FloatArray) -> Enclosure | None:
    """What it costs that samples have the levels ``real`` where the network is told those of the list."""
    end = len(real) - 1 if real[-1] == 0 else len(real)
    levels = real[:end]
    if len(levels) < 2 or not np.all(in_range(levels)) or np.any(np.diff(levels) >= 0):
        return None
    return subject.costs.wrong_level(levels, subject.sigmas[: end - 1])

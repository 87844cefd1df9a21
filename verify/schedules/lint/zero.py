"""The 0 that toolboxes append: where it may be, and how it changes the number of steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from verify.schedules.lint.costs import worth
from verify.schedules.lint.rules import Found, rule
from verify.schedules.lint.subject import Subject, places, show

_TOOLBOXES = ("diffusers", "k-diffusion", "comfyui")


@rule(
    "zero-inside",
    "error",
    says="a 0 that is not the last entry",
    why="Samplers divide by sigma at the start of each step: 0/0 is NaN.",
    fix="keep one 0, at the end",
)
def zero_inside(subject: Subject) -> Iterator[Found]:
    if subject.increasing:
        return
    for k in places(subject.sigmas[:-1] == 0):
        twice = np.all(subject.sigmas[k:] == 0)
        message = (
            f"{subject.at(k)} is followed by another 0: it was appended twice, and the last step divides 0 by 0"
            if twice
            else f"{subject.at(k)} is not the last entry: the step from it divides by 0"
        )
        yield Found("error", k, 0.0, message, f"remove {subject.name(k)}")


@rule(
    "zero-counted",
    "warning",
    says="the appended 0 was counted as one of the noise levels",
    why="The sampler takes one step less than asked for.",
    fix="ask for one more sigma",
)
def zero_counted(subject: Subject) -> Iterator[Found]:
    steps, sigmas = subject.steps, subject.sigmas
    if steps is None or not subject.given.appended_zero or len(sigmas) != steps:
        return
    message = f"{steps} steps were asked for, but {len(sigmas)} entries with the appended 0 make {steps - 1}"
    nats = None
    if subject.legal:
        where, nats = subject.costs.moved(subject.levels, None)
        if nats is not None:
            message += f"; one more at {show(where)} would save {worth(nats)} {subject.costs.on}"
    fix = f"make {steps} positive sigmas and append the 0 to them: {steps + 1} entries"
    yield Found("warning", len(sigmas) - 1, 0.0, message, fix, nats)


@rule(
    "zero-missing",
    "warning",
    says="no 0 is appended where the sampler expects one",
    why="Toolbox samplers stop at the last entry: one step is missing and the samples keep its noise.",
    fix="append 0",
)
def zero_missing(subject: Subject) -> Iterator[Found]:
    sigmas = subject.sigmas
    if not len(sigmas) or subject.given.appended_zero or subject.increasing or not sigmas[-1] > 0:
        return
    counted = subject.steps is not None and len(sigmas) == subject.steps
    source = subject.given.source.lower()
    toolbox = source.startswith(_TOOLBOXES) and subject.given.settings.get("final_sigmas_type") != "sigma_min"
    if counted:
        message = (
            f"{subject.steps} steps were asked for, but {len(sigmas)} entries without a last 0 make {len(sigmas) - 1}, "
            f"and the samples keep noise of standard deviation {show(float(sigmas[-1]))}"
        )
    elif toolbox:
        message = (
            f"the list ends at {subject.at(-1)} without a 0: {subject.given.source.split()[0]}'s samplers stop there, "
            "and the samples keep that noise"
        )
    else:
        return
    yield Found("warning" if counted else "note", len(sigmas) - 1, float(sigmas[-1]), message, "append 0 to the list")


@rule(
    "step-count",
    "warning",
    says="the list does not make the number of steps that was asked for",
    why="The sampler calls the network more or less often than planned.",
    fix="n sigmas and an appended 0 make n steps",
)
def step_count(subject: Subject) -> Iterator[Found]:
    steps, made = subject.steps, len(subject.sigmas) - 1
    # The call may count steps between positive sigmas alone; toolboxes count the step to the appended 0.
    to_zero = subject.given.appended_zero and subject.expected_steps is not None
    if steps is None or made in (steps, steps - 1, steps + to_zero):  # one less is zero-counted or zero-missing
        return
    message = f"{steps} steps were asked for, but {made + 1} entries make {made}"
    yield Found("warning", None, float(made), message, f"make {steps + 1} entries, the appended 0 among them")

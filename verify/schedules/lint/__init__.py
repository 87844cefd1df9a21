"""Lint for noise schedules: every defect that real ones have had, each a rule, with what it costs.

Rules read a ``Given``, which is what the owner handed over before any check, and yield findings: where, how bad, why,
and the repair. ``RULES`` holds them in the order in which they run.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from numerics.targets import Gaussian, Target
from verify.language.samplers import known_sampler
from verify.schedules import reading
from verify.schedules.findings import LEVELS, Findings
from verify.schedules.given import FloatArray, Given

# The order of these imports is the order in which the rules run.
from verify.schedules.lint import order, zero, short_steps, ends, precision, network_calls, shift, scale  # isort: skip
from verify.schedules.lint.costs import Costs
from verify.schedules.lint.rules import RULES, Rule
from verify.schedules.lint.subject import Subject

__all__ = ["RULES", "SIGMA_DATA", "Rule", "default_target", "lint"]

_GROUPS = (order, zero, short_steps, ends, precision, network_calls, shift, scale)
SIGMA_DATA = 0.5  # EDM's scale of images


def lint(
    schedule: Any,
    target: Target | None = None,
    sampler: str = "score",
    expected_steps: int | None = None,
    sigma_min: float | None = None,
    sigma_max: float | None = None,
) -> Findings:
    """All findings about a schedule, errors first.

    Args:
        schedule: as it came from its owner, nothing checked: a ``Given``, or what ``verify.schedules.reading.given``
            reads, such as a list, a tensor or a scheduler.
        target: data on which costs are computed, and whose scale the schedule should have. By default Gaussian data of
            the schedule's own ``sigma_data``, else of standard deviation 0.5, on which costs are computed alone.
        sampler: costs are differences of its path KL; those of ode and heun are unknown.
        expected_steps: sampler steps that were meant, which is one less than the entries of the list.
        sigma_min, sigma_max: ends that were meant; by default those of the schedule's settings.

    Raises:
        BadInput: the schedule cannot be read, or there is no such sampler.
        ValueError: ``expected_steps`` is not positive.
    """
    known_sampler(sampler)
    given = reading.given(schedule)
    if expected_steps is not None and expected_steps < 1:
        raise ValueError(f"expected_steps = {expected_steps}: a schedule has at least one step")
    data = target if target is not None else default_target(given)
    stated = target is not None or "sigma_data" in given.settings
    finite, offset = _without_pure_noise(given)
    subject = Subject(finite, Costs(data, sampler), expected_steps, sigma_min, sigma_max, stated, offset)
    with np.errstate(all="ignore"):  # the entries may be anything
        found = [finding for rule in RULES.values() for finding in rule.findings(subject)]
    return Findings(sorted(found, key=lambda finding: LEVELS.index(finding.level)), given)


def _without_pure_noise(given: Given) -> tuple[Given, int]:
    """``given`` without an infinite start, and how many entries that leaves out."""
    sigmas = given.sigmas
    if len(sigmas) < 2 or sigmas[0] != math.inf:
        return given, 0

    def rest(values: FloatArray | None) -> FloatArray | None:
        return None if values is None else values[1:]

    own = {name: rest(getattr(given, name)) for name in ("timesteps", "stepped")}
    return replace(given, sigmas=sigmas[1:], rows=given.rows[1:], **own), 1  # type: ignore[arg-type]


def default_target(given: Given) -> Target:
    """Gaussian data in one dimension of the schedule's own ``sigma_data``, else of EDM's 0.5."""
    stated = given.settings.get("sigma_data", SIGMA_DATA)
    if not isinstance(stated, int | float) or isinstance(stated, bool) or not 0 < stated < math.inf:
        stated = SIGMA_DATA
    return Gaussian(d=1, var=float(stated) ** 2)

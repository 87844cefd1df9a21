"""Making a violation readable: fewer levels, then rounder numbers, as long as it stays a violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, Target
from verify.cases import Case
from verify.evaluate import Outcome

DIGITS = range(1, 9)


def simplified(found: Outcome, confirm: Callable[[Case], Outcome | None]) -> Outcome:
    """The violation with as few levels and digits as ``confirm`` allows.

    Args:
        found: a violation.
        confirm: the outcome of a case where it is a violation beyond doubt, else None.
    """
    found = _first(_with_fewer_levels(found.case), confirm, again=True) or found
    return _first((rounded(found.case, digits) for digits in DIGITS), confirm) or found


def _first(
    cases: Iterator[Case | None], confirm: Callable[[Case], Outcome | None], again: bool = False
) -> Outcome | None:
    for case in cases:
        outcome = None if case is None else confirm(case)
        if outcome is not None:
            return (_first(_with_fewer_levels(outcome.case), confirm, True) or outcome) if again else outcome
    return None


def _with_fewer_levels(case: Case) -> Iterator[Case]:
    if case.N > 1:
        for k in range(len(case.v)):
            yield replace(case, v=case.v[:k] + case.v[k + 1 :])


def rounded(case: Case, digits: int) -> Case | None:
    """The case with its numbers to so many significant digits; None where two levels would meet."""
    v = tuple(_round(level, digits) for level in case.v)
    if any(a <= b for a, b in pairwise(v)):
        return None
    error = case.error
    if error is not None:
        error = LinearError(a=_round(error.a, digits), b=_round(error.b, digits))
    free = tuple((name, _round(value, digits)) for name, value in case.free)
    return replace(case, v=v, target=_rounded_data(case.target, digits), error=error, free=free)


def _rounded_data(target: Target, digits: int) -> Target:
    line = getattr(target, "line", None)
    if isinstance(target, Gaussian) and target.basis is None:
        axes = [_round(x, digits) for x in target.axis_variances]
        means = [_round(x, digits) for x in target.mean]
        return Gaussian(d=1, var=axes[0], mean=means[0]) if len(axes) == 1 else Gaussian(eigenvalues=axes, mean=means)
    if line is None or line.stds is None:
        return target
    shares = np.array([_round(w, digits) for w in line.weights])
    shares[np.argmax(shares)] += 1 - shares.sum()
    if not np.all(shares > 0):
        return target
    return GaussianMixture(
        weights=[float(w) for w in shares],
        means=[_round(x, digits) for x in line.means],
        stds=[_round(x, digits) for x in line.stds],
    )


def _round(number: float, digits: int) -> float:
    return float(f"{float(number):.{digits}g}")

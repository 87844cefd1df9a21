"""Spreading an inequality over the steps of a grid: sum of integrals of (weight times fact)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integral, Sum

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.signs import is_ordered

Range = tuple[Any, Any, Any]  # (variable, low, high)


def spread(e: Expr, within: Range | None, over: Range | None) -> Expr:
    """Sum over ``over`` of the integral of ``e`` over ``within``; a range that is None is left out."""
    if within is not None:
        e = Integral(e, within)
    return e if over is None else Sum(e, over)


def inside(domain: Domain, within: Range | None) -> Domain:
    """The domain, where the variable of integration lies between its ends, if these are known to be ordered."""
    if within is None or not runs_upwards(domain, within):
        return domain
    variable, low, high = within
    return domain.between(low, variable, high)


def runs_upwards(domain: Domain, within: Range | None) -> bool:
    """Whether low <= high is known of the range; without a range there is nothing to know."""
    return within is None or is_ordered(within[1], within[2], domain)


def slack(before: Expr, after: Expr, relation: str) -> Expr:
    """What must be >= 0 for an inequality."""
    return after - before if relation == "<=" else before - after

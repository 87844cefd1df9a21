"""Spreading an inequality over the steps of a grid: sum of integrals of (weight times fact)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integral, Sum

from theory.derivations.engine.domain import Domain

Range = tuple[Any, Any, Any]  # (variable, low, high)


def spread(e: Expr, within: Range | None, over: Range | None) -> Expr:
    """Sum over ``over`` of the integral of ``e`` over ``within``; a range that is None is left out."""
    if within is not None:
        e = Integral(e, within)
    return e if over is None else Sum(e, over)


def inside(domain: Domain, within: Range | None) -> Domain:
    """The domain, where the variable of integration lies between its ends."""
    if within is None:
        return domain
    variable, low, high = within
    return domain.between(low, variable, high)


def slack(before: Expr, after: Expr, relation: str) -> Expr:
    """What must be >= 0 for an inequality."""
    return after - before if relation == "<=" else before - after

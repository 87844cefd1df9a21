"""Tables 1 and 2 of Wang-He-Tao 2024, regenerated: only the paper's factor is typed.

Table 1, of each grid family: sigma_k, what N times the d-term of Theorem 2 (d = 1) tends to, and the paper's factor.
Table 2, of each design: the time's sigma_bar, sigma_k, and the largest factor P X in front of the training error with
EDM's weighting, P = 1/beta(sigma_0) and X from the first step of the grid.

The checked steps to these rows are in ``wht24_table1`` and ``wht24_table2``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Symbol, expand, log, simplify, sqrt

from theory.claims.wht24_table2 import edm_weight
from theory.claims.wht24_theorem2 import D_TERM
from theory.derivations.limits import limit_of_many_steps
from theory.grids import FORMULAS
from theory.grids.formulas import rho, sigma_max, sigma_min
from theory.symbols import k

R = sigma_max / sigma_min
PAPER_FACTORS = {"karras": rho**2 * R ** (1 / rho), "exponential": log(R) ** 2}  # as printed, with unnamed constants
NAMES = {"karras": "polynomial", "exponential": "exponential"}
_T = Symbol("t", positive=True)
# sigma_bar_t, and the time of a noise level; the paper's weight w_j of the loss is beta(sigma_j) dt
_TIMES = {"karras": (_T, lambda sigma: sigma), "exponential": (sqrt(_T), lambda sigma: sigma**2)}


@dataclass(frozen=True)
class GridRow:
    """A row of Table 1: ``limit`` is that of N times the d-term for d = 1, ``factor`` what the paper bounds it by."""

    name: str
    sigma: Expr
    limit: Expr
    factor: Expr


@dataclass(frozen=True)
class DesignRow:
    """A row of Table 2: the largest factor is ``weight`` (the paper's P) times ``step`` (its X)."""

    name: str
    sigma_bar: Expr
    sigma: Expr
    weight: Expr
    step: Expr


def table1() -> tuple[GridRow, ...]:
    """The rows of Table 1, over sigma_max, sigma_min and rho."""
    return tuple(
        GridRow(NAMES[family], FORMULAS[family], limit_of_many_steps(D_TERM, family).value, factor)
        for family, factor in PAPER_FACTORS.items()
    )


def table2() -> tuple[DesignRow, ...]:
    """The rows of Table 2, over sigma_max, sigma_min, rho, N and the parameters of EDM's weighting."""
    return tuple(_design(family, *time) for family, time in _TIMES.items())


def tables() -> dict[str, tuple[Any, ...]]:
    """Both tables by their names in the paper."""
    return {"Table 1": table1(), "Table 2": table2()}


def _design(family: str, sigma_bar: Expr, time_of: Any) -> DesignRow:
    """Step of the time times sigma_t^2/(sigma_bar_t beta) at the first level, with sigma_t^2 = sigma_bar sigma_bar'."""
    sigma = FORMULAS[family]
    first, second = simplify(sigma.subs(k, 0)), sigma.subs(k, 1)
    speed = sigma_bar.diff(_T).subs(_T, time_of(first))  # of sigma_bar in time
    step = speed * (time_of(first) - time_of(second))
    return DesignRow(NAMES[family], sigma_bar, sigma, 1 / edm_weight(first), expand(step))

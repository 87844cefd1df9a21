"""Signs of expressions with logarithms of ordered levels."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Mul, log

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.signs import is_nonnegative, pointwise


def nonnegative(expression: Any, domain: Domain) -> bool:
    """Whether the expression is proved to be >= 0; logarithms of positive numbers are also tried as one."""
    e = sympy.sympify(expression)
    if all(_factor(f, domain) for f in Mul.make_args(e)) or is_nonnegative(e, domain):
        return True
    logs = [g for g in e.atoms(log) if not g.args[0].is_number]
    if not logs or not all(g.args[0].is_positive for g in logs):
        return False
    together = sympy.logcombine(e, force=True)
    return together != e and nonnegative(together, domain)


def _factor(e: Any, domain: Domain) -> bool:
    return pointwise(e.args[0] - 1, domain) if isinstance(e, log) else pointwise(e, domain)

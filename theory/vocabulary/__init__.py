"""The fixed vocabulary: every quantity that a claim may speak of, as a sympy object.

A claim is a sympy relation between these quantities and nothing else, which is why the same expression can be
printed, derived from, compiled and measured. The process is X_v = X_0 + sqrt(v) xi with xi ~ N(0, I_d), run on
a grid v[0] > v[1] > ... > v[N] > 0 in sampling order (the notation of Wang, He, Tao 2024 in the variance
clock). Entropies and divergences are in nats; "data" is the unit of X_0.

>>> from theory.vocabulary import E_D, N, d, k, v
>>> from sympy import Sum, log
>>> E_D <= d / 4 * Sum(log(v[k] / v[k + 1]) ** 2, (k, 0, N - 1))  # doctest: +ELLIPSIS
E_D <= d*Sum(log(v[k]/v[k + 1])**2, (k, 0, N - 1))/4
"""

# ruff: noqa: F401, F403
from __future__ import annotations

from typing import Any

from sympy import Function, latex
from sympy.core.function import UndefinedFunction

from theory.symbols import N, k
from theory.vocabulary.decomposition import *
from theory.vocabulary.design_space import *
from theory.vocabulary.full_error import *
from theory.vocabulary.geometry import *
from theory.vocabulary.linear import *
from theory.vocabulary.sampling import *
from theory.vocabulary.training import *
from theory.vocabulary.words import VOCABULARY, Axis, Quantity, Shape, function, indexed, scalar


def symbols_by_name() -> dict[str, Any]:
    """The names that a typed conjecture may use."""
    return {name: quantity.symbol for name, quantity in VOCABULARY.items()}


def typed(quantity: Quantity) -> str:
    """How a conjecture writes a quantity: ``E_D``, ``v[k]``, ``loss_em[s]``, ``ev[i]`` or ``J(u)``."""
    if quantity.shape is Shape.INDEXED:
        return f"{quantity.name}[{quantity.axis}]"
    return quantity.name + (f"({', '.join(quantity.arguments)})" if quantity.arguments else "")


def to_latex(expression: Any) -> str:
    """LaTeX of an expression, with the vocabulary's own names.

    Raises:
        TypeError: ``expression`` is not a sympy object.
    """
    if not hasattr(expression, "free_symbols"):
        raise TypeError(f"to_latex wants a sympy object, got {type(expression).__name__}")
    names = {q.symbol: q.tex for q in VOCABULARY.values() if q.shape is not Shape.FUNCTION}
    names |= {q.symbol.label: q.tex for q in VOCABULARY.values() if q.shape is Shape.INDEXED}
    swaps = {
        q.symbol: Function(q.tex, real=True)
        for q in VOCABULARY.values()
        if q.shape is Shape.FUNCTION and isinstance(q.symbol, UndefinedFunction)
    }
    for old, new in swaps.items():
        expression = expression.replace(old, new)
    return latex(expression, symbol_names=names)

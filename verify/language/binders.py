"""``Sum``, ``Product`` and ``Integral`` with their limits, as sympy writes them."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Symbol

from theory.vocabulary import VOCABULARY
from verify.language.errors import quoted
from verify.language.kept import Integral, Product, Sum
from verify.language.scopes import INDICES, Scope

if TYPE_CHECKING:
    from verify.language.expressions import Builder

BINDERS = {"Sum": Sum, "Product": Product, "Integral": Integral}
INTEGRATION_VARIABLES = ("u", "w", "x")


def build_binder(builder: Builder, node: ast.Call, scope: Scope) -> Any:
    """``Sum(body, (k, 0, N - 1), ...)``, ``Product(...)`` or ``Integral(body, (u, v[N], v[0]))``.

    Several limits nest as in sympy: the last one is the outermost.

    Raises:
        BadInput: other arguments, or limits that the compiler cannot compute.
    """
    assert isinstance(node.func, ast.Name)
    name, error = node.func.id, builder.source.error
    example = "Integral(J(u), (u, v[N], v[0]))" if name == "Integral" else f"{name}(v[k], (k, 0, N - 1))"
    limits = [limit.elts for limit in node.args[1:] if isinstance(limit, ast.Tuple) and len(limit.elts) == 3]
    if not limits or len(limits) != len(node.args) - 1:
        raise error(node, f"{name} wants a body and limits; write for example {example}")
    if name == "Integral" and len(limits) > 1:
        raise error(node, "an Integral has one variable; make an inner integral a quantity of your own")
    built = []
    for variable, lower, upper in reversed(limits):
        symbol = _variable(builder, name, variable)
        ends = builder.build(lower, scope), _upper_end(builder, name, upper, scope)
        scope = builder.at(node, partial(_inside, scope, name, symbol, ends))
        built.append((symbol, *ends))
    return BINDERS[name](builder.build(node.args[0], scope), *reversed(built))


def _inside(scope: Scope, name: str, symbol: Symbol, ends: tuple[Any, Any]) -> Scope:
    return scope.with_variable(symbol) if name == "Integral" else scope.with_range(symbol, *ends)


def _variable(builder: Builder, name: str, node: ast.expr) -> Symbol:
    known = {v: VOCABULARY[v].symbol for v in INTEGRATION_VARIABLES} if name == "Integral" else INDICES
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    typed = quoted(builder.source.segment(node), 30)
    raise builder.source.error(node, f"the variable of a {name} is one of {', '.join(known)}, not {typed}")


def _upper_end(builder: Builder, name: str, node: ast.expr, scope: Scope) -> Any:
    if name == "Integral" and isinstance(node, ast.Name) and node.id == "oo":
        return sympy.oo
    return builder.build(node, scope)

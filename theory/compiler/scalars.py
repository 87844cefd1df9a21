"""The scalar style: one case, a number type without arrays (ball arithmetic).

The terms of an innermost sum or product are computed together as a column; every other sum is a loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Integral, Product, Sum, Symbol

from theory.compiler.columns import column, each
from theory.compiler.frame import CompileError, Frame
from theory.compiler.indices import Index
from theory.compiler.tree import Node, Scope, Tree, is_setting, outside, shift_of


class ScalarTree(Tree):
    """While a column is computed, its index is bound to a range; else to an int, or to an integral's variable."""

    def memo_key(self, number: int, scope: Scope) -> Callable[[Frame], Any]:
        around = [s for s, _, _ in scope]

        def key(frame: Frame) -> Any:
            at = [frame.bound[s] for s in around]
            for i in at:
                if type(i) is not int and type(i) is not range:
                    return None
            return (number, *at)

        return key

    def symbol(self, e: Symbol, scope: Scope) -> Node:
        if any(e == s for s, _, _ in scope):

            def bound(frame: Frame) -> Any:
                at = frame.bound[e]
                return column([frame.ops.number(i) for i in at]) if isinstance(at, range) else frame.ops.number(at)

            return bound
        if e.name == "N":
            return lambda frame: frame.ops.number(frame.need_steps())
        return lambda frame: frame.value(e.name)

    def element(self, name: str, indices: tuple[Any, ...], scope: Scope) -> Node:
        if len(indices) != 1:
            raise CompileError(f"{name} has one index, not {len(indices)}")
        index, inner = Index(indices[0]), [s for s, _, _ in scope if s in indices[0].free_symbols]
        shift = shift_of(indices[0], inner)

        def take(frame: Frame) -> Any:
            values = frame.value(name)
            last = len(values) - 1
            if shift is not None and isinstance(where := frame.bound[inner[0]], range):
                by = _integer(shift, frame)
                low, high = where[0] + by, where[-1] + by
                if low < 0 or high > last:
                    raise outside(name, indices[0], low if low < 0 else high, last)
                return frame.once(("column", name), lambda: column(values))[low : high + 1]
            if inner and any(isinstance(frame.bound[s], range) for s in inner):
                return column([values[_inside(i, last, name, indices[0])] for i in _integers(index, frame)])
            return values[_inside(_integer(index, frame), last, name, indices[0])]

        return take

    def call(self, name: str, args: tuple[Any, ...], scope: Scope) -> Node:
        inputs = [self.node(a, scope) for a in args]
        return lambda frame: each(frame.value(name), *(i(frame) for i in inputs))

    def reduction(self, e: Any, scope: Scope) -> Node:
        return self.reduce_over(isinstance(e, Sum), e.function, e.limits, scope)

    def reduce_over(self, add: bool, function: Any, limits: tuple[Any, ...], scope: Scope) -> Node:
        if not limits:
            return self.node(function, scope)
        index, lower, upper = limits[-1]  # sympy lists the outermost index last
        ends = Index(lower), Index(upper)
        body = self.reduce_over(add, function, limits[:-1], (*scope, (index, lower, upper)))
        innermost = len(limits) == 1 and not function.has(Sum, Product, Integral)

        def reduce(frame: Frame) -> Any:
            low, high = (_integer(end, frame) for end in ends)
            outer = frame.bound.get(index)
            terms = _together if innermost else _one_by_one
            found = terms(body, frame, index, range(low, high + 1))
            frame.bound[index] = outer
            start = frame.ops.number(0 if add else 1)
            return sum(found, start) if add else math.prod(found, start=start)

        return reduce

    def integral(self, e: Integral, scope: Scope) -> Node:
        if len(e.limits) != 1 or len(e.limits[0]) != 3:
            raise CompileError(f"only definite integrals over one variable can be computed, not {e}")
        variable, lower, upper = e.limits[0]
        body = self.node(e.function, (*scope, (variable, lower, upper)))
        ends = self.node(lower, scope), self.node(upper, scope)

        def integrate(frame: Frame) -> Any:
            outer = frame.bound.get(variable)

            def integrand(at: Any) -> Any:
                frame.bound[variable] = at
                return body(frame)

            try:
                return frame.ops.integrate(integrand, ends[0](frame), ends[1](frame))
            finally:
                frame.bound[variable] = outer

        return integrate


def _together(body: Node, frame: Frame, index: Symbol, where: range) -> list[Any]:
    if not where:
        return []
    frame.bound[index] = where
    terms = body(frame)
    return terms.tolist() if isinstance(terms, np.ndarray) else [terms] * len(where)


def _one_by_one(body: Node, frame: Frame, index: Symbol, where: range) -> list[Any]:
    terms = []
    for at in where:
        frame.bound[index] = at
        terms.append(body(frame))
    return terms


def _inside(at: int, last: int, name: str, index: Any) -> int:
    if not 0 <= at <= last:
        raise outside(name, index, at, last)
    return at


def _integer(e: Index, frame: Frame) -> int:
    if e.constant is not None:
        return e.constant
    return int(e.at({s: _index_value(s, e, frame) for s in e.symbols}))


def _integers(e: Index, frame: Frame) -> list[int]:
    """An index along the column that is computed."""
    values = {s: _index_value(s, e, frame) for s in e.symbols}
    running = next(symbol for symbol, value in values.items() if isinstance(value, range))
    return [e.at(values | {running: at}) for at in values[running]]


def _index_value(symbol: Any, e: Index, frame: Frame) -> Any:
    value = frame.bound.get(symbol)
    if value is None and is_setting(symbol):
        return frame.whole(symbol.name)
    if not isinstance(value, (int, range)):
        raise CompileError(f"the index {e.expression} contains {symbol}, which is neither a size nor a sum's index")
    return value

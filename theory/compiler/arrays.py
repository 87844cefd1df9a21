"""The vectorised style: every bound index is an axis.

A value at depth n (inside n sums or integrals) has shape (cases..., L_1, ..., L_n), where an axis has length 1
if the value does not depend on that index.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Indexed, Integral, Sum, Symbol

from theory.compiler.frame import CompileError, Frame
from theory.compiler.indices import Index
from theory.compiler.tree import Node, Scope, Tree, is_setting, outside, shift_of


class _Axis:
    """Values of one bound index: integers ``lo..hi`` of a sum, or the nodes of an integral."""

    def __init__(self, values: Any, position: int, integer: bool, masked: bool = False):
        self.values, self.position, self.integer, self.masked = values, position, integer, masked


class ArrayTree(Tree):
    def memo_key(self, number: int, scope: Scope) -> Callable[[Frame], Any]:
        around = [s for s, _, _ in scope]
        return lambda frame: (number, *[id(frame.bound[s]) for s in around])

    def symbol(self, e: Symbol, scope: Scope) -> Node:
        depth = len(scope)
        if any(e == s for s, _, _ in scope):
            return lambda frame: _along(frame, e, depth)
        if e.name == "N":
            return lambda frame: np.float64(frame.need_steps())
        return lambda frame: frame.ops.expand(frame.value(e.name), depth)

    def element(self, name: str, indices: tuple[Any, ...], scope: Scope) -> Node:
        take = _taker(name, indices, scope)
        return lambda frame: take(frame, name, frame.value(name))

    def call(self, name: str, args: tuple[Any, ...], scope: Scope) -> Node:
        """A curve at grid points, such as J(v[k+1]), is computed once on the whole grid and then indexed."""
        if len(args) == 1 and isinstance(args[0], Indexed):
            base = args[0].base.label.name
            take = _taker(base, args[0].indices, scope)

            def on_grid(frame: Frame) -> Any:
                curve = frame.once((name, base), lambda: frame.value(name)(frame.value(base)))
                return take(frame, f"{name}({base})", curve)

            return on_grid
        return super().call(name, args, scope)

    def reduction(self, e: Any, scope: Scope) -> Node:
        return self.reduce_over(isinstance(e, Sum), e.function, e.limits, scope)

    def reduce_over(self, add: bool, function: Any, limits: tuple[Any, ...], scope: Scope) -> Node:
        if not limits:
            return self.node(function, scope)
        index, lower, upper = limits[-1]  # sympy lists the outermost index last
        ends = Index(lower), Index(upper)
        body = self.reduce_over(add, function, limits[:-1], (*scope, (index, lower, upper)))
        inner = function.free_symbols.union(*(limit[1].free_symbols | limit[2].free_symbols for limit in limits[:-1]))
        depends = index in inner
        neutral = 0.0 if add else 1.0

        def reduce(frame: Frame) -> Any:
            depth = len(scope)
            low, high = (np.asarray(_integer(end, frame, depth)) for end in ends)
            masked = low.ndim > 0 or high.ndim > 0
            if low.size == 0 or high.size == 0:
                low = high = np.zeros(())  # an empty outer range: nothing will be evaluated
            axis = frame.once(
                ("range", index, depth, low.tobytes(), high.tobytes()),
                lambda: _Axis(np.arange(int(low.min()), int(high.max()) + 1), depth, True, masked),
            )
            outer = frame.bound.get(index)
            frame.bound[index] = axis
            terms = body(frame)
            frame.bound[index] = outer
            if not depends:
                terms = frame.ops.spread(terms, len(axis.values))
            if masked:
                inside = (axis.values >= low[..., None]) & (axis.values <= high[..., None])
                terms = frame.ops.select(inside, terms, neutral)
            return frame.ops.total(terms) if add else frame.ops.product(terms)

        return reduce

    def integral(self, e: Integral, scope: Scope) -> Node:
        if len(e.limits) != 1 or len(e.limits[0]) != 3:
            raise CompileError(f"only definite integrals over one variable can be computed, not {e}")
        variable, lower, upper = e.limits[0]
        body = self.node(e.function, (*scope, (variable, lower, upper)))
        ends = self.node(lower, scope), self.node(upper, scope)
        depends = variable in e.function.free_symbols

        def integrate(frame: Frame) -> Any:
            outer = frame.bound.get(variable)

            def integrand(nodes: Any) -> Any:
                frame.bound[variable] = _Axis(nodes, len(scope), False)
                frame.alive.append(frame.bound[variable])
                values = body(frame)
                return values if depends else frame.ops.spread(values, np.shape(nodes)[-1])

            try:
                return frame.ops.integrate(integrand, ends[0](frame), ends[1](frame))
            finally:
                frame.bound[variable] = outer

        return integrate


def _taker(name: str, indices: tuple[Any, ...], scope: Scope) -> Callable[[Frame, str, Any], Any]:
    """How the values at an index are taken from an array over ``name``'s axis; also from a curve on that axis.

    Raises:
        CompileError: there is not exactly one index.
    """
    if len(indices) != 1:
        raise CompileError(f"{name} has one index, not {len(indices)}")
    depth, index = len(scope), Index(indices[0])
    inner = [s for s, _, _ in scope if s in index.symbols]
    shift = shift_of(indices[0], inner)

    def take(frame: Frame, shown: str, array: Any) -> Any:
        steps = frame.last(name)
        if steps != array.shape[-1] - 1:
            raise CompileError(f"{shown} has {array.shape[-1]} values, where {steps + 1} are needed")
        if shift is not None:
            axis, by = frame.bound[inner[0]], _integer(shift, frame)
            if not axis.masked and len(axis.values):
                low, high = int(axis.values[0]) + by, int(axis.values[-1]) + by
                if low < 0 or high > steps:
                    raise outside(shown, indices[0], low if low < 0 else high, steps)
                before, after = (None,) * axis.position, (None,) * (depth - axis.position - 1)
                return array[(..., *before, slice(low, high + 1), *after)]
        where = np.asarray(_integer(index, frame, depth))
        if not where.ndim:
            at = int(where)
            if not 0 <= at <= steps:
                raise outside(shown, indices[0], at, steps)
            return frame.ops.expand(array[..., at], depth)
        if any(frame.bound[s].masked for s in inner):
            where = np.clip(where, 0, steps)
        elif where.size and (where.min() < 0 or where.max() > steps):
            raise outside(shown, indices[0], int(where.min() if where.min() < 0 else where.max()), steps)
        return array[..., where.reshape((1,) * (depth - where.ndim) + where.shape)]

    return take


def _along(frame: Frame, symbol: Symbol, depth: int) -> Any:
    """The index's values, shaped for a value at ``depth``."""
    axis = frame.bound[symbol]
    if not axis.integer:
        return frame.ops.expand(axis.values, depth - axis.position - 1)
    return frame.ops.numbers(axis.values.reshape((-1,) + (1,) * (depth - axis.position - 1)).astype(float))


def _integer(e: Index, frame: Frame, depth: int = 0) -> Any:
    """An index expression at the present values of the bound indices: an int or an array of ints."""
    if e.constant is not None:
        return e.constant
    values: dict[Any, Any] = {}
    for s in e.symbols:
        if is_setting(s) and frame.bound.get(s) is None:
            values[s] = frame.whole(s.name)
        elif frame.bound.get(s) is not None and frame.bound[s].integer:
            axis = frame.bound[s]
            values[s] = axis.values.reshape((-1,) + (1,) * (depth - axis.position - 1))
        else:
            raise CompileError(
                f"the index {e.expression} contains {s}, which is neither a size nor the index of a sum around it"
            )
    return e.at(values)

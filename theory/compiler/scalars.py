"""The scalar style: one case, a number type without arrays, sums and products as loops (ball arithmetic)."""

from __future__ import annotations

from typing import Any

from sympy import Integral, Sum, Symbol

from theory.compiler.tree import CompileError, Frame, Node, Scope, Tree, is_setting, outside


class ScalarTree(Tree):
    def memo_key(self, e: Any, scope: Scope, frame: Frame) -> Any:
        at = tuple(frame.bound[s] for s, _, _ in scope)
        return (e, at) if all(isinstance(i, int) for i in at) else None

    def symbol(self, e: Symbol, scope: Scope) -> Node:
        if any(e == s for s, _, _ in scope):
            return lambda frame: frame.ops.number(frame.bound[e])
        if e.name == "N":
            return lambda frame: frame.ops.number(frame.need_steps())
        return lambda frame: frame.value(e.name)

    def element(self, name: str, indices: tuple[Any, ...], scope: Scope) -> Node:
        if len(indices) != 1:
            raise CompileError(f"{name} has one index, not {len(indices)}")

        def take(frame: Frame) -> Any:
            values, at = frame.value(name), _integer(indices[0], frame)
            if not 0 <= at < len(values):
                raise outside(name, indices[0], at, len(values) - 1)
            return values[at]

        return take

    def reduction(self, e: Any, scope: Scope) -> Node:
        return self.reduce_over(isinstance(e, Sum), e.function, e.limits, scope)

    def reduce_over(self, add: bool, function: Any, limits: tuple[Any, ...], scope: Scope) -> Node:
        if not limits:
            return self.node(function, scope)
        index, lower, upper = limits[-1]  # sympy lists the outermost index last
        body = self.reduce_over(add, function, limits[:-1], (*scope, (index, lower, upper)))

        def reduce(frame: Frame) -> Any:
            out = frame.ops.number(0 if add else 1)
            outer = frame.bound.get(index)
            for at in range(_integer(lower, frame), _integer(upper, frame) + 1):
                frame.bound[index] = at
                out = out + body(frame) if add else out * body(frame)
            frame.bound[index] = outer
            return out

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


def _integer(e: Any, frame: Frame) -> int:
    values = {s: _index_value(s, e, frame) for s in e.free_symbols}
    number = e.subs(values)
    if not number.is_Integer:
        raise CompileError(f"the index {e} is {number}, not an integer")
    return int(number)


def _index_value(symbol: Any, e: Any, frame: Frame) -> int:
    value = frame.bound.get(symbol)
    if value is None and is_setting(symbol):
        return frame.whole(symbol.name)
    if not isinstance(value, int):
        raise CompileError(f"the index {e} contains {symbol}, which is neither a size nor a sum's index")
    return value

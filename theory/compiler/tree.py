"""The walk over a sympy tree that both evaluation styles share.

A node of the tree becomes a closure ``frame -> value``. Sums, products, integrals and indexing differ between
the styles and are left to ``arrays`` and ``scalars``. Subexpressions that occur more than once in the same
scope are computed once per call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import sympy
from sympy import Abs, Derivative, Indexed, Integral, Max, Min, Mul, Pow, Product, Sum, Symbol
from sympy.core.function import AppliedUndef

from theory.compiler.frame import CompileError, Frame
from theory.compiler.indices import Index
from theory.compiler.ops import FUNCTIONS
from theory.vocabulary import VOCABULARY, Axis

Scope = tuple[tuple[Symbol, Any, Any], ...]
Node = Callable[[Frame], Any]


def names_used(expression: sympy.Basic) -> set[str]:
    """Vocabulary names that the expression needs a value for (derivatives as ``J'``)."""
    names: set[str] = set()
    # a walk by hand: rebuilding a large expression would make sympy evaluate it again
    todo: list[tuple[Any, frozenset[Any]]] = [(expression, frozenset())]
    while todo:
        e, bound = todo.pop()
        if isinstance(e, Derivative) and isinstance(e.expr, AppliedUndef):
            names.add(f"{e.expr.func.__name__}'")
            todo += [(a, bound) for a in e.expr.args]
        elif isinstance(e, Indexed):
            names.add(e.base.label.name)
            todo += [(i, bound) for i in e.indices]
        elif isinstance(e, (Sum, Product, Integral)):
            for variable, *ends in reversed(e.limits):
                todo += [(end, bound) for end in ends]
                bound = bound | {variable}
            todo.append((e.function, bound))
        else:
            if isinstance(e, AppliedUndef):
                names.add(e.func.__name__)
            elif isinstance(e, Symbol) and e not in bound:
                names.add(e.name)
            todo += [(a, bound) for a in e.args]
    return names


class Tree(ABC):
    """Compiles expressions; one instance per root, so that nodes are shared within it."""

    def __init__(self) -> None:
        self.made: dict[tuple[Any, Scope], tuple[Node, list[int]]] = {}
        self.numbers: dict[Any, int] = {}  # of expressions: keys that are quicker to compare than the expressions

    def node(self, e: Any, scope: Scope) -> Node:
        key = (e, scope)
        if key not in self.made:
            self.made[key] = (self.build(e, scope), [0])
        make, uses = self.made[key]
        uses[0] += 1
        if e.is_Atom:
            return make
        key_of = self.memo_key(self.numbers.setdefault(e, len(self.numbers)), scope)

        def shared(frame: Frame) -> Any:
            if uses[0] == 1 or (key := key_of(frame)) is None:
                return make(frame)
            if key not in frame.memo:
                frame.memo[key] = make(frame)
            return frame.memo[key]

        return shared

    def build(self, e: Any, scope: Scope) -> Node:
        if isinstance(e, Symbol):
            return self.symbol(e, scope)
        if isinstance(e, Indexed):
            return self.element(e.base.label.name, e.indices, scope)
        if isinstance(e, (Sum, Product)):
            return self.reduction(e, scope)
        if isinstance(e, Integral):
            return self.integral(e, scope)
        if e is sympy.oo:
            return lambda frame: float("inf")
        if not e.has(Sum, Product, Integral, AppliedUndef) and not e.free_symbols:  # a sum's symbols take long
            return lambda frame: frame.ops.const(e)
        if e.is_Add:
            return self.addition(e, scope)
        if isinstance(e, Mul):
            return self.multiplication(e, scope)
        if isinstance(e, (Pow, sympy.exp)):
            return self.power(e, scope)
        if isinstance(e, AppliedUndef):
            return self.call(e.func.__name__, e.args, scope)
        if isinstance(e, Derivative):
            return self.derivative(e, scope)
        if isinstance(e, (Max, Min)):
            return self.extremum(e, scope)
        if isinstance(e, Abs):
            inner = self.node(e.args[0], scope)
            return lambda frame: frame.ops.abs(inner(frame))
        name = type(e).__name__
        if name in FUNCTIONS and len(e.args) == 1:
            argument = self.node(e.args[0], scope)
            return lambda frame: frame.ops.unary(name, argument(frame))
        raise CompileError(f"cannot compute {name!r} in {e}")

    def addition(self, e: Any, scope: Scope) -> Node:
        plus = [self.node(a, scope) for a in e.args if not a.could_extract_minus_sign()]
        minus = [self.node(-a, scope) for a in e.args if a.could_extract_minus_sign()]

        def add(frame: Frame) -> Any:
            terms = [term(frame) for term in plus]
            out = terms[0] if terms else -minus[0](frame)
            for term in terms[1:]:
                out = out + term
            for taken in minus if terms else minus[1:]:
                out = out - taken(frame)
            return out

        return add

    def multiplication(self, e: Any, scope: Scope) -> Node:
        """Factors with a negative exponent are divided by, not inverted and multiplied."""
        below = [a for a in e.args if isinstance(a, Pow) and a.exp.is_number and a.exp.is_negative]
        above = [a for a in e.args if a not in below]
        over = [self.node(a, scope) for a in above] or [self.node(sympy.S.One, scope)]
        under = [self.node(1 / a, scope) for a in below]

        def multiply(frame: Frame) -> Any:
            out = over[0](frame)
            for factor in over[1:]:
                out = out * factor(frame)
            for divisor in under:
                out = out / divisor(frame)
            return out

        return multiply

    def power(self, e: Any, scope: Scope) -> Node:
        exponent = e.exp
        if e.base is sympy.E:
            argument = self.node(exponent, scope)
            return lambda frame: frame.ops.unary("exp", argument(frame))
        base = self.node(e.base, scope)
        if exponent.is_Integer and abs(int(exponent)) <= 64:
            n = int(exponent)
            if n == 2:
                return lambda frame: (value := base(frame)) * value
            if n < 0:
                return lambda frame: 1 / (base(frame) ** -n if n < -1 else base(frame))
            return lambda frame: base(frame) ** n
        if exponent == sympy.S.Half:
            return lambda frame: frame.ops.sqrt(base(frame))
        if exponent == -sympy.S.Half:
            return lambda frame: 1 / frame.ops.sqrt(base(frame))
        bound = {index for index, _, _ in scope}
        if exponent.is_integer and all(is_setting(x) and x not in bound for x in exponent.free_symbols):
            whole = Index(exponent)
            return lambda frame: _whole_power(base(frame), frame, whole)
        to = self.node(exponent, scope)
        return lambda frame: frame.ops.unary("exp", frame.ops.unary("log", base(frame)) * to(frame))

    def extremum(self, e: Any, scope: Scope) -> Node:
        parts = [self.node(a, scope) for a in sorted(e.args, key=sympy.default_sort_key)]
        pick = "maximum" if isinstance(e, Max) else "minimum"

        def choose(frame: Frame) -> Any:
            out = parts[0](frame)
            for part in parts[1:]:
                out = getattr(frame.ops, pick)(out, part(frame))
            return out

        return choose

    def derivative(self, e: Derivative, scope: Scope) -> Node:
        inner = e.expr
        plain = isinstance(inner, AppliedUndef) and len(inner.args) == 1 and e.variables == (inner.args[0],)
        if not plain:
            raise CompileError(f"only first derivatives such as Derivative(J(u), u) can be computed, not {e}")
        return self.call(f"{inner.func.__name__}'", inner.args, scope)

    def call(self, name: str, args: tuple[Any, ...], scope: Scope) -> Node:
        inputs = [self.node(a, scope) for a in args]
        return lambda frame: frame.value(name)(*(i(frame) for i in inputs))

    @abstractmethod
    def memo_key(self, number: int, scope: Scope) -> Callable[[Frame], Any]:
        """The key under which a frame keeps the value of the expression with this number at the present index values.

        It is None where the value must not be kept.
        """

    @abstractmethod
    def symbol(self, e: Symbol, scope: Scope) -> Node: ...

    @abstractmethod
    def element(self, name: str, indices: tuple[Any, ...], scope: Scope) -> Node: ...

    @abstractmethod
    def reduction(self, e: Any, scope: Scope) -> Node: ...

    @abstractmethod
    def integral(self, e: Integral, scope: Scope) -> Node: ...


def _whole_power(base: Any, frame: Frame, exponent: Index) -> Any:
    n = exponent.at({x: frame.whole(x.name) for x in exponent.symbols})
    return base**n if n >= 0 else 1 / base**-n


def is_setting(symbol: Any) -> bool:
    """Whether a symbol is a whole number that the case has: N, or one such as K or n of the vocabulary."""
    return bool(symbol.is_integer) and symbol.name in VOCABULARY and VOCABULARY[symbol.name].symbol == symbol


def outside(name: str, index: Any, at: int, last: int) -> CompileError:
    axis = VOCABULARY[name].axis if name in VOCABULARY else Axis.GRID
    where = {Axis.GRID: "the grid", Axis.STEPS: "the run", Axis.RESIDUALS: "the Gram matrix"}[axis]
    return CompileError(f"{name}[{index}] reaches index {at}, but {where} has indices 0 to {last}")


def shift_of(index: Any, around: list[Any]) -> Index | None:
    """What an index adds to the only bound index in it, such as 1 for ``k + 1``; None where it is not of that form.

    Args:
        index: as it was written.
        around: the bound indices in it.
    """
    if len(around) != 1:
        return None
    rest = index - around[0]
    return Index(rest) if all(is_setting(s) and s != around[0] for s in rest.free_symbols) else None

"""The walk from a syntax tree to a sympy expression over the vocabulary: what is not listed here is refused.

The expression is kept as typed: only numbers are combined, and sums, products and whole powers put into
sympy's canonical order. Functions, roots and extrema are built unevaluated, because sympy's rules for them
ask for signs, which for some texts takes unbounded time (see ``kept``).
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import sympy
from sympy import Add, Derivative, Indexed, Max, Min, Symbol
from sympy.core.function import AppliedUndef

from theory.compiler.ops import FUNCTIONS
from theory.vocabulary import VOCABULARY, Quantity, Shape
from verify.language.arithmetic import function, power, product
from verify.language.binders import BINDERS, build_binder
from verify.language.bounded import checked
from verify.language.errors import BadInput, did_you_mean, quoted
from verify.language.literals import exact, is_number
from verify.language.scopes import INDICES, MAX_STEPS, MAX_WORK, ONE_FOR_EACH, Scope, free_index
from verify.language.syntax import Source

FREE_INDICES = ("k", "i", "j")  # which have no meaning outside a sum; a free s is any step of training
CONSTANTS = {"pi": sympy.pi, "E": sympy.E}
_EXTREMA = {"Max": Max, "Min": Min, "max": Max, "min": Min}
CALLABLE = (*FUNCTIONS, "sqrt", "Abs", "abs", *_EXTREMA, *BINDERS, "Derivative")


class Builder:
    """Builds sympy expressions from the nodes of one text.

    Attributes:
        source: the text.
        work: how many values the parts built so far take to compute, on the longest grid of a conjecture.
    """

    def __init__(self, source: Source):
        self.source, self.work = source, 0

    def build(self, node: ast.expr, scope: Scope) -> Any:
        """The expression that ``node`` spells.

        Raises:
            BadInput: something outside the language, or more values to compute than ``MAX_WORK``, with its column.
        """
        self.work += scope.terms
        if self.work > MAX_WORK:
            why = f"the sums and integrals up to here take more than {MAX_WORK} values to compute on {MAX_STEPS} steps"
            raise self.source.error(node, f"{why}; shorten a range, or take constant factors out of it")
        if is_number(node):
            return exact(self.source, node)
        if isinstance(node, ast.Name):
            return self.name(node, scope)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            value = self.build(node.operand, scope)
            return product(sympy.Integer(-1), value) if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp):
            left, right = self.build(node.left, scope), self.build(node.right, scope)
            return self.at(node, lambda: checked(self.operation(node, left, right)))
        if isinstance(node, ast.Call):
            return self.call(node, scope)
        if isinstance(node, ast.Subscript):
            return self.element(node, scope)
        raise self.refuse(node)

    def at(self, node: ast.expr, make: Callable[[], Any]) -> Any:
        """``make()``, with the column of ``node`` in front of its complaint."""
        try:
            return make()
        except BadInput as error:
            raise self.source.error(node, f"in {quoted(self.source.segment(node), 40)}: {error}") from None

    def refuse(self, node: ast.expr) -> BadInput:
        if isinstance(node, ast.Tuple):
            why = "brackets with commas are read only as limits, such as (k, 0, N - 1)"
        elif isinstance(node, ast.Compare):
            why = "a comparison may stand only once, between the two sides"
        else:
            why = "this is not read here; use + - * / **, numbers, the vocabulary's names and their functions"
        return self.source.error(node, f"{quoted(self.source.segment(node), 40)}: {why}")

    # --- names -----------------------------------------------------------------------------------------

    def name(self, node: ast.Name, scope: Scope) -> Any:
        name = node.id
        if name in INDICES and (INDICES[name] in scope or name in FREE_INDICES):
            if INDICES[name] not in scope:
                raise self.source.error(node, str(free_index(INDICES[name])))
            return INDICES[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name == "oo":
            raise self.source.error(node, "oo may only be the upper end of an Integral")
        quantity = self.quantity(node)
        if quantity.shape is Shape.SCALAR:
            return quantity.symbol
        arguments = ", ".join(quantity.arguments)
        use = f"{name}[{quantity.axis}]" if quantity.shape is Shape.INDEXED else f"{name}({arguments})"
        kind = "a function" if arguments else ONE_FOR_EACH[quantity.axis]
        raise self.source.error(node, f"{name} is {kind}; write {use}")

    def quantity(self, node: ast.Name) -> Quantity:
        name = node.id
        if name in VOCABULARY:
            return VOCABULARY[name]
        if name in CALLABLE:
            raise self.source.error(node, f"{name} is a function; write {name}(...)")
        known = {*VOCABULARY, *CONSTANTS, *CALLABLE, *INDICES, "oo"}
        raise self.source.error(node, f"unknown name {quoted(name)}; {did_you_mean(name, known)}")

    def element(self, node: ast.Subscript, scope: Scope) -> Any:
        if not isinstance(node.value, ast.Name):
            raise self.source.error(node, "only a quantity of the grid has an index, such as v[k + 1]")
        quantity = self.quantity(node.value)
        if quantity.shape is not Shape.INDEXED:
            indexed = [name for name, q in VOCABULARY.items() if q.shape is Shape.INDEXED]
            raise self.source.error(node, f"{quantity.name} has no index; {', '.join(indexed)} have one")
        if isinstance(node.slice, (ast.Slice, ast.Tuple)):
            raise self.source.error(node, f"{quantity.name} has one index, such as {quantity.name}[k]")
        for part in ast.walk(node.slice):
            if isinstance(part, ast.Name) and part.id in FREE_INDICES and INDICES[part.id] not in scope:
                raise self.source.error(part, str(free_index(INDICES[part.id], quantity.axis)))
        index = self.build(node.slice, scope)

        def take() -> Any:
            scope.require_element(quantity, index)
            return quantity.symbol[index]

        return self.at(node, take)

    # --- operations ------------------------------------------------------------------------------------

    def operation(self, node: ast.BinOp, left: Any, right: Any) -> Any:
        match node.op:
            case ast.Add():
                return Add(left, right)
            case ast.Sub():
                return Add(left, product(sympy.Integer(-1), right))
            case ast.Mult():
                return product(left, right)
            case ast.Div():
                return product(left, power(right, sympy.Integer(-1)))
            case ast.Pow():
                return power(left, right)
        raise BadInput("this operation is not read here; use + - * / **")

    def call(self, node: ast.Call, scope: Scope) -> Any:
        if not isinstance(node.func, ast.Name):
            raise self.source.error(node, "only a named function can be called, such as log(...) or J(v[k])")
        if node.keywords:
            raise self.source.error(node, f"{node.func.id} takes no named arguments; give them in order")
        name = node.func.id
        if name in BINDERS:
            return build_binder(self, node, scope)
        if name == "Derivative":
            return self.derivative(node, scope)
        if name in _EXTREMA:
            return self.extremum(node, name, scope)
        if name in VOCABULARY and VOCABULARY[name].shape is Shape.FUNCTION:
            words = VOCABULARY[name].arguments
            return VOCABULARY[name].symbol(*self.arguments(node, scope, words))
        if name in VOCABULARY or name in CONSTANTS or name in INDICES:
            raise self.source.error(node, f"{name} is no function; did you mean {name}*(...)?")
        if name not in CALLABLE:
            self.quantity(node.func)
        (argument,) = self.arguments(node, scope, ("x",))
        return self.at(node, lambda: checked(function(name, argument)))

    def extremum(self, node: ast.Call, name: str, scope: Scope) -> Any:
        values = [self.build(a, scope) for a in node.args]
        if len(values) < 2:
            raise self.source.error(node, f"{name} wants two or more arguments, got {len(values)}")
        return self.at(node, lambda: checked(_EXTREMA[name](*values, evaluate=False)))

    def arguments(self, node: ast.Call, scope: Scope, words: tuple[str, ...]) -> list[Any]:
        assert isinstance(node.func, ast.Name)
        if len(node.args) != len(words):
            use = f"{node.func.id}({', '.join(words)})"
            raise self.source.error(node, f"{use} takes {len(words)} argument(s), got {len(node.args)}")
        return [self.build(a, scope) for a in node.args]

    def derivative(self, node: ast.Call, scope: Scope) -> Any:
        """Only what can be measured: the first derivative of a curve in its own argument."""
        curves = [name for name, q in VOCABULARY.items() if len(q.arguments) == 1]
        match [self.build(a, scope) for a in node.args]:
            case [AppliedUndef() as curve, (Symbol() | Indexed()) as level] if curve.args == (level,):
                return Derivative(curve, level)
        forms = f"Derivative(J(u), u) or Derivative(J(v[k]), v[k]), where J is one of {', '.join(curves)}"
        raise self.source.error(node, f"a Derivative is read only as {forms}")

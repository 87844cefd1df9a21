"""Presentation MathML of expressions over the vocabulary, with the vocabulary's own names.

>>> from theory.vocabulary import E_D
>>> to_mathml(E_D)
'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><msub><mi>E</mi><mrow><mi>D</mi></mrow></msub></math>'
"""

from __future__ import annotations

import html
import re
from typing import Any
from xml.dom.minidom import parseString

from sympy import Function, Indexed, IndexedBase, Product, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.printing.mathml import MathMLPresentationPrinter

from theory.tex_names import name_to_mathml
from theory.vocabulary import VOCABULARY

_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#\d+|#x[0-9A-Fa-f]+);)(\w+);")


def to_mathml(expression: Any, display: bool = True) -> str:
    """An expression or a relation as a ``<math>`` element: XML that a browser shows without a script.

    Args:
        expression: a sympy object; sums, products, integrals, derivatives, limits, indexed quantities and functions.
        display: as a block of its own, or within a line.

    Raises:
        TypeError: ``expression`` is not a sympy object.
    """
    if not hasattr(expression, "free_symbols"):
        raise TypeError(f"to_mathml wants a sympy object, got {type(expression).__name__}")
    body = _ENTITY.sub(_character, _Printer({"ln_notation": True}).doprint(expression))
    style = "block" if display else "inline"
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="{style}">{body}</math>'


def _character(entity: re.Match[str]) -> str:
    text = html.unescape(entity.group(0))
    return "".join(f"&#{ord(character)};" for character in text)


class _Printer(MathMLPresentationPrinter):
    """sympy's printer, with names from the vocabulary."""

    def mathml_tag(self, e: Any) -> str:
        return "∏" if isinstance(e, Product) else super().mathml_tag(e)

    def _print_Product(self, e: Product) -> Any:
        return self._print_Sum(e)

    def _print_Symbol(self, sym: Symbol, style: str = "plain") -> Any:
        quantity = VOCABULARY.get(sym.name)
        if quantity is not None and sym in (quantity.symbol, getattr(quantity.symbol, "label", None)):
            return self._named(quantity.tex)
        # sympy writes the name as it is, and a name may be anything
        return super()._print_Symbol(Symbol(html.escape(sym.name, quote=False)), style)

    def _print_Indexed(self, e: Indexed) -> Any:
        quantity = VOCABULARY.get(e.base.label.name)
        base = self._named(quantity.tex) if quantity is not None else self._print(e.base.label)
        element = self.dom.createElement("msub")
        if base.tagName != "mi":  # a name with an index or a power of its own
            row = self.dom.createElement("mrow")
            row.appendChild(base)
            base = row
        element.appendChild(base)
        row = self.dom.createElement("mrow")
        for place, index in enumerate(e.indices):
            if place:
                comma = self.dom.createElement("mo")
                comma.appendChild(self.dom.createTextNode(","))
                row.appendChild(comma)
            row.appendChild(self._print(index))
        element.appendChild(row)
        return element

    def _print_IndexedBase(self, e: IndexedBase) -> Any:
        return self._print_Symbol(e.label)

    def _print_Relational(self, e: Relational) -> Any:
        row = self.dom.createElement("mrow")
        sign = self.dom.createElement("mo")
        sign.appendChild(self.dom.createTextNode(html.escape(_SIGNS[e.rel_op])))
        for child in (self._print(e.lhs), sign, self._print(e.rhs)):
            row.appendChild(child)
        return row

    def _print_Function(self, e: Function) -> Any:
        if not isinstance(e, AppliedUndef):
            return super()._print_Function(e)
        name = e.func.__name__
        row = self.dom.createElement("mrow")
        if name in VOCABULARY:
            row.appendChild(self._named(VOCABULARY[name].tex))
        else:
            letter = self.dom.createElement("mi")
            letter.appendChild(self.dom.createTextNode(html.escape(name)))
            row.appendChild(letter)
        brackets = self.dom.createElement("mrow")
        for text in ("(", ")"):
            bracket = self.dom.createElement("mo")
            bracket.appendChild(self.dom.createTextNode(text))
            if text == ")":
                for place, argument in enumerate(e.args):
                    if place:
                        comma = self.dom.createElement("mo")
                        comma.appendChild(self.dom.createTextNode(","))
                        brackets.appendChild(comma)
                    brackets.appendChild(self._print(argument))
            brackets.appendChild(bracket)
        row.appendChild(brackets)
        return row

    def _named(self, tex: str) -> Any:
        return parseString(name_to_mathml(tex)).documentElement

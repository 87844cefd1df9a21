"""Formulas of the page: statements and the quantities that they speak of, as MathML."""

from __future__ import annotations

from functools import cache
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup
from sympy import Symbol

from theory.claims import Claim
from theory.mathml import to_mathml
from theory.vocabulary import VOCABULARY
from theory.vocabulary.words import Quantity, Shape

_ELEMENTS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mfrac", "msqrt", "mroot", "mfenced"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"),
}
_ATTRIBUTES = {"display", "accent", "fence", "stretchy", "mathvariant", "linethickness", "open", "close", "separators"}
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # which HTML knows


def formula(expression: Any, display: bool = True) -> Markup:
    """An expression as MathML for HTML; as typed where a name in it would become anything but a part of a formula."""
    try:
        root = ElementTree.fromstring(to_mathml(expression, display).replace(_NAMESPACE, "", 1))
    except ElementTree.ParseError:
        return _typed(expression)
    if any(one.tag not in _ELEMENTS or not _ATTRIBUTES.issuperset(one.attrib) for one in root.iter()):
        return _typed(expression)
    return Markup(ElementTree.tostring(root, encoding="unicode", short_empty_elements=False))


def _typed(expression: Any) -> Markup:
    return Markup("<code>{}</code>").format(str(expression))


def words(claim: Claim) -> list[tuple[Markup, str]]:
    """Each quantity that a statement speaks of, with its meaning and unit."""
    names = {name.rstrip("'") for name in claim.names}
    return [_word(name) for name in VOCABULARY if name in names]


@cache
def _word(name: str) -> tuple[Markup, str]:
    one = VOCABULARY[name]
    unit = f" ({one.unit})" if one.unit and one.unit not in ("1", "-") else ""
    return formula(_as_used(one), display=False), f"{one.meaning}{unit}"


def _as_used(one: Quantity) -> Any:
    """A quantity with its index or its arguments."""
    if one.shape is Shape.INDEXED:
        return one.symbol[Symbol(str(one.axis), integer=True)]
    return one.symbol(*map(Symbol, one.arguments)) if one.shape is Shape.FUNCTION else one.symbol

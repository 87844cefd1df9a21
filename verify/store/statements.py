"""Claims as a store keeps them: what was tested can be shown later, though its file or the catalogue has changed.

A relation is kept as sympy's ``srepr``. It is read back by walking over the syntax tree, with a fixed list of names:
nothing that a store holds is ever executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import sympy

from theory.claims import Claim, Design, Expected, Form
from theory.compiler.ops import FUNCTIONS

_CLASSES = (
    *("IndexedBase", "Indexed", "Tuple"),
    *("Integer", "Rational", "Add", "Mul", "Sum", "Product", "Integral", "Derivative"),
    *("Equality", "LessThan", "GreaterThan", "StrictLessThan", "StrictGreaterThan"),
    *(*FUNCTIONS, "Abs", "Max", "Min"),
)
LARGEST_POWER = 10_000  # of a number; a larger one is no constant of a claim, and takes long to compute
_CONSTANTS = {name: getattr(sympy, name) for name in ("pi", "oo", "E", "EulerGamma")}


def _power(base: Any, exponent: Any) -> Any:
    if base.is_Number and exponent.is_Number and abs(exponent) > LARGEST_POWER:
        raise ValueError(f"{base} to the power {exponent} has no place in a relation")
    return sympy.Pow(base, exponent)


_NAMED: dict[str, Callable[..., Any]] = {
    "Symbol": sympy.Symbol,
    "Function": sympy.Function,
    "Float": sympy.Float,
}
_BUILDERS: dict[str, Callable[..., Any]] = {name: getattr(sympy, name) for name in _CLASSES} | {"Pow": _power}


@dataclass(frozen=True)
class KeptClaim(Claim):
    """A claim read from a store; it was checked when it was run, and its words need not be in today's vocabulary."""

    def __post_init__(self) -> None:
        """Nothing is checked again."""


def claim_record(claim: Claim) -> dict[str, Any]:
    """A claim as JSON from which :func:`claim_of` makes one with the same statement and words."""
    return {
        "title": claim.title,
        "relation": sympy.srepr(claim.relation),
        "source": claim.source,
        "form": str(claim.form),
        "expected": str(claim.expected),
        "setting": claim.setting,
        "derived_from": list(claim.derived_from),
        "note": claim.note,
        "design": None if claim.design is None else asdict(claim.design),
    }


def claim_of(id: str, record: dict[str, Any]) -> Claim:
    """The claim of a record; of its case space nothing was kept.

    Raises:
        ValueError: the record is none of :func:`claim_record`.
    """
    try:
        return KeptClaim(
            id=id,
            title=_text(record["title"]),
            source=_text(record["source"]),
            setting=_text(record["setting"]),
            note=_text(record["note"]),
            relation=read_relation(_text(record["relation"])),
            form=Form(record["form"]),
            expected=Expected(record["expected"]),
            derived_from=tuple(map(_text, record["derived_from"])),
            design=None if record["design"] is None else Design(**_with_tuples(record["design"])),
        )
    except (KeyError, TypeError, AttributeError) as why:
        raise ValueError(f"the statement of {id} is not as scoreproof writes it: {why}") from None


def read_relation(text: str) -> Any:
    """A relation from its ``srepr``.

    Raises:
        ValueError: it is none, or has a name that is not on the list.
    """
    try:
        found = _Reader().read(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError, MemoryError) as why:
        raise ValueError(f"no relation can be read from {text[:60]!r}: {why}") from None
    if not isinstance(found, sympy.core.relational.Relational):
        raise ValueError(f"{text[:60]!r} is no relation")
    return found


class _Reader:
    """Sympy objects from the syntax tree of an ``srepr``.

    A text is taken as a name or a decimal number alone: most classes of sympy would execute one.
    """

    def read(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int() as number) if not isinstance(number, bool):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
                return -number
            case ast.Name(id=name) if name in _CONSTANTS:
                return _CONSTANTS[name]
            case ast.Tuple(elts=parts):
                return tuple(map(self.read, parts))
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as text)]) if name in _NAMED:
                return _NAMED[name](text, **self.assumptions(node))
            case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]) if name in _BUILDERS:
                return _BUILDERS[name](*map(self.read, parts))
            case ast.Call(func=ast.Call(func=ast.Name(id="Function")) as function, args=parts, keywords=[]):
                return self.read(function)(*map(self.read, parts))
        raise ValueError(f"{ast.unparse(node)[:60]!r} has no place in a relation")

    def assumptions(self, node: ast.Call) -> dict[str, Any]:
        """What is said of a symbol, such as ``positive=True``, or the precision of a number."""
        found: dict[str, Any] = {}
        for one in node.keywords:
            if one.arg is None or not isinstance(one.value, ast.Constant) or not isinstance(one.value.value, int):
                raise ValueError(f"{ast.unparse(one)[:60]!r} has no place in a relation")
            found[one.arg] = one.value.value
        return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _with_tuples(value: Any) -> Any:
    """JSON's lists as the tuples that they were, in a dictionary and below it."""
    if isinstance(value, dict):
        return {name: _with_tuples(one) for name, one in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value

"""Conjectures: one comparison between two expressions over the vocabulary."""

from __future__ import annotations

import ast
from typing import Any

from sympy import Eq, Ge, Gt, Le, Lt
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from verify.language.bounded import depends_on_something, is_small
from verify.language.errors import BadInput, quoted
from verify.language.expressions import Builder
from verify.language.scopes import Scope
from verify.language.syntax import Source, read_syntax

EXAMPLE = '"E_D <= d/4*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1))"'
_RELATIONS: dict[type[ast.cmpop], type[Relational]] = {
    ast.LtE: Le,
    ast.GtE: Ge,
    ast.Lt: Lt,
    ast.Gt: Gt,
    ast.Eq: Eq,
}


def parse_relation(text: str) -> Relational:
    """The relation that a conjecture states; it is read, never evaluated, and kept as typed.

    Args:
        text: e.g. ``"E_D <= d/4*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1))"``. One of ``<= >= < > ==`` between two
            expressions of ``+ - * / **``, exact decimal numbers, the names of ``theory.vocabulary``, ``pi``,
            ``E``, elementary functions, ``Min Max Abs``, ``Sum Product Integral Derivative``.

    Raises:
        BadInput: anything else; a free grid index; a relation without a quantity, or one that the domains of
            its quantities already decide; text over 10,000 characters, 500 operations or 60 levels.
    """
    source = read_syntax(text, "conjecture", EXAMPLE)
    tree = source.tree
    if not isinstance(tree, ast.Compare):
        if isinstance(tree, ast.BoolOp) or (isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)):
            raise source.error(tree, "and, or, not are not read; test the relations one at a time")
        raise source.error(tree, f"{quoted(text)} compares nothing; write for example {EXAMPLE}")
    if len(tree.ops) > 1:
        raise source.error(tree, "the comparison has more than two sides; test its relations one at a time")
    relation = _RELATIONS.get(type(tree.ops[0]))
    if relation is None:
        raise source.error(tree, "the two sides are compared with one of <= >= < > ==")
    left, right = _build(source, tree.left), _build(source, tree.comparators[0])
    if not any(depends_on_something(side) or side.has(AppliedUndef) for side in (left, right)):
        raise BadInput(f"{quoted(text)} has no quantity to test; name one of the vocabulary, such as E_D or KL")
    _require_open(text, relation, left, right)
    return relation(left, right, evaluate=False)


def parse_expression(text: str) -> Any:
    """One expression over the vocabulary, in the language of :func:`parse_relation`.

    Raises:
        BadInput: as for :func:`parse_relation`; a comparison.
    """
    source = read_syntax(text, "expression", '"E_D + E_S"')
    return _build(source, source.tree)


def _build(source: Source, node: ast.expr) -> Any:
    try:
        return Builder(source).build(node, Scope())
    except RecursionError:  # sympy recurses several frames a level
        raise BadInput(f"{quoted(source.segment(node))} is nested too deeply; write it flatter") from None


def _require_open(text: str, relation: type[Relational], left: Any, right: Any) -> None:
    """Refuse what sympy would turn into true or false, where asking is cheap."""
    if left == right:
        raise BadInput(f"{quoted(text)} has the same expression on both sides; nothing to test")
    if not (is_small(left) and is_small(right)):
        return
    try:
        decided = relation(left, right)
    except TypeError:  # sympy's complaint about comparing complex numbers
        raise BadInput(f"{quoted(text)} compares something that is not real; change the root or power") from None
    if not isinstance(decided, Relational):
        verdict = "always true" if decided else "never true"
        raise BadInput(f"{quoted(text)} is {verdict}, by the domains of its quantities alone; nothing to test")

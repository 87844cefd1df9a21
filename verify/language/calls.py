"""Calls with literal arguments, ``name(key=number, other=[numbers])``: how grids and targets are typed."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verify.language.errors import BadInput, did_you_mean, quoted
from verify.language.literals import plain
from verify.language.syntax import Source, read_syntax

MAX_CHARACTERS = 1_000_000  # a label may spell a whole grid or mixture out
MAX_NODES = 100_000
MAX_NESTING = 3  # lists in lists: covs=[[[...]]]

Literal = int | float | list[Any]


@dataclass(frozen=True)
class Call:
    """A name with literal arguments.

    Attributes:
        text: as typed.
        name: what is called.
        positional, named: numbers, or nested lists of numbers.
    """

    text: str
    name: str
    positional: tuple[Literal, ...]
    named: Mapping[str, Literal]


def looks_like_call(text: str) -> bool:
    return re.match(r"\s*[^\W\d]\w*\s*\(", text) is not None


def parse_call(text: str, what: str, example: str) -> Call:
    """Read a call with literal numbers and lists of them; nothing is evaluated.

    Args:
        text: e.g. ``"karras(n=19, sigma_min=0.002, sigma_max=80)"``.
        what, example: for messages, e.g. ``"grid"`` and a correct one.

    Raises:
        BadInput: something else.
    """
    source = read_syntax(text, what, example, MAX_NODES, MAX_CHARACTERS)
    node = source.tree
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise BadInput(f"{quoted(text)} is no {what}; write for example {example}")
    named: dict[str, Literal] = {}
    for argument in node.keywords:
        if argument.arg is None:
            raise source.error(argument.value, f"** is not read in a {what}; name every argument")
        named[argument.arg] = _literal(source, argument.value, MAX_NESTING)
    positional = tuple(_literal(source, a, MAX_NESTING) for a in node.args)
    return Call(text.strip(), node.func.id, positional, named)


def make(
    call: Call,
    known: Mapping[str, Callable[..., Any]],
    what: str,
    defaults: Mapping[str, Any] | None = None,
    limits: Mapping[str, float] | None = None,
) -> Any:
    """Call the one of ``known`` that is named, with arguments that fit its signature.

    Args:
        call: what was typed.
        known: functions or classes by name.
        what: ``"grid"`` or ``"target"``, for messages.
        defaults: arguments to give where the text does not.
        limits: largest values of arguments that cost memory.

    Raises:
        BadInput: unknown name, arguments that do not fit, or a value that the function refuses.
    """
    if call.name not in known:
        raise BadInput(f"unknown {what} {quoted(call.name)}; {did_you_mean(call.name, known)}")
    function = known[call.name]
    signature = inspect.signature(function)
    usage = call.name + _parameters(signature)
    for name in call.named:
        if name not in signature.parameters:
            hint = did_you_mean(name, signature.parameters)
            raise BadInput(f"{call.name} has no argument {quoted(name)}; {hint} (write {usage})")
    try:
        bound = signature.bind_partial(*call.positional, **call.named)
        missing = {key: value for key, value in (defaults or {}).items() if key not in bound.arguments}
        bound = signature.bind(*call.positional, **call.named, **missing)
    except TypeError as error:
        raise BadInput(f"{quoted(call.text)}: {error}; write {usage}") from None
    for name, largest in (limits or {}).items():
        value = bound.arguments.get(name)
        if isinstance(value, (int, float)) and value > largest:
            raise BadInput(f"{quoted(call.text)}: {name} = {value} exceeds {largest}; choose a smaller {name}")
    try:
        return function(*bound.args, **bound.kwargs)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadInput(f"{quoted(call.text)}: {error}") from None


def _parameters(signature: inspect.Signature) -> str:
    """``(n, sigma_min, sigma_max, rho=7.0)``: names and defaults, without types."""
    return str(inspect.Signature([p.replace(annotation=p.empty) for p in signature.parameters.values()]))


def _literal(source: Source, node: ast.expr, nesting: int) -> Literal:
    if isinstance(node, (ast.List, ast.Tuple)):
        if nesting == 0:
            raise source.error(node, f"lists are nested more than {MAX_NESTING} deep; flatten them")
        return [_literal(source, entry, nesting - 1) for entry in node.elts]
    return plain(source, node)

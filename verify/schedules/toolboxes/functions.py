"""Python functions that make sigmas: ``f()``, ``f(n)`` and ``f(n, sigma_min, sigma_max, ...)``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from verify.language.errors import BadInput, quoted
from verify.language.functions import own_errors
from verify.schedules.given import Given

# Where a function wants ends and nobody names them: those of EDM (Karras et al. 2022, arXiv 2206.00364).
ENDS = {"sigma_min": 0.002, "sigma_max": 80.0}
_MODEL = ("model_sampling", "model")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Called:
    """A function's result, and how it was called.

    Attributes:
        name: of the function; ``file.py:function`` where it was typed.
        result: anything.
        arguments: by name, in the order given.
        points: number of points wanted, or None.
        library: of the toolbox that the function belongs to, with its version; empty for the user's own.
        assumed: names of the arguments that nobody gave.
    """

    name: str
    result: Any
    arguments: Mapping[str, Any] = field(default_factory=dict)
    points: int | None = None
    library: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        shown = [f"{k}={v:g}" if isinstance(v, float) else f"{k}={v}" for k, v in self.arguments.items()]
        return f"{self.name}({', '.join(shown)})" if shown else self.name


def call(function: Callable[..., Any], points: int | None, name: str | None = None, library: str = "") -> Called:
    """Call ``function`` with the number of points, where it takes one, and the ends that it insists on.

    Args:
        points: None where it is not known.
        name: what to call it in messages, else its own name.
        library: see ``Called``.

    Raises:
        BadInput: it wants other arguments, or fails.
    """
    name = name or name_of(function)
    parameters = _parameters(function)
    count = next((p for p in parameters if p.kind in _POSITIONAL and p.name not in ENDS), None)
    wanted = [p for p in parameters if p.kind in _POSITIONAL and p.default is p.empty]
    _require_known(name, count, wanted)
    if points is None and count in wanted:
        raise BadInput(f"{name} wants an argument; say how many steps it shall make (--steps)")
    positional = () if points is None or count is None or count is not parameters[0] else (points,)
    if count in wanted and not positional:
        raise BadInput(f"{name}: put the number of points, {quoted(count.name)}, before its other arguments")
    keyword = [p for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    ends = {p.name: ENDS[p.name] for p in [*wanted, *keyword] if p.name in ENDS}
    with own_errors(name):
        result = function(*positional, **ends)
    counted = {count.name: points} if positional and count is not None else {}
    return Called(name, result, {**counted, **_fixed(function), **ends}, points, library, tuple(ends))


def read_called(called: Called) -> Given:
    """What a function returned, labelled by the call.

    Raises:
        BadInput: it returned nothing that can be read.
    """
    from verify.schedules.reading import given  # which reads by this function in turn

    result = called.result
    if isinstance(result, str) or (callable(result) and not hasattr(result, "sigmas")):
        raise BadInput(f"{called.name} returned {_described(result)}; return the sigmas themselves")
    try:
        got = given(result, None if called.points is None else called.points - 1)
    except BadInput as error:
        raise BadInput(f"{called.name}: {error}") from None
    notes = [f"called with {key} = {called.arguments[key]:g}, which it wants and nobody gave" for key in called.assumed]
    return replace(
        got,
        label=called.label,
        source=f"{called.library} {called.name}" if called.library else f"function, {got.source}",
        settings={**got.settings, **called.arguments},
        notes=(*notes, *got.notes),
    )


def name_of(function: Callable[..., Any]) -> str:
    """The function's name; that of what a partial calls."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__name__", type(function).__name__)


def _require_known(name: str, count: inspect.Parameter | None, wanted: list[inspect.Parameter]) -> None:
    short = name.rpartition(":")[2]
    for parameter in wanted:
        if parameter.name in _MODEL:
            raise BadInput(f"{name} wants a {parameter.name}; give the pair ({short}, {parameter.name}) instead")
    unknown = [p.name for p in wanted if p.name not in ENDS and p is not count]
    if unknown:
        many = ", ".join(map(quoted, unknown))
        raise BadInput(f"{name} wants {many}, which nobody gave; use functools.partial({short}, {unknown[0]}=...)")


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # some functions written in C have no signature
        return []


def _fixed(function: Callable[..., Any]) -> dict[str, Any]:
    """Arguments that a partial has fixed by name, as far as they are numbers or words."""
    if not isinstance(function, functools.partial):
        return {}
    return {key: value for key, value in function.keywords.items() if isinstance(value, int | float | str)}


def _described(result: Any) -> str:
    return f"a {type(result).__name__} of shape ()" if isinstance(result, str) else f"a {type(result).__name__}"

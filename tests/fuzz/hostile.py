"""The readers of ``verify.language`` under hostile input, and what must hold for each answer.

Bytes come from hypothesis or from a coverage-guided fuzzer. The first one says how the rest is read: as it is,
or as choices in the grammars of ``made``.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from made import CELLS, CSV, JSON, LISTS, Choices, call, expression, joined, npy, relation

import numerics.targets  # noqa: F401  # loads torch now, not within the time of the first input
from theory.compiler import CompileError, compile_array, names_used
from theory.vocabulary import VOCABULARY, Shape
from verify.language import BadInput, parse_expression, parse_grid, parse_relation, parse_target

STEPS = (1, 6)  # of the grids that what was read is computed on


def answered(read: Callable[[str], Any], text: str) -> Any:
    """What is read, or None where it is refused as it must be: by one line."""
    try:
        return read(text)
    except BadInput as error:
        message = str(error)
        assert message, "a refusal must say why"
        assert len(message.splitlines()) == 1, message
        return None


def _one(*arguments: Any) -> Any:
    return np.full(np.broadcast_shapes(*(np.shape(a) for a in arguments)), 0.75)


def environment(steps: int) -> dict[str, Any]:
    """Some value for every name of the vocabulary, on a grid of ``steps`` steps."""
    values: dict[str, Any] = {}
    for name, quantity in VOCABULARY.items():
        grid = np.geomspace(9.0, 1e-3, steps + 1)
        values[name] = {Shape.SCALAR: np.float64(1.25), Shape.INDEXED: grid, Shape.FUNCTION: _one}[quantity.shape]
    return values | {f"{name}'": _one for name in VOCABULARY} | {"N": steps}


def compute(expressions: Sequence[Any]) -> None:
    """Everything that is done with what was read: names, text, compiled functions and their values."""
    for one in expressions:
        names_used(one)
        str(one)
        function = compile_array(one)
        for steps in STEPS:
            with np.errstate(all="ignore"), contextlib.suppress(CompileError):  # an index may leave this grid
                function(environment(steps))


def read_relation(text: str) -> None:
    found = answered(parse_relation, text)
    compute([] if found is None else found.args)


def read_expression(text: str) -> None:
    found = answered(parse_expression, text)
    compute([] if found is None else [found])


def read_grid(text: str) -> None:
    grid = answered(parse_grid, text)
    if grid is not None:
        assert np.all(np.diff(grid.sigmas) < 0)
        assert grid.sigmas[-1] > 0


def read_target(text: str) -> None:
    target = answered(parse_target, text)
    if target is not None:
        assert target.label.isprintable()


def read_bytes(read: Callable[[str], None], suffix: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"input{suffix}")
        path.write_bytes(content)
        read(str(path))


_Made = Callable[[Choices], Any]
TEXTS: dict[str, tuple[Callable[[str], None], _Made]] = {
    "relation": (read_relation, relation),
    "expression": (read_expression, expression),
    "grid": (read_grid, call),
    "target": (read_target, call),
}
FILES: dict[str, tuple[Callable[[str], None], str, _Made]] = {
    "grid.csv": (read_grid, ".csv", lambda choose: joined(choose, CELLS, CSV)),
    "grid.txt": (read_grid, ".txt", lambda choose: joined(choose, CELLS, CSV)),
    "grid.json": (read_grid, ".json", lambda choose: joined(choose, JSON, LISTS)),
    "grid.npy": (read_grid, ".npy", npy),
    "target.csv": (read_target, ".csv", lambda choose: joined(choose, CELLS, CSV)),
    "target.npy": (read_target, ".npy", npy),
}
READERS = (*TEXTS, *FILES)


def feed(reader: str, data: bytes) -> None:
    """Give one reader what the bytes spell; an even first byte means the rest as it is."""
    raw, rest = not (data[:1] or b"\0")[0] % 2, data[1:]
    if reader in TEXTS:
        read, make = TEXTS[reader]
        read(rest.decode("utf-8", "surrogateescape") if raw else make(Choices(rest)))
    else:
        read, suffix, make = FILES[reader]
        read_bytes(read, suffix, rest if raw else make(Choices(rest)))

"""Noise grids as the command line takes them: a family with numbers, a file of sigmas, a user's function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from theory.grids import FAMILIES, Grid, GridError, from_sigmas, from_variances
from verify.language import tables
from verify.language.calls import looks_like_call, make, parse_call
from verify.language.errors import BadInput, did_you_mean, quoted
from verify.language.functions import grid_of_function, names_function

EXAMPLE = '"karras(n=19, sigma_min=0.002, sigma_max=80, rho=7)"'
# The last two spell a list out: they are the labels of grids that have no family.
_LIMITS = {"n": 10**6}
_CALLS: dict[str, Any] = {**FAMILIES, "from_sigmas": from_sigmas, "from_variances": from_variances}


def parse_grid(text: str, steps: int | None = None) -> Grid:
    """The grid that a text names.

    Args:
        text: a family with numbers, such as ``karras(n=19, sigma_min=0.002, sigma_max=80, rho=7)``; the path
            of a ``.csv``, ``.txt``, ``.json`` or ``.npy`` file of sigmas, largest first, of which one last 0
            is dropped; or ``file.py:function``, which imports that file and calls the function.
        steps: number of sampler steps wanted, one less than the points. It is the default of a family's ``n``
            and the argument ``n`` of a function, and every grid is held to it.

    Raises:
        BadInput: none of these, or no legal grid.
    """
    if steps is not None and steps < 1:
        raise BadInput(f"steps = {steps}; a grid has at least one step")
    points = None if steps is None else steps + 1
    try:
        grid = _read(text, points)
    except GridError as error:
        raise BadInput(f"{quoted(text)}: {error}") from None
    if steps is not None and steps != grid.N:
        raise BadInput(f"{quoted(text)} has {grid.N} steps ({grid.n} points), but {steps} were asked for")
    return grid


def _read(text: str, points: int | None) -> Grid:
    if names_function(text):
        return grid_of_function(text, points)
    if tables.is_table(text):
        return _from_file(tables.existing_file(text))
    if looks_like_call(text):
        default = {} if points is None or text.strip().startswith("from_") else {"n": points}
        return make(parse_call(text, "grid", EXAMPLE), _CALLS, "grid", default, _LIMITS)
    word = text.strip()
    if word in FAMILIES:
        raise BadInput(f"{word} needs its parameters; write for example {EXAMPLE}")
    hint = did_you_mean(word, FAMILIES) if word.isidentifier() else "check the ending"
    raise BadInput(
        f"{quoted(text)} is no grid; {hint}. A grid is a family such as {EXAMPLE}, "
        f"a file of sigmas ({' '.join(tables.SUFFIXES)}) or file.py:function"
    )


def _from_file(path: Path) -> Grid:
    """One list of sigmas; entries are named by their row, or in JSON and npy by their position from 1."""
    suffix = path.suffix.lower()
    if suffix == ".npy":
        sigmas = tables.read_npy(path)
        if sigmas.ndim != 1:
            raise BadInput(f"{path}: the array has shape {sigmas.shape}; save the sigmas with shape (n,)")
        rows = list(range(1, len(sigmas) + 1))
    elif suffix == ".json":
        values = tables.read_json(path)
        values = values.get("sigmas") if isinstance(values, dict) else values
        if not isinstance(values, list):
            raise BadInput(f'{path}: no list of sigmas; write [80, 10, 1] or {{"sigmas": [80, 10, 1]}}')
        rows = list(range(1, len(values) + 1))
        sigmas = np.array([tables.finite(path, row, value) for row, value in zip(rows, values, strict=True)])
    else:
        sigmas, rows = _sigma_column(path)
    _require_falling(path, sigmas, rows)
    try:
        return from_sigmas(sigmas, name=str(path))
    except GridError as error:
        raise BadInput(f"{path}: {error}") from None


def _sigma_column(path: Path) -> tuple[Any, list[int]]:
    table = tables.read_table(path)
    if table.header not in ((), ("sigma",), ("sigmas",)):
        typed = quoted(", ".join(table.header))
        raise BadInput(f"{path}, first row: {typed} is neither a number nor the column name sigma; correct it")
    if len(table.rows) == 1:
        return np.array(table.rows[0]), table.lines * len(table.rows[0])
    for line, row in zip(table.lines, table.rows, strict=True):
        if len(row) > 1:
            raise BadInput(f"{path}, row {line}: {len(row)} numbers; write one a row, or all in one row")
    return np.array([row[0] for row in table.rows]), table.lines


def _require_falling(path: Path, sigmas: Any, rows: list[int]) -> None:
    """The order that ``from_sigmas`` asks for, but named by the rows of the file."""
    last = len(sigmas) - 1
    for at in np.flatnonzero(sigmas <= 0):
        if sigmas[at] != 0 or at != last:
            raise BadInput(f"{path}, row {rows[at]}: sigma = {sigmas[at]:g}; only a last 0 may be there, remove it")
    for at in np.flatnonzero(sigmas[1:] >= sigmas[:-1])[:1]:
        raise BadInput(
            f"{path}, row {rows[at + 1]}: sigma = {sigmas[at + 1]:.17g} is not below the one before, "
            f"{sigmas[at]:.17g}; list the largest first, each once"
        )

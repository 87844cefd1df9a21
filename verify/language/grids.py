"""Noise grids as the command line takes them: a family with numbers, a file of sigmas, a user's function."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.grids import FAMILIES, Grid, GridError, from_sigmas, from_variances
from verify.language import tables
from verify.language.calls import looks_like_call, make, parse_call
from verify.language.errors import BadInput, did_you_mean, quoted
from verify.language.functions import given_of_function, grid_of_function, names_function
from verify.language.sigma_files import read_sigma_file

if TYPE_CHECKING:
    from verify.schedules.given import Given

EXAMPLE = '"karras(n=19, sigma_min=0.002, sigma_max=80, rho=7)"'
# The last two spell a list out: they are the labels of grids that have no family.
_LIMITS = {"n": 10**6}
_CALLS: dict[str, Any] = {**FAMILIES, "from_sigmas": from_sigmas, "from_variances": from_variances}


def parse_grid(text: str, steps: int | None = None) -> Grid:
    """The grid that a text names.

    Args:
        text: a family with numbers, such as ``karras(n=19, sigma_min=0.002, sigma_max=80, rho=7)``; the path
            of a ``.csv``, ``.txt``, ``.json`` or ``.npy`` file of sigmas, largest first, of which one last 0
            is dropped; or ``file.py:function``, which imports that file and calls the function. It may return
            anything that ``verify.schedules.reading`` knows.
        steps: number of sampler steps wanted, one less than the points. It is the default of a family's ``n``
            and the argument ``n`` of a function, and every grid is held to it.

    Raises:
        BadInput: none of these, or no legal grid.
    """
    try:
        grid = _read(text, _points(steps))
    except GridError as error:
        raise BadInput(f"{quoted(text)}: {error}") from None
    if steps is not None and steps != grid.N:
        raise BadInput(f"{quoted(text)} has {grid.N} steps ({grid.n} points), but {steps} were asked for")
    return grid


def given_grid(text: str, steps: int | None = None) -> Given:
    """What a text says about its noise levels, read as in ``parse_grid`` but with nothing checked or dropped.

    Raises:
        BadInput: the text names nothing that can be read. A sequence that is no legal grid, NaN in a file
            included, is read as it is; a family with illegal numbers is not.
    """
    # Imported here because the schedules load torch, which a refused text or a grid should not wait for.
    from verify.schedules.given import Given
    from verify.schedules.reading import of_grid

    points = _points(steps)
    if names_function(text):
        return given_of_function(text, points)
    if not tables.is_table(text):
        try:
            return of_grid(_read(text, points))
        except GridError as error:
            raise BadInput(f"{quoted(text)}: {error}") from None
    path = tables.existing_file(text)
    file = read_sigma_file(path, finite=False)
    kind = f"{path.suffix.lower().removeprefix('.')} file"
    return Given(file.sigmas, str(path), source=kind, precision=file.precision, rows=file.rows)


def _points(steps: int | None) -> int | None:
    if steps is not None and steps < 1:
        raise BadInput(f"steps = {steps}; a grid has at least one step")
    return None if steps is None else steps + 1


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
    file = read_sigma_file(path)
    _require_falling(path, file.sigmas, file.rows)
    try:
        return from_sigmas(file.sigmas, name=str(path))
    except GridError as error:
        raise BadInput(f"{path}: {error}") from None


def _require_falling(path: Path, sigmas: Any, rows: tuple[int, ...]) -> None:
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

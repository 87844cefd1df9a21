"""The noise schedule that the regression check is handed: read once, with how it ends and what was asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from theory.grids import Grid, GridError
from verify.language import tables
from verify.language.errors import BadInput, quoted
from verify.language.functions import given_of_function, names_function
from verify.language.grids import given_grid
from verify.schedules.baseline_file import Baseline
from verify.schedules.given import Given
from verify.schedules.reading import as_grid, given
from verify.schedules.toolboxes import diffusers


@dataclass(frozen=True)
class Now:
    """A schedule as it is now.

    Attributes:
        grid: its positive sigmas.
        steps_asked: the number of steps that it was asked for, or None.
        appended_zero: whether it ends in the 0 that toolboxes append; None for a grid of scoreproof's own, which
            never has one and says nothing about what a sampler is given.
    """

    grid: Grid
    steps_asked: int | None = None
    appended_zero: bool | None = None


def read_now(grid: Any, kept: Baseline | None, steps: int | None = None) -> Now:
    """Read a schedule; a function is called once.

    Args:
        grid: anything that ``as_grid`` reads, or what was read before.
        kept: the baseline; where ``steps`` is None, a function is asked for as many steps as it was then.
        steps: steps wanted.

    Raises:
        BadInput: no legal grid, or not of so many steps.
    """
    if isinstance(grid, Now):
        return grid
    if steps is None and kept is not None and _takes_steps(grid):
        steps = kept.steps_asked
    if isinstance(grid, str | os.PathLike):
        return _of_text(os.fspath(grid), steps)
    if isinstance(grid, Grid):
        return Now(as_grid(grid, steps), steps)
    read = given(grid, steps)
    return Now(as_grid(read, steps), steps, _ends_in_zero(read))


def _of_text(text: str, steps: int | None) -> Now:
    if names_function(text):
        read = given_of_function(text, None if steps is None else steps + 1)
        try:
            legal = read.grid()
        except GridError as error:
            raise BadInput(f"{quoted(text)}: {error}") from None
        return Now(as_grid(legal, steps), steps, _ends_in_zero(read))
    legal = as_grid(text, steps)  # first: its messages name the rows of a file
    return Now(legal, steps, given_grid(text).appended_zero if tables.is_table(text) else None)


def _ends_in_zero(read: Given) -> bool | None:
    return None if read.source.endswith("grid") else read.appended_zero


def _takes_steps(grid: Any) -> bool:
    if isinstance(grid, str | os.PathLike):
        return names_function(os.fspath(grid))
    return callable(grid) and not diffusers.recognises(grid)  # a pipeline can be called, but has its steps already

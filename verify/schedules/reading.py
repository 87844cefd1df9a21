"""Noise schedules from anything that people have them in.

    given(thing)     what it says, unchecked: for lint
    as_grid(thing)   a legal grid, or one line that says why it is none

A thing is a typed text (``karras(n=19, ...)``, a file, ``file.py:function``), a list, array or tensor, a function,
or an object of diffusers, k-diffusion or ComfyUI.
"""

from __future__ import annotations

import os
from typing import Any

from theory.grids import Grid, GridError
from verify.language.errors import BadInput, quoted
from verify.schedules.given import Given
from verify.schedules.toolboxes import comfyui, diffusers, k_diffusion
from verify.schedules.toolboxes.functions import call, read_called
from verify.schedules.toolboxes.numbers import read_numbers

TOOLBOXES = (diffusers, k_diffusion, comfyui)


def given(thing: Any, steps: int | None = None) -> Given:
    """What ``thing`` says about its noise levels, with nothing corrected.

    Args:
        thing: text, path, list, dict with ``sigmas``, array, tensor, ``Grid``, function of the number of points
            (and sigma_min, sigma_max), diffusers scheduler, k-diffusion denoiser, ComfyUI ``model_sampling``, or
            a pair (function, model_sampling).
        steps: steps between positive sigmas wanted. Where a number of points is asked for, it is steps + 1; the
            0 that toolboxes append is not counted. What was fixed before is read as it is.

    Raises:
        BadInput: it cannot be read; the message names the value at fault and the fix.
    """
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or steps < 1):
        raise BadInput(f"steps = {quoted(steps)}; a grid has a whole number of steps, at least one")
    if isinstance(thing, Given):
        return thing
    if isinstance(thing, Grid):
        return of_grid(thing)
    if isinstance(thing, str | os.PathLike):
        from verify.language.grids import given_grid

        return given_grid(os.fspath(thing), steps)
    for toolbox in TOOLBOXES:
        if toolbox.recognises(thing):
            return toolbox.read(thing, steps)
    if callable(thing):
        return read_called(call(thing, None if steps is None else steps + 1))
    return read_numbers(thing)


def as_grid(thing: Any, steps: int | None = None) -> Grid:
    """The grid of ``thing``: its positive sigmas, of which an appended 0 is dropped.

    Args:
        thing: typed text (``karras(n=19, ...)``), file of sigmas, ``file.py:function``, list, array, tensor, ``Grid``,
            function of the number of points, diffusers scheduler, k-diffusion denoiser or ComfyUI ``model_sampling``.
        steps: number of steps wanted, which is one less than the points; the grid is held to it.

    Raises:
        BadInput: it cannot be read, or is no legal grid; the message names the first value at fault.
    """
    if isinstance(thing, str | os.PathLike):
        from verify.language.grids import parse_grid

        return parse_grid(os.fspath(thing), steps)
    if isinstance(thing, Grid):
        grid = thing
    else:
        read = given(thing, steps)
        try:
            grid = read.grid()
        except GridError as error:
            raise BadInput(f"{read.label}: {error}") from None
    if steps is not None and steps != grid.N:
        raise BadInput(f"{grid.name} has {grid.N} steps ({grid.n} points), but {steps} were asked for")
    return grid


def of_grid(grid: Grid) -> Given:
    """A legal grid, as if it had been handed over as a list."""
    settings = {key: value for key, value in grid.parameters.items() if isinstance(value, int | float)}
    return Given(grid.sigmas.copy(), grid.label, source="grid", settings=settings)

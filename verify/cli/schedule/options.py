"""Options that the schedule commands share, and what they make of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from numerics.targets import Target
    from theory.grids import Grid

GridArgument = Annotated[
    str,
    typer.Argument(
        metavar="GRID",
        help="karras(n=19, sigma_min=.002, sigma_max=80), "
        "a file of sigmas (.csv .txt .json .npy), or file.py:function.",
    ),
]
TargetOption = Annotated[str, typer.Option(metavar="T", help="gaussian(...), mixture(...), digits, points.npy.")]
SamplerOption = Annotated[str, typer.Option(help="score, denoiser, ode or heun.")]
JsonOption = Annotated[str | None, typer.Option(metavar="FILE|-", help="The numbers as JSON.")]
PlotOption = Annotated[Path | None, typer.Option(metavar="FILE", help="A picture (.png, .svg, .pdf).")]
DEFAULT_TARGET = "gaussian(d=1, var=0.25)"
PICTURES = (".png", ".svg", ".pdf")


def read_grids(grids: list[str], steps: int | None = None) -> list[Grid]:
    """The grids that the texts name.

    Raises:
        BadInput: a text names no legal grid.
    """
    from verify.language import parse_grid

    return [parse_grid(text, steps) for text in grids]


def read_target(target: str, sampler: str) -> Target:
    """The target that the text names; the sampler's name is checked too.

    Raises:
        BadInput: no such target or sampler.
    """
    from verify.conjectures import known_sampler
    from verify.language import parse_target

    known_sampler(sampler)
    return parse_target(target)


def save_picture(out: Console, plot: Path | None, draw: Callable[[Path], None]) -> None:
    """``draw`` to the file ``plot``, and say so; nothing where it is None.

    Raises:
        BadInput: the ending is not one of ``PICTURES``.
    """
    if plot is None:
        return
    check_picture(plot)
    with out.status("drawing"):
        draw(plot)
    out.print(f"picture: {plot}")


def check_picture(plot: Path | None) -> None:
    """Raises BadInput where a picture cannot be written as ``plot``, before any work is done."""
    from verify.language.errors import BadInput

    if plot is not None and plot.suffix not in PICTURES:
        raise BadInput(f"--plot {plot}: pictures are written as .png, .svg or .pdf")

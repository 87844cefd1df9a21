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
LossCurveOption = Annotated[
    str | None, typer.Option(metavar="CSV", help="The model's loss curve: columns sigma,loss or sigma,mse, perhaps se.")
]
DimensionOption = Annotated[int | None, typer.Option(min=1, help="Dimension of the data behind the loss curve.")]
SmoothOption = Annotated[
    bool, typer.Option("--smooth", help="Assume that the loss curve is smooth between its rows: far smaller errors.")
]
StepsOption = Annotated[int | None, typer.Option(min=1, help="Steps of each grid, one less than its points.")]
DEFAULT_TARGET = "gaussian(d=1, var=0.25)"


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
    from verify.language import parse_target
    from verify.language.samplers import known_sampler

    known_sampler(sampler)
    return parse_target(target)


def read_source(
    target: str | None, loss_curve: str | None, dimension: int | None, sampler: str, smooth: bool = False
) -> Target:
    """What grids are judged on: the loss curve of a trained model, or a known target; one of the two.

    Raises:
        BadInput: both or neither, a dimension without a curve, or what ``read_target`` refuses.
    """
    from verify.language.curves import read_curve
    from verify.language.errors import BadInput
    from verify.language.samplers import known_sampler
    from verify.language.tables import existing_file

    if loss_curve is None:
        if dimension is not None:
            raise BadInput(f"--dimension {dimension} goes with --loss-curve; a target has its own")
        if target is None:
            raise BadInput("for which model? give --loss-curve CSV with --dimension D, or a known --target T")
        if smooth:
            raise BadInput("--smooth goes with --loss-curve; a target is known")
        return read_target(target, sampler)
    if target is not None:
        raise BadInput(f"--target {target} and --loss-curve {loss_curve}: give one of them")
    known_sampler(sampler)
    return read_curve(existing_file(loss_curve), dimension, smooth)


def save_picture(out: Console, plot: Path | None, draw: Callable[[Path], None]) -> None:
    """``draw`` to the file ``plot``, and say so; nothing where it is None.

    Raises:
        BadInput: the file cannot be written.
    """
    from verify.cli.output import writing

    if plot is None:
        return
    with out.status("drawing"), writing("--plot", plot):
        draw(plot)
    out.print(f"picture: {plot}", markup=False)

"""``scoreproof schedule``: what a noise schedule costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Judge noise schedules by their exact error budgets.", no_args_is_help=True)

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


@app.command()
def budget(
    grid: GridArgument,
    target: TargetOption = DEFAULT_TARGET,
    sampler: SamplerOption = "score",
    json: JsonOption = None,
    plot: PlotOption = None,
) -> None:
    """The error of one grid, in nats: initialisation, discretisation, score, path and output.

    Example: [bold]scoreproof schedule budget "karras(n=19, sigma_min=.002, sigma_max=80)" --target digits[/bold]
    """
    from verify.cli.output import console, write_json
    from verify.reports.terminal import budget_table
    from verify.schedules import grid_budget

    one_grid, data = _read([grid], target, sampler)
    out = console(json)
    with out.status(f"measuring {data.label}"):
        result = grid_budget(one_grid[0], data, sampler)
    budget_table(out, [result])
    write_json(result.as_json(), json)
    _draw(out, plot, [result])


@app.command()
def compare(
    grids: Annotated[list[str], typer.Argument(metavar="GRID GRID ...", help="Two or more grids.")],
    target: TargetOption = DEFAULT_TARGET,
    sampler: SamplerOption = "score",
    json: JsonOption = None,
    plot: PlotOption = None,
) -> None:
    """Budgets side by side, each judged against the first: better, worse, same or cannot tell.

    Example: [bold]scoreproof schedule compare "karras(n=19, sigma_min=.002, sigma_max=80)"
    "exponential(n=19, sigma_min=.002, sigma_max=80)"[/bold]
    """
    from verify.cli.output import console, write_json
    from verify.language.errors import BadInput
    from verify.reports.terminal import budget_table
    from verify.schedules import compare as judge

    if len(grids) < 2:
        raise BadInput("compare wants two or more grids; `scoreproof schedule budget GRID` takes one")
    many, data = _read(grids, target, sampler)
    out = console(json)
    with out.status(f"measuring {data.label}"):
        comparison = judge(many, data, sampler)
    budget_table(out, list(comparison.budgets), comparison)
    write_json(comparison.as_json(), json)
    _draw(out, plot, list(comparison.budgets))


def _read(grids, target, sampler):  # type: ignore[no-untyped-def]
    from verify.conjectures import known_sampler
    from verify.language import parse_grid, parse_target

    known_sampler(sampler)
    return [parse_grid(text) for text in grids], parse_target(target)


def _draw(out, plot, budgets):  # type: ignore[no-untyped-def]
    if plot is None:
        return
    from verify.language.errors import BadInput
    from verify.reports.pictures import draw_schedules

    if plot.suffix not in (".png", ".svg", ".pdf"):
        raise BadInput(f"--plot {plot}: pictures are written as .png, .svg or .pdf")

    with out.status("drawing"):
        draw_schedules(budgets, plot)
    out.print(f"picture: {plot}")

"""``scoreproof schedule compare``: several grids, each against the first."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from verify.cli.schedule.options import (
    DEFAULT_TARGET,
    JsonOption,
    PlotOption,
    SamplerOption,
    TargetOption,
    read_grids,
    read_target,
    save_picture,
)


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

    Exit code 0: the numbers are shown, whichever grid is better; 2: bad input, or stopped.
    """
    from verify.cli.output import console, write_json
    from verify.cli.schedule.outputs import check_outputs, data_files, grid_files
    from verify.language.errors import BadInput
    from verify.reports.budget_table import budget_table
    from verify.reports.pictures import draw_schedules
    from verify.schedules import compare as judge

    if len(grids) < 2:
        raise BadInput("compare wants two or more grids; `scoreproof schedule budget GRID` takes one")
    check_outputs({"--json": json, "--plot": plot}, [*grid_files(*grids), *data_files(target)])
    many, data = read_grids(grids), read_target(target, sampler)
    out = console(json)
    with out.status(f"measuring {escape(data.label)}"):
        comparison = judge(many, data, sampler)
    budget_table(out, list(comparison.budgets), comparison)
    write_json(comparison.as_json(), json)
    save_picture(out, plot, lambda to: draw_schedules(list(comparison.budgets), to))

"""``scoreproof schedule budget``: what one grid costs."""

from __future__ import annotations

from rich.markup import escape

from verify.cli.schedule.options import (
    DEFAULT_TARGET,
    GridArgument,
    JsonOption,
    PlotOption,
    SamplerOption,
    TargetOption,
    read_grids,
    read_target,
    save_picture,
)


def budget(
    grid: GridArgument,
    target: TargetOption = DEFAULT_TARGET,
    sampler: SamplerOption = "score",
    json: JsonOption = None,
    plot: PlotOption = None,
) -> None:
    """The error of one grid, in nats: initialisation, discretisation, score, path and output.

    Example: [bold]scoreproof schedule budget "karras(n=19, sigma_min=.002, sigma_max=80)" --target digits[/bold]

    Exit code 0: the numbers are shown; 2: bad input, or stopped.
    """
    from verify.cli.output import console, write_json
    from verify.cli.schedule.outputs import check_outputs, data_files, grid_files
    from verify.reports.budget_table import budget_table
    from verify.reports.pictures import draw_schedules
    from verify.schedules import grid_budget

    check_outputs({"--json": json, "--plot": plot}, [*grid_files(grid), *data_files(target)])
    one_grid, data = read_grids([grid]), read_target(target, sampler)
    out = console(json)
    with out.status(f"measuring {escape(data.label)}"):
        result = grid_budget(one_grid[0], data, sampler)
    budget_table(out, [result])
    write_json(result.as_json(), json)
    save_picture(out, plot, lambda to: draw_schedules([result], to))

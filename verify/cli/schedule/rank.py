"""``scoreproof schedule rank``: which grid is best for a model, known by its loss curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verify.cli.options import QuietOption
from verify.cli.schedule.options import (
    DimensionOption,
    JsonOption,
    LossCurveOption,
    PlotOption,
    SamplerOption,
    SmoothOption,
    StepsOption,
    read_grids,
    read_source,
    save_picture,
)
from verify.cli.stopping import stopping

if TYPE_CHECKING:
    from verify.schedules.ranking import Ranking

COLOURS = {"better": "green", "worse": "red", "cannot tell": "yellow"}


def rank(
    grids: Annotated[
        list[str], typer.Argument(metavar="GRID GRID ...", help="Two or more grids, the reference first.")
    ],
    loss_curve: LossCurveOption = None,
    dimension: DimensionOption = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="T", help="A known target instead: gaussian(...), mixture(...), digits, a file."),
    ] = None,
    sampler: SamplerOption = "score",
    smooth: SmoothOption = False,
    steps: StepsOption = None,
    json: JsonOption = None,
    plot: PlotOption = None,
    quiet: QuietOption = False,
) -> None:
    """Rank noise grids for a trained model by its validation loss alone; the true score is not needed.

    The loss curve is a CSV file with the columns sigma,loss or sigma,mse and, if you have it, se (the standard error):
    loss = E|sigma score + noise|^2, mse = E|data - denoised|^2, both summed over the coordinates, not averaged. Its
    rows must reach from the smallest to the largest sigma of the grids. The differences of path KL are exact but for
    the curve's own error, which the intervals carry: rows at the grids' own sigmas leave none. --smooth assumes more.

    Example: [bold]scoreproof schedule rank "karras(n=19, sigma_min=.002, sigma_max=80)"
    "exponential(n=19, sigma_min=.002, sigma_max=80)" my_grid.csv --loss-curve curve.csv --dimension 3072
    --sampler denoiser[/bold]

    Exit code 0: the numbers are shown, whichever grid is better; 2: bad input, or stopped.
    """
    from numerics.targets import NotAvailable
    from verify.cli.output import console, write_json
    from verify.cli.schedule.outputs import check_outputs, data_files, grid_files
    from verify.language.errors import BadInput
    from verify.schedules.ranking import rank as judge

    if len(grids) < 2:
        raise BadInput("rank wants two or more grids; `scoreproof schedule budget GRID` takes one")
    check_outputs({"--json": json, "--plot": plot}, [*grid_files(*grids), *data_files(target, loss_curve)])
    many, source = read_grids(grids, steps), read_source(target, loss_curve, dimension, sampler, smooth)
    out, aside = console(json), console(json, quiet)
    with stopping(lambda: "nothing was written"), aside.status(f"ranking {len(many)} grids"):
        try:
            ranking = judge(many, source, sampler)
        except NotAvailable as why:
            raise BadInput(str(why)) from None
    _show(aside, ranking)
    if quiet:
        _show_best(out, ranking)
    write_json(ranking.as_json(), json)
    if plot is not None:
        from verify.reports.schedule_pictures import draw_ranking

        save_picture(aside, plot, lambda to: draw_ranking(ranking, to))


def _show_best(out: Console, ranking: Ranking) -> None:
    """What could not be ranked, and the best grid in one line."""
    from verify.reports.numbers import plus_minus

    for row in ranking.rows:
        if row.missing:
            out.print(f"[yellow]cannot tell[/] {escape(row.grid.label)}: {escape(row.missing)}")
    best = ranking.rows[0]
    out.print(f"best: {best.grid.label}, {best.verdict}, {plus_minus(best.difference)} nats", markup=False)


def _show(out: Console, ranking: Ranking) -> None:
    from verify.reports.numbers import plus_minus

    criterion = "path KL" if ranking.criterion == "KL_path" else "output KL"
    head = f"{ranking.source.label}, {ranking.sampler} sampler: {criterion} minus that of the reference, best first"
    out.print(head, markup=False)
    letters = [chr(ord("A") + at) if at < 26 else f"A{at}" for at in range(len(ranking.rows))]
    for letter, row in zip(letters, ranking.rows, strict=True):
        out.print(f"  {letter} = {row.grid.label}", markup=False)
    output = ranking.criterion == "KL_path" and any(row.terminal is not None for row in ranking.rows)
    columns = ["", "steps", "nats", "bits/dim", "verdict", *(["output KL"] if output else [])]
    table = Table(*columns, box=None, pad_edge=False)
    for letter, row in zip(letters, ranking.rows, strict=True):
        cells = [letter, str(row.grid.N), plus_minus(row.difference), plus_minus(row.bits_per_dim)]
        cells.append(f"[{COLOURS.get(row.verdict, 'bold')}]{row.verdict}[/]")
        table.add_row(*cells, *([plus_minus(row.terminal)] if output else []))
    out.print(table)
    for letter, row in zip(letters, ranking.rows, strict=True):
        if row.missing:
            out.print(f"[yellow]cannot tell {letter}:[/] {escape(row.missing)}")
    for text in ranking.warnings:
        out.print(f"[yellow]warning:[/] {escape(text)}")
    for text in ranking.notes:
        out.print(f"note: {escape(text)}")
    if ranking.assumption:
        out.print(f"± assumes: {escape(ranking.assumption)}")
    else:
        kinds = sorted({str(row.difference.kind) for row in ranking.rows})
        out.print(f"± is the error of each number, kind: {', '.join(kinds)}")

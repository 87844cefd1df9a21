"""``scoreproof schedule check``: a schedule held to the one that was written down."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.status import Status

from verify.cli.options import QuietOption
from verify.cli.schedule.options import (
    DimensionOption,
    GridArgument,
    JsonOption,
    LossCurveOption,
    PlotOption,
    SmoothOption,
    save_picture,
)
from verify.cli.stopping import stopping

if TYPE_CHECKING:
    from verify.schedules.checked import Checked

BaselineOption = Annotated[Path, typer.Option(metavar="FILE", help="The baseline, JSON; see --update.")]
TargetsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="T",
        help="Data to judge on, repeatable: gaussian(...), mixture(...), digits, points.npy. Default: the baseline's; "
        "for a new baseline a Gaussian with variances from 1 to 1e-4 and a mixture, both exact.",
    ),
]
SamplersOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="S", help="score, denoiser, ode or heun, repeatable. Default: the baseline's, else score and denoiser."
    ),
]
ToleranceOption = Annotated[
    float | None,
    typer.Option(
        metavar="NATS",
        help="A difference that is certainly this small or smaller counts as the same; kept in the baseline. Default: "
        "the baseline's, else 0: only equal costs, such as of identical sigmas, are the same, and a change in the "
        "last digit of a sigma cannot be told from none.",
    ),
]


def check(
    grid: GridArgument,
    baseline: BaselineOption,
    target: TargetsOption = None,
    sampler: SamplersOption = None,
    loss_curve: LossCurveOption = None,
    dimension: DimensionOption = None,
    smooth: SmoothOption = False,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps to ask the function for. Default: as the baseline was asked.")
    ] = None,
    tolerance: ToleranceOption = None,
    update: Annotated[bool, typer.Option("--update", help="Write the baseline from the grid as it is now.")] = False,
    json: JsonOption = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="The verdicts as JUnit XML.")] = None,
    plot: PlotOption = None,
    quiet: QuietOption = False,
) -> None:
    """Hold a noise schedule to a baseline: better, same, worse or cannot tell, for each target and sampler.

    Write the baseline once with --update and commit it; then check after every change.

    Example: [bold]scoreproof schedule check my_schedule.py:grid --baseline baseline.json --update[/bold]

    Example: [bold]scoreproof schedule check my_schedule.py:grid --baseline baseline.json[/bold]

    Exit code 0: nothing is worse; 1: something is worse, or nobody can tell although the baseline's cost is known; 2:
    bad input, or stopped.
    """
    from verify.cli.output import console, write_json
    from verify.cli.schedule.outputs import check_outputs, data_files, grid_files
    from verify.language.curves import require_curve
    from verify.reports.schedule_check import baseline_table, check_table, summary, write_junit
    from verify.schedules.baseline import check as judge
    from verify.schedules.baseline import read_now, record
    from verify.schedules.baseline_data import Data, curve_data
    from verify.schedules.baseline_file import read_baseline

    inputs = [
        *grid_files(grid),
        *data_files(None, loss_curve),
        *(one for text in target or () for one in data_files(text)),
    ]
    check_outputs({"--json": json, "--junit": junit, "--plot": plot}, [("the baseline itself", baseline), *inputs])
    check_outputs({"--baseline": baseline if update else None}, inputs)
    require_curve(loss_curve, dimension, smooth)
    data: list[str | Data] = list(target or ())
    if loss_curve is not None:
        data.append(curve_data(loss_curve, dimension, smooth, kept_in=baseline.parent))
    samplers = sampler or ()
    known = read_baseline(baseline) if baseline.exists() or not update else None
    now = read_now(grid, known, steps)
    out, aside, found, written = console(json), console(json, quiet), None, None
    with stopping(lambda: "the baseline is as it was"), aside.status("measuring") as status:
        tell = partial(_tell, status)
        if known is not None:
            found = judge(
                now,
                baseline,
                data,
                samplers,
                tolerance=tolerance,
                name=grid,
                trust=not update,
                tell=tell,
            )
        if update:
            written = record(
                now,
                baseline,
                data,
                samplers,
                tolerance=tolerance,
                name=grid,
                tell=tell,
            )
    if found is not None:
        check_table(aside, found)
        if quiet:
            for row in found.rows:
                if row.failed:
                    out.print(f"{row.target}, {row.sampler} sampler: {row.verdict}, {row.reason}", markup=False)
            out.print(summary(found), style="bold red" if found.failed else "bold green", markup=False)
    if written is not None:
        baseline_table(aside, baseline, written)
        if quiet:
            out.print(f"baseline written: {baseline}", markup=False)
    result = {} if found is None else found.as_json()
    write_json(result | ({} if written is None else {"written": written.model_dump(mode="json")}), json)
    if found is None:
        if junit is not None or plot is not None:
            out.print("nothing to compare with before the first baseline: no --junit, no --plot")
        return
    if junit is not None:
        write_junit(found, junit)
    save_picture(aside, plot, partial(_draw, found))
    if found.failed and written is None:
        again = shlex.join(["scoreproof", "schedule", "check", grid, "--baseline", str(baseline), "--update"])
        out.print(f"if this is meant: {again}", markup=False)
        raise typer.Exit(1)


def _tell(status: Status, what: str) -> None:
    status.update(f"measuring {escape(what)}")


def _draw(found: Checked, to: Path) -> None:
    from verify.reports.schedule_pictures import draw_check

    draw_check(found, to)

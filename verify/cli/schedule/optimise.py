"""``scoreproof schedule optimise``: the best grid for a model, with a bound on what any other could gain."""

from __future__ import annotations

from pathlib import Path
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
    from theory.grids import Grid
    from verify.schedules.optimum import Optimum


def optimise(
    grid: Annotated[
        str | None, typer.Argument(metavar="GRID", help="Your grid: its steps and ends, and the gain against it.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="T", help="A known target: gaussian(...), mixture(...), digits, a file.")
    ] = None,
    loss_curve: LossCurveOption = None,
    dimension: DimensionOption = None,
    smooth: SmoothOption = False,
    steps: StepsOption = None,
    sigma_max: Annotated[float | None, typer.Option(help="First noise level.")] = None,
    sigma_min: Annotated[float | None, typer.Option(help="Last noise level, above 0.")] = None,
    sampler: SamplerOption = "score",
    family: Annotated[
        str | None, typer.Option(metavar="F", help="Only members of karras (finds rho), polyexponential, tan, laplace.")
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=3, max=8192, help="Levels on which the best grid is proved to be best.")
    ] = None,
    export: Annotated[
        str | None, typer.Option(metavar="TOOLBOX", help="Code for diffusers, k-diffusion or comfyui.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the code goes; default: printed.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Replace FILE if it is there.")] = False,
    json: JsonOption = None,
    plot: PlotOption = None,
    quiet: QuietOption = False,
) -> None:
    """Find the noise grid that costs a sampler least, from the model's validation loss alone or for a known target.

    The loss curve is a CSV file with the columns sigma,loss or sigma,mse (see `scoreproof schedule rank --help`). All
    grids on an axis of noise levels are searched at once, so that no better one is missed; what a grid off the axis
    could still gain is bounded.

    Example: [bold]scoreproof schedule optimise --loss-curve curve.csv --dimension 3072 --sampler denoiser --steps 18
    --sigma-max 80 --sigma-min .002 --export k-diffusion --output sigmas.py[/bold]

    Your grid against the best one: [bold]scoreproof schedule optimise "karras(n=19, sigma_min=.002, sigma_max=80)"
    --target digits[/bold]

    The best rho: [bold]scoreproof schedule optimise --family karras --steps 18 --sigma-max 80 --sigma-min .002
    --target "gaussian(d=1, var=.25)"[/bold]

    Exit code 0: a grid was found, whether yours is as good or not; 2: bad input, or stopped.
    """
    from verify.cli.output import console, write_json
    from verify.cli.schedule.outputs import check_outputs, data_files, grid_files
    from verify.language.errors import BadInput
    from verify.schedules.export import TOOLBOXES, exported
    from verify.schedules.optimum import optimise as search

    outputs = {"--json": json, "--plot": plot, "--output": output}
    check_outputs(outputs, [*grid_files(grid), *data_files(target, loss_curve)])
    if export is not None and export not in TOOLBOXES:
        exported([2.0, 1.0], export)  # which says what there is
    _check_output(export, output, update, json)
    against, count, high, low = _asked(grid, steps, sigma_max, sigma_min)
    source = read_source(target, loss_curve, dimension, sampler, smooth)
    if points is not None and points <= count:
        raise BadInput(f"--points {points}: an axis for {count} steps has {count + 1} points or more")
    out, aside = console(json), console(json, quiet)
    with stopping(lambda: "nothing was written; fewer --points take less time"), aside.status("beginning") as status:
        found = search(
            source, count, high, low, sampler, family, points, against, lambda text: status.update(escape(text))
        )
    _show(aside, found)
    if quiet:
        _show_gap(out, found)
    if export is not None:
        _write_code(exported(found.grid, export), output, out if output is None else aside)
    write_json(found.as_json(), json)
    if plot is not None:
        from verify.reports.schedule_pictures import draw_optimum

        save_picture(aside, plot, lambda to: draw_optimum(found, to))


def _asked(
    grid: str | None, steps: int | None, sigma_max: float | None, sigma_min: float | None
) -> tuple[Grid | None, int, float, float]:
    """The grid that was given, if any; N, sigma_max, sigma_min."""
    from verify.language.errors import BadInput

    if grid is not None:
        if sigma_max is not None or sigma_min is not None:
            raise BadInput("a GRID has its own ends: leave out --sigma-max and --sigma-min, or the grid")
        (one,) = read_grids([grid], steps)
        return one, one.N, float(one.sigmas[0]), float(one.sigmas[-1])
    if steps is None or sigma_max is None or sigma_min is None:
        named = {"--steps": steps, "--sigma-max": sigma_max, "--sigma-min": sigma_min}
        missing = ", ".join(name for name, value in named.items() if value is None)
        raise BadInput(f"{missing} missing: give --steps, --sigma-max and --sigma-min, or a GRID that has them")
    return None, steps, sigma_max, sigma_min


def _check_output(export: str | None, output: Path | None, update: bool, json: str | None) -> None:
    """Refuse before any work what could not be written after it."""
    from verify.language.errors import BadInput

    if output is not None and export is None:
        raise BadInput(f"--output {output} is for code: say which with --export diffusers, k-diffusion or comfyui")
    if output is not None and output.exists() and not update:
        raise BadInput(f"--output {output}: the file is there; --update replaces it")
    if export is not None and output is None and json == "-":
        raise BadInput("--json - and printed code would mix: give --output FILE for the code")


def _write_code(code: str, output: Path | None, out: Console) -> None:
    from verify.atomic import write_text
    from verify.cli.output import writing

    if output is None:
        out.print()
        out.print(code, markup=False, end="")
    else:
        with writing("--output", output):
            write_text(output, code)
        out.print(f"code: {output}", markup=False)


def _show_gap(out: Console, found: Optimum) -> None:
    """The best grid in one line."""
    from verify.reports.numbers import at_most, plus_minus

    gap = at_most(float(found.gap.upper))
    out.print(f"{found.grid.N} steps: objective {plus_minus(found.objective)}, no grid gains more than {gap} nats")


def _show(out: Console, found: Optimum) -> None:
    from verify.reports.numbers import at_most, plus_minus
    from verify.schedules.usual import DEFAULTS

    out.print(f"{found.source.label}, {found.sampler} sampler, {found.grid.N} steps, nats", markup=False)
    out.print(f"  sigmas     {', '.join(f'{sigma:.6g}' for sigma in found.sigmas)}")
    for name, value in found.parameters.items():
        out.print(f"  {name:<10} {plus_minus(value)} in {found.family}")
    out.print(f"  objective  {plus_minus(found.objective)}  {_meaning(found)}")
    out.print(f"  gap        no grid of any kind with these ends gains more than {at_most(float(found.gap.upper))}")
    if found.axis and found.family is None:
        out.print(
            f"             on {found.axis} levels none is better than the best by {at_most(found.unproved)}, by Bellman"
        )
    for name in found.gain.keys() - DEFAULTS.keys():
        out.print(f"  yours      {name}", markup=False)
    out.print(_against(found))
    for text in found.notes:
        out.print(f"note: {text}", markup=False)
    kinds = sorted({str(one.kind) for one in (found.objective, *found.gain.values())})
    out.print(f"± is the error of each number, kind: {', '.join(kinds)}")


def _against(found: Optimum) -> Table:
    """The usual grids: what this one gains on each, and every output KL."""
    from verify.reports.numbers import between, plus_minus
    from verify.schedules.usual import DEFAULTS

    uncertain = any(float(one.radius) > 1e-6 * (1 + abs(float(one.value))) for one in found.gain.values())
    table = Table("  against", "gain", box=None, pad_edge=False)
    if uncertain:
        table.add_column("by the curve alone")
    if found.terminal:
        table.add_column("output KL")
        table.add_row("  this grid", "", *([""] if uncertain else []), plus_minus(found.terminal.get("best")))
    for name, gain in found.gain.items():
        cells = [between(gain) if uncertain else plus_minus(gain)]
        cells += [f"{found.estimate[name]:.4g}"] if uncertain else []
        cells += [plus_minus(found.terminal.get(name))] if found.terminal else []
        table.add_row(f"  {name}" if name in DEFAULTS else "  yours", *cells)
    return table


def _meaning(found: Optimum) -> str:
    from numerics.targets import LossCurve

    if found.sampler == "ode":
        return "output KL from the exact start"
    if isinstance(found.source, LossCurve):
        return "path KL but for what all grids with these ends share"
    return "discretisation error E_D"

"""``scoreproof schedule lint``: what is wrong with a schedule, what that costs, and how to repair it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from verify.cli.schedule.options import (
    JsonOption,
    PlotOption,
    SamplerOption,
    read_target,
    save_picture,
)

if TYPE_CHECKING:
    from verify.schedules import Given
    from verify.schedules.findings import Finding

COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def lint(
    grids: Annotated[list[str], typer.Argument(metavar="GRID ...", help="Files of sigmas, file.py:function, calls.")],
    target: Annotated[
        str | None,
        typer.Option(metavar="T", help="Your data: gaussian(...), mixture(...), digits, points.npy; else a default."),
    ] = None,
    sampler: SamplerOption = "score",
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps that were meant: entries of the list less one.")
    ] = None,
    sigma_min: Annotated[float | None, typer.Option(help="Last positive sigma that was meant.")] = None,
    sigma_max: Annotated[float | None, typer.Option(help="First sigma that was meant.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    json: JsonOption = None,
    sarif: Annotated[str | None, typer.Option(metavar="FILE|-", help="SARIF 2.1.0, for code hosts.")] = None,
    plot: PlotOption = None,
) -> None:
    """Find the defects that schedules have in practice: order, zeros, wasted steps, ends, rounding, shift, scale.

    Each finding says where, why it matters (in nats where that can be computed), and the fix.

    Example: [bold]scoreproof schedule lint sigmas.csv --steps 20 --sigma-min .03 --sigma-max 14.6[/bold]

    Exit code 0: no error; 1: an error (with --strict also a warning); 2: a schedule cannot be read.
    """
    from verify.cli.output import console, write_json
    from verify.cli.schedule.outputs import check_outputs, data_files, grid_files
    from verify.language.errors import BadInput
    from verify.language.samplers import known_sampler
    from verify.reports.sarif import as_sarif
    from verify.schedules.lint import lint as findings_of
    from verify.schedules.reading import given

    check_outputs({"--json": json, "--sarif": sarif, "--plot": plot}, [*grid_files(*grids), *data_files(target)])
    if json == "-" and sarif == "-":
        raise BadInput("--json - and --sarif - both write to standard output; send one of them to a file")
    if plot is not None and len(grids) > 1:
        raise BadInput(f"--plot {plot}: one picture shows one schedule, but {len(grids)} are given; run lint for each")
    for name, value in (("--sigma-min", sigma_min), ("--sigma-max", sigma_max)):
        if value is not None and not 0 < value < float("inf"):
            raise BadInput(f"{name} {value}: give a positive number")
    known_sampler(sampler)
    data = None if target is None else read_target(target, sampler)
    out = console("-" if "-" in (json, sarif) else None)
    reports = []
    for text, read in [(text, given(text, steps)) for text in grids]:  # all are read before one is judged
        with out.status(f"checking {escape(read.label)}"):
            findings = findings_of(read, data, sampler, steps, sigma_min, sigma_max)
        reports.append((text, read, findings))
        _print(out, read, findings)
    write_json({"schedules": [_as_json(read, findings) for _, read, findings in reports]}, json)
    write_json(as_sarif(reports), sarif, "--sarif")
    if plot is not None:
        from verify.reports.schedule_pictures import draw_lint

        _, only, found = reports[0]
        save_picture(out, plot, lambda to: draw_lint(only, found, to))
    failing = ("error", "warning") if strict else ("error",)
    if any(finding.level in failing for _, _, findings in reports for finding in findings):
        raise typer.Exit(1)


def _print(out: Console, read: Given, findings: Sequence[Finding]) -> None:
    """A block for each finding, then their number."""
    for note in read.notes:
        out.print(f"{read.label}: {note}", markup=False)
    for finding in findings:
        place = _place(read, finding)
        out.print(f"[{COLOURS[finding.level]}]{finding.level}[/] [bold]{finding.rule}[/]  ", end="")
        out.print(place, markup=False)
        out.print(f"  {finding.message}", markup=False)
        out.print(f"  fix: {finding.fix}", markup=False)
    counts = [sum(finding.level == level for finding in findings) for level in COLOURS]
    words = [f"{count} {level}{'s' * (count != 1)}" for count, level in zip(counts, COLOURS, strict=True) if count]
    out.print(f"{read.label}: {', '.join(words) or 'nothing found'}", markup=False)


def _place(read: Given, finding: Finding) -> str:
    if finding.index is None:
        return read.label
    if finding.index < len(read.rows):
        return f"{read.label}:{read.rows[finding.index]}"
    return f"{read.label}[{finding.index}]"


def _as_json(read: Given, findings: Sequence[Finding]) -> dict[str, Any]:
    found = []
    for finding in findings:
        row = read.rows[finding.index] if finding.index is not None and finding.index < len(read.rows) else None
        found.append(finding.as_json() | {"row": row})
    return {"grid": read.label, "source": read.source, "findings": found}

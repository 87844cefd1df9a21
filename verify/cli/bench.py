"""``scoreproof bench``: how fast, against what people would use instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from verify.bench.result import Result
    from verify.bench.row import Row

WIDEST = 300  # of a table that goes into a file or a pipe


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME ...]", help="Rows to run; default: all. --list shows them.")
    ] = None,
    list_rows: Annotated[bool, typer.Option("--list", help="Show the rows, and run nothing.")] = False,
    device: Annotated[str, typer.Option(metavar="cpu|cuda", help="Where both sides run.")] = "cpu",
    size: Annotated[
        str, typer.Option(metavar="full|small", help="The work of the table, or seconds of work to try the rows.")
    ] = "full",
    rounds: Annotated[
        int | None, typer.Option(min=3, metavar="N", help="How often both sides run; default: the row's own number.")
    ] = None,
    scaling: Annotated[bool, typer.Option(help="Measure how cost and memory grow with the sizes too.")] = True,
    json: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="Write the results there, anew after every row.")
    ] = None,
) -> None:
    """Measure speed, accuracy and memory against what people would use instead, on the same work.

    Example: [bold]scoreproof bench information-curves --json curves.json[/bold]

    Both sides run in turns in one process; the ratio of their times has a 95 % interval over the rounds. The share of
    the machine's limit compares with the rate of matrix products, exponentials or copies, measured in the same rounds.
    Run it on a quiet machine: other work makes intervals wide.

    Exit code 0: every row that ran holds; 1: one is missed or open; 2: bad input.
    """
    from verify.bench.record import record
    from verify.bench.result import Result
    from verify.bench.row import SIZES, Setting
    from verify.bench.rows import all_rows
    from verify.bench.session import run_rows
    from verify.cli.output import console, write_json
    from verify.language.errors import BadInput

    for option, value, known in (("--size", size, SIZES), ("--device", device, ("cpu", "cuda"))):
        if value not in known:
            raise BadInput(f"{option} {value}: give {' or '.join(known)}")
    rows = _chosen(all_rows(), names or [])
    out = console(json)
    if list_rows:
        _list(out, rows)
        return
    if device == "cuda":
        _check_cuda()
    setting, results = Setting(size, device), list[Result]()
    try:
        with out.status("") as status:
            measured = run_rows(rows, setting, rounds, scaling)
            for n, row in enumerate(rows):
                told = f"{row.name} ({n + 1} of {len(rows)}): {row.work}"
                if out.is_interactive:
                    status.update(told)
                else:
                    out.print(told, markup=False)
                results.append(next(measured))
                if json != "-":
                    write_json(record(results, setting), json)
    finally:  # what is measured is not lost by a stop
        if results:
            _show(out, results)
    if json == "-":
        write_json(record(results, setting), json)
    raise typer.Exit(int(any(result.status in ("missed", "open") for result in results)))


def _show(out: Console, results: list[Result]) -> None:
    from verify.bench.table import details, table

    _print(out, table(results))
    out.print()
    for result in results:
        out.print("\n".join(details(result)), markup=False)


def _chosen(rows: dict[str, Row], names: list[str]) -> list[Row]:
    """The rows of these names, in the table's order; all without one.

    Raises:
        BadInput: an unknown name.
    """
    from verify.language.errors import BadInput, did_you_mean

    for name in names:
        if name not in rows:
            raise BadInput(f"{name} is no row of the benchmark; {did_you_mean(name, rows)}")
    return [row for name, row in rows.items() if not names or name in names]


def _print(out: Console, shown: Table) -> None:
    """A table; nothing of it is cut or wrapped in a file."""
    if not out.is_terminal:
        shown.width = out.measure(shown, options=out.options.update(width=WIDEST)).maximum
    out.print(shown, crop=False)


def _list(out: Console, rows: list[Row]) -> None:
    from rich.table import Table

    from verify.bench.table import wanted

    listed = Table(box=None, pad_edge=False)
    for name in ("row", "work", "against", "wanted", "on"):
        listed.add_column(name)
    for row in rows:
        listed.add_row(row.name, row.work, row.against, wanted(row), ", ".join(row.devices))
    _print(out, listed)


def _check_cuda() -> None:
    import torch

    from verify.language.errors import BadInput

    if not torch.cuda.is_available():
        raise BadInput("--device cuda: torch sees no CUDA device here; leave --device out to run on the processor")

"""``scoreproof report``: the page of a run, made again from the store."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.verify import STORE

OUTPUT = Path("report")
WIDEST = 500  # of the list of runs

if TYPE_CHECKING:
    from verify.store.runs import Listed, Run, Store


def report(
    run: Annotated[
        int | None, typer.Argument(metavar="RUN", help="Number of the run; default: the latest with a verdict.")
    ] = None,
    store: Annotated[Path, typer.Option(metavar="FILE", help="Where runs are kept.")] = STORE,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report (made if missing).")] = OUTPUT,
    list_runs: Annotated[bool, typer.Option("--list", help="Show the runs of the store, and write nothing.")] = False,
    stored_only: Annotated[
        bool, typer.Option("--stored-only", help="Leave out the schedules and networks that are computed for the page.")
    ] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Write the report of a run from the store: verdicts, formulas, pictures and certificates, in one HTML page.

    Example: [bold]scoreproof report 3 --output report-3 --open[/bold]

    A run that is not finished gives a page of what it has reached, which says what is missing and how to go on.
    Nothing is verified again, and no file of your own is executed.

    Exit code 0: the page is written, whatever the verdicts; 2: there is no such store or run.
    """
    from verify.cli.output import console, printable
    from verify.language.errors import BadInput
    from verify.store import Store

    if not store.is_file():
        raise BadInput(
            f"--store {printable(store)}: there is no such file; `scoreproof verify` makes one, and every run of it "
            "is kept there"
        )
    _check_options(run, output, list_runs, stored_only, open_page)
    out = console()
    with Store(store, reading=True) as kept:
        if list_runs:
            _list(out, kept)
            return
        page = _write(out, kept.run(run), output, stored_only)
    out.print(f"report: {page}", markup=False)
    if open_page:
        import webbrowser

        if not webbrowser.open(page.resolve().as_uri()):
            out.print("no browser could be started: open the page yourself")


def _check_options(run: int | None, output: Path, list_runs: bool, stored_only: bool, open_page: bool) -> None:
    """Refuse what contradicts itself, and a folder that is none, before anything is read."""
    from verify.cli.output import printable
    from verify.language.errors import BadInput

    if list_runs:
        given = {f"run {run}": run is not None, "--output": output != OUTPUT, "--open": open_page}
        for name, there in (given | {"--stored-only": stored_only}).items():
            if there:
                raise BadInput(f"--list with {name}: the list of all runs writes no page; give one of the two")
    elif output.exists() and not output.is_dir():
        raise BadInput(f"--output {printable(output)} is a file; name a folder")


def _write(out, run: Run, folder: Path, stored_only: bool) -> Path:  # type: ignore[no-untyped-def]
    """The page of a run in a folder.

    Raises:
        BadInput: the run has reached no verdict.
        OSError: the folder cannot be written.
    """
    from verify.cli.output import writing
    from verify.language.errors import BadInput
    from verify.reports.folder import write_report
    from verify.reports.stored import stored_report
    from verify.suites import SUITES

    found, settings = stored_report(run), run.settings
    if not found.verdicts and not found.origin.unshown:
        raise BadInput(f"run {run.id} has reached no verdict yet ({run.progress}); go on with: {found.origin.go_on}")
    quick = settings.claims.keys() == {claim.id for claim in SUITES["quick"].claims()}
    with out.status("writing the report"), writing("--output", folder):
        page = write_report(
            folder,
            found.verdicts,
            settings.seed,
            settings.examples,
            sum(v.seconds for v in found.verdicts),
            with_budgets=quick and not stored_only,
            origin=found.origin,
            with_training=not stored_only,
        )
    if found.origin.missing:
        total = len(settings.claims)
        out.print(
            f"run {run.id} is not finished: {total - len(found.origin.missing)} of {total} claims have a verdict; "
            f"go on with: {found.origin.go_on}",
            markup=False,
        )
    for id, why in found.origin.unshown.items():
        out.print(f"{id} is not on the page: {why}", markup=False)
    return page


def _list(out, store: Store) -> None:  # type: ignore[no-untyped-def]
    """A line for each run, the latest first.

    Raises:
        BadInput: there is none.
    """
    from rich.table import Table

    from verify.language.errors import BadInput

    runs = store.list_runs()
    if not runs:
        raise BadInput(f"there is no run in {store.where}: start one with `scoreproof verify`")
    table = Table(box=None, pad_edge=False)
    for name in ("run", "started (UTC)", "finished", "claims", "cases", "seed", "device", "verdicts"):
        table.add_column(name, no_wrap=True)
    for one in reversed(runs):
        s = one.settings
        numbers = (str(len(s.claims)), str(s.examples), str(s.seed), s.device)
        table.add_row(str(one.id), _moment(one.started), _finished(one), *numbers, _counts(one))
    table.width = out.measure(table, options=out.options.update(width=WIDEST)).maximum  # nothing is cut, wherever
    out.print(table, crop=False)


def _moment(text: str) -> str:
    return text[:16].replace("T", " ")


def _finished(one: Listed) -> str:
    return _moment(one.finished) if one.finished else f"no, {one.shards} of {one.settings.shards} shards"


def _counts(one: Listed) -> str:
    from verify.store.runs import UNREADABLE
    from verify.verdicts import Status

    found = Counter(one.statuses.values())
    return ", ".join(f"{found[status]} {status}" for status in (*Status, UNREADABLE) if found[status]) or "none yet"

"""``scoreproof verify``: run claims and compare their verdicts with what is expected."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.cli.options import QuietOption

if TYPE_CHECKING:
    from verify.events import SoFar

STORE = Path("runs") / "scoreproof.sqlite"


def verify(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE.py ...]", help="Python files with claims of your own.")
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(help="quick (the default), sampling, training, paper or full: see `scoreproof claims suites`."),
    ] = None,
    claim: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A claim of the catalogue; may be repeated.")
    ] = None,
    examples: Annotated[int | None, typer.Option(help="Cases a claim; default: the suite's own, else 100.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same verdicts.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="A Dask scheduler, whose workers are used.")
    ] = None,
    device: Annotated[
        str, typer.Option(metavar="cpu|cuda", help="Where networks are trained; all else runs on processors.")
    ] = "cpu",
    store: Annotated[Path, typer.Option(metavar="FILE", help="Where findings and training runs are kept.")] = STORE,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Also hunt false variants of the claims, and plant faults (minutes).")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the latest run of the same settings.")] = False,
    report: Annotated[Path | None, typer.Option(help="Folder for the report (made if missing).")] = None,
    json: Annotated[str | None, typer.Option(metavar="FILE|-", help="Verdicts as JSON.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Verdicts as JUnit XML, for CI servers.")] = None,
    sarif: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="What is not as expected as SARIF 2.1.0, for code hosts.")
    ] = None,
    github: Annotated[
        bool | None,
        typer.Option("--github/--no-github", help="Annotations and a summary of the job; default: on GitHub Actions."),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Search for counterexamples to claims, and say whether each verdict is as expected.

    Example: [bold]scoreproof verify --claim wht24.eq4.printed --claim gauss.fisher[/bold]

    Claims of your own: [bold]scoreproof verify examples/my_claims.py --report report[/bold]

    In CI: [bold]scoreproof verify --suite quick --quiet --junit verdicts.xml --sarif verdicts.sarif[/bold]

    A run that was stopped loses nothing: repeat the command with `--resume`. Certified and refuted verdicts are
    written as certificates to the folder of the store, for `scoreproof replay`.

    Exit code 0: every verdict as expected (with --mutants: and no variant unexplained, no fault unnoticed); 1: some
    verdict differs; 2: bad input, or stopped.
    """
    from verify.cli.lookup import at_least
    from verify.language.errors import BadInput

    at_least("--examples", examples, 10)
    at_least("--seed", seed, 0)
    at_least("--jobs", jobs, 1)
    if scheduler is not None and jobs != 1:
        raise BadInput("--jobs is for processes of this machine, --scheduler for a cluster: give one of them")
    if jobs > 1:
        from verify.forkserver import start_early

        start_early()  # it loads its modules beside those that are loaded here
    from verify.cli.output import console
    from verify.cli.selection import chosen_claims
    from verify.executors import RunError
    from verify.reports.handlers import deliver
    from verify.runner import run_events
    from verify.store import RunSettings, Store
    from verify.suites import SUITES

    _check_device(device, scheduler)
    _check_outputs({"--json": json, "--junit": junit, "--sarif": sarif}, report, [store, *(files or [])])
    chosen, default = chosen_claims(files or [], suite, claim or [])
    count = examples or (SUITES[default].examples if default else 100)
    settings = RunSettings.of(chosen, count, seed, device)
    again = _command(context.params)
    with Store(store) as kept:
        run = kept.resume(settings) if resume else kept.begin(settings)
        events = run_events(
            chosen, count, seed, jobs, scheduler=scheduler, device=device, run=run, mutants=mutants
        )  # fmt: skip
        out = console("-" if "-" in (json, sarif) else None)
        folder = store.parent / f"seed-{seed}"
        handlers = _handlers(out, quiet, json, junit, sarif, github, report, folder, with_budgets=default == "quick")
        try:
            so_far = deliver(events, handlers)
        except KeyboardInterrupt:  # pressed again while results were written
            raise RunError(f"stopped; {run.progress}; go on with: {again}") from None
    _raise_for(so_far, run.progress, again)
    well = not so_far.wrong and (so_far.hunted is None or so_far.hunted.all_well)
    raise typer.Exit(0 if well else 1)


def _handlers(  # type: ignore[no-untyped-def]
    out, quiet, json, junit, sarif, github, report: Path | None, certificates: Path, with_budgets: bool
) -> list[Any]:
    """One handler for each output that is asked for, in the order in which they are told events."""
    from verify.cli.output import console
    from verify.reports.handlers.certificates import Certificates
    from verify.reports.handlers.github import GitHub
    from verify.reports.handlers.json import Json
    from verify.reports.handlers.junit import JUnit
    from verify.reports.handlers.page import Page
    from verify.reports.handlers.sarif import Sarif
    from verify.reports.handlers.terminal import Terminal

    aside = console(quiet=True) if quiet else out
    handlers = [
        Terminal(out, quiet),
        Certificates(certificates, out, quiet),
        None if json is None else Json(json),
        None if junit is None else JUnit(junit),
        None if sarif is None else Sarif(sarif),
        GitHub.asked(out, github),
        None if report is None else Page(report, aside, with_budgets),
    ]
    return [handler for handler in handlers if handler is not None]


def _raise_for(so_far: SoFar, progress: str, again: str) -> None:
    """Tell what kept the run from its end, with how to go on.

    Raises:
        RunError: the run was stopped, or scoreproof itself failed on a claim.
        BadInput: an output could not be written.
    """
    from verify.executors import RunError
    from verify.language.errors import BadInput

    known = all(isinstance(error, BadInput | OSError | RunError) for error in so_far.errors)
    told = [str(error) if known else f"{type(error).__name__}: {error}" for error in so_far.errors]
    errors = "".join(f"; {one}" for one in told)
    if so_far.interrupted is not None:
        why, kept = so_far.interrupted.why, so_far.interrupted.kept
        stopped = isinstance(why, KeyboardInterrupt)
        words = f"stopped{_stage(so_far)}" if stopped else str(why)
        raise RunError(f"{words}; {kept}{errors}; {'' if stopped else 'then '}go on with: {again}") from why
    if so_far.failures:
        names = ", ".join(failure.claim.id for failure in so_far.failures)
        raise RunError(
            f"scoreproof itself failed on {names} (above), which therefore has no verdict; {progress}{errors}; "
            f"to try the others again: {again}"
        )
    if not known:  # a fault of a handler itself, whose trace is wanted
        raise ExceptionGroup("outputs could not be made", so_far.errors)
    if told:
        raise BadInput("; ".join(told))


def _stage(so_far: SoFar) -> str:
    """What was going on when a run was stopped after its search; nothing during it."""
    if not so_far.searched:
        return ""
    hunting = so_far.started is not None and so_far.started.variants and so_far.hunted is None
    return " while variants were hunted" if hunting and not so_far.finished else " while results were written"


def _check_device(device: str, scheduler: str | None) -> None:
    """Whether there is such a device: of this machine, unless a cluster's workers have to have it."""
    from numerics.training.device import DEVICES, NoDevice, check_device
    from verify.language.errors import BadInput

    if device not in DEVICES or (device != "cpu" and scheduler is None):
        try:
            check_device(device)
        except NoDevice as why:
            raise BadInput(f"--device {device}: {why}") from None


def _check_outputs(outputs: dict[str, Path | str | None], report: Path | None, inputs: list[Path]) -> None:
    """Refuse before any work what could not be written after it."""
    from verify.cli.schedule.outputs import check_outputs
    from verify.language.errors import BadInput
    from verify.reports.files import printable
    from verify.reports.folder import FILES, require_own

    if "\0" in str(report):
        raise BadInput(f"--report {printable(str(report))}: a NUL is in no file's name; name another folder")

    own = [] if report is None else [report / name for name in FILES]
    check_outputs(
        outputs,
        [
            *(("the store itself or a file with claims", path) for path in inputs),
            *(("a file of the --report itself", path) for path in own),
        ],
    )
    for path in inputs:
        if os.path.realpath(path) in map(os.path.realpath, own):
            raise BadInput(f"--report {report} would write over {path}; name another folder")
    if [*outputs.values()].count("-") > 1:
        both = " and ".join(f"{option} -" for option, to in outputs.items() if to == "-")
        raise BadInput(f"{both} both write to standard output; send one of them to a file")
    if report is not None and report.exists() and not report.is_dir():
        raise BadInput(f"--report {report} is a file; name a folder")
    if report is not None:
        require_own(report)


def _command(given: dict[str, Any]) -> str:
    """The command that goes on with a run.

    Args:
        given: the values of all options.
    """
    usual = {"seed": 0, "jobs": 1, "device": "cpu", "store": STORE}
    words = ["scoreproof", "verify", *map(str, given["files"] or ())]
    words += [word for id in given["claim"] or () for word in ("--claim", id)]
    for name in ("suite", "examples", "seed", "jobs", "scheduler", "device", "store", "report", "json", "junit",
                 "sarif"):  # fmt: skip
        if given[name] != usual.get(name):
            words += [f"--{name}", str(given[name])]
    words += [f"--{name}" for name in ("mutants", "quiet") if given[name]]
    if given["github"] is not None:
        words.append("--github" if given["github"] else "--no-github")
    return shlex.join([*words, "--resume"])

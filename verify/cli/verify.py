"""``scoreproof verify``: run claims and compare their verdicts with what is expected."""

from __future__ import annotations

import shlex
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

STORE = Path("runs") / "scoreproof.sqlite"


def verify(
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
) -> None:
    """Search for counterexamples to claims, and say whether each verdict is as expected.

    Example: [bold]scoreproof verify --claim wht24.thm2.printed --claim wht24.thm2.corrected[/bold]

    A run that was stopped loses nothing: repeat the command with [bold]--resume[/bold].

    Certified and refuted verdicts are written as certificates to the folder of the store, for
    [bold]scoreproof replay[/bold].

    Exit code 0: every verdict as expected (with --mutants: and no variant unexplained, no fault unnoticed); 1: some
    verdict differs; 2: bad input, or stopped.
    """
    from verify.cli.lookup import at_least
    from verify.cli.output import console, write_json
    from verify.language.errors import BadInput
    from verify.reports.terminal import verdict_table
    from verify.runner import RunError
    from verify.store import RunSettings, Store
    from verify.suites import SUITES

    at_least("--examples", examples, 10)
    at_least("--seed", seed, 0)
    at_least("--jobs", jobs, 1)
    if scheduler is not None and jobs != 1:
        raise BadInput("--jobs is for processes of this machine, --scheduler for a cluster: give one of them")
    _check_device(device, scheduler)
    chosen, default = _chosen(files or [], suite, claim or [])
    count = examples or (SUITES[default].examples if default else 100)
    out = console(json)
    began = time.perf_counter()
    settings = RunSettings.of(chosen, count, seed, device)
    with Store(store) as kept:
        run = kept.resume(settings) if resume else kept.begin(settings)
        again = _command(
            files or [], suite, claim or [], examples, seed, jobs, scheduler, device, store, report, json, mutants
        )
        verdicts, failures = _run(out, chosen, count, seed, jobs, scheduler, device, run, again)
    seconds = time.perf_counter() - began
    verdict_table(out, verdicts, seed, seconds)
    _certificates(out, verdicts, store.parent / f"seed-{seed}")
    if mutants and json not in (None, "-"):  # what is there is kept, whatever becomes of the hunt
        write_json([v.as_json() for v in verdicts], json)
    hunted = _mutants(out, chosen, count, seed, jobs) if mutants else None
    if report is not None:
        from verify.reports.folder import write_report

        with out.status("writing the report"):
            page = write_report(
                report, verdicts, seed, count, seconds, with_budgets=default == "quick", mutant_run=hunted
            )
        out.print(f"report: {page}")
    extra = {} if hunted is None else hunted.of_claims()
    write_json([v.as_json() | ({"mutants": extra.get(v.claim.id)} if mutants else {}) for v in verdicts], json)
    if failures:
        out.print("\n".join(failure.trace for failure in failures), markup=False)
        names = ", ".join(failure.claim.id for failure in failures)
        raise RunError(
            f"scoreproof itself failed on {names} (above), which therefore has no verdict; {run.progress}; "
            f"to try the others again: {again}"
        )
    well = all(v.as_expected for v in verdicts) and (hunted is None or hunted.all_well)
    raise typer.Exit(0 if well else 1)


def _check_device(device: str, scheduler: str | None) -> None:
    """Whether there is such a device: of this machine, unless a cluster's workers have to have it."""
    from numerics.training.device import DEVICES, NoDevice, check_device
    from verify.language.errors import BadInput

    if device not in DEVICES or (device != "cpu" and scheduler is None):
        try:
            check_device(device)
        except NoDevice as why:
            raise BadInput(f"--device {device}: {why}") from None


def _certificates(out, verdicts, folder: Path) -> None:  # type: ignore[no-untyped-def]
    """Write what can be certified to the folder; what cannot be written costs no verdict."""
    from verify.certificates import has_certificate, write_certificate

    written = 0
    for v in filter(has_certificate, verdicts):
        try:
            write_certificate(v, folder)
            written += 1
        except (ValueError, OSError) as why:
            out.print(f"no certificate for {v.claim.id}: {why}", markup=False)
    if written:
        out.print(f"certificates: {written} in {folder}", markup=False)


def _mutants(out, chosen, examples: int, seed: int, jobs: int):  # type: ignore[no-untyped-def]
    """The hunt for the claims' variants and the planted faults, with its tables."""
    from verify.executors import RunError
    from verify.mutants.run import run_mutants, size
    from verify.reports.mutants import mutant_tables
    from verify.reports.terminal import steps

    with steps(out, "variants", size(chosen)) as done:
        try:
            found = run_mutants(chosen, examples, seed, jobs, done)
        except KeyboardInterrupt:
            raise RunError("stopped while variants were hunted; the verdicts are kept") from None
    mutant_tables(out, found)
    return found


def _run(  # type: ignore[no-untyped-def]
    out, chosen, examples: int, seed: int, jobs: int, scheduler: str | None, device: str, run, again: str
):
    """Verdicts in the order of the claims' ids, and failures; what stops a run is told with how to go on."""
    from verify.reports.terminal import follow
    from verify.reports.training import follow_training
    from verify.runner import Failure, RunError, run_claims
    from verify.store import StoreError
    from verify.verdicts import Verdict

    verdicts: list[Verdict] = []
    failures: list[Failure] = []
    try:
        with (
            follow(out, len(run.kept), run.settings.shards) as follower,
            follow_training(follower.progress, follower.task, run.store.path),
        ):
            results = run_claims(
                chosen, examples, seed, jobs, scheduler=scheduler, device=device, run=run,
                shard_done=follower.shard_done,
            )  # fmt: skip
            with closing(results):
                for result in results:
                    if isinstance(result, Failure):
                        failures.append(result)
                    else:
                        verdicts.append(result)
                    follower.reached(result)
    except KeyboardInterrupt:
        raise RunError(f"stopped; {run.progress}; go on with: {again}") from None
    except (StoreError, RunError) as error:
        raise RunError(f"{error}; {run.progress}; then go on with: {again}") from error
    return sorted(verdicts, key=lambda v: v.claim.id), failures


def _command(
    files: list[Path],
    suite: str | None,
    ids: list[str],
    examples: int | None,
    seed: int,
    jobs: int,
    scheduler: str | None,
    device: str,
    store: Path,
    report: Path | None,
    json: str | None,
    mutants: bool,
) -> str:
    """The command that goes on with this run."""
    words = ["scoreproof", "verify", *map(str, files)]
    words += [word for id in ids for word in ("--claim", id)]
    options = (
        ("--suite", suite, None),
        ("--examples", examples, None),
        ("--seed", seed, 0),
        ("--jobs", jobs, 1),
        ("--scheduler", scheduler, None),
        ("--device", device, "cpu"),
        ("--store", store, STORE),
        ("--report", report, None),
        ("--json", json, None),
    )
    words += [word for name, value, usual in options if value != usual for word in (name, str(value))]
    return shlex.join([*words, *(["--mutants"] if mutants else []), "--resume"])


def _chosen(files: list[Path], suite: str | None, ids: list[str]):  # type: ignore[no-untyped-def]
    """The claims to run, each with its file, and the name of the suite if one is run."""
    from theory.claims import Claim, find
    from verify.language.errors import BadInput
    from verify.suites import SUITES
    from verify.user_claims import load_claims

    if suite is not None and suite not in SUITES:
        raise BadInput(f"there is no suite {suite!r}; there are {', '.join(SUITES)}")
    jobs: list[tuple[Claim, Path | None]] = [(claim, path) for path in files for claim in load_claims(path)]
    for id in dict.fromkeys(ids):
        try:
            jobs.append((find(id), None))
        except KeyError as unknown:
            raise BadInput(str(unknown.args[0])) from None
    if suite is None and not jobs:
        suite = "quick"
    if suite is not None:
        jobs += [(claim, None) for claim in SUITES[suite].claims() if (claim, None) not in jobs]
    ids_seen = [claim.id for claim, _ in jobs]
    twice = sorted({id for id in ids_seen if ids_seen.count(id) > 1})
    if twice:
        raise BadInput(f"more than one claim to run has the id {', '.join(twice)}; rename yours")
    return jobs, suite

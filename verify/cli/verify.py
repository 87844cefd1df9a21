"""``scoreproof verify``: run claims and compare their verdicts with what is expected."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer


def verify(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE.py ...]", help="Python files with claims of your own.")
    ] = None,
    suite: Annotated[
        str | None, typer.Option(help="quick (the default), sampling, paper or full: see `scoreproof claims suites`.")
    ] = None,
    claim: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A claim of the catalogue; may be repeated.")
    ] = None,
    examples: Annotated[int | None, typer.Option(help="Cases a claim; default: the suite's own, else 100.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same verdicts.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes.")] = 1,
    report: Annotated[Path | None, typer.Option(help="Folder for the report (made if missing).")] = None,
    json: Annotated[str | None, typer.Option(metavar="FILE|-", help="Verdicts as JSON.")] = None,
) -> None:
    """Search for counterexamples to claims, and say whether each verdict is as expected.

    Example: [bold]scoreproof verify --claim wht24.thm2.printed --claim wht24.thm2.corrected[/bold]

    Exit code 0: every verdict as expected; 1: some verdict differs; 2: bad input.
    """
    from verify.cli.lookup import at_least
    from verify.cli.output import console, write_json
    from verify.reports.terminal import follow, verdict_table
    from verify.runner import Failure, RunError, run_claims
    from verify.suites import SUITES

    at_least("--examples", examples, 10)
    at_least("--seed", seed, 0)
    at_least("--jobs", jobs, 1)
    chosen, default = _chosen(files or [], suite, claim or [])
    count = examples or (SUITES[default].examples if default else 100)
    out = console(json)
    began = time.perf_counter()
    verdicts, failures = [], []
    with follow(out, len(chosen)) as tick:
        for result in run_claims(chosen, count, seed, jobs):
            if isinstance(result, Failure):
                failures.append(result)
            else:
                verdicts.append(result)
            tick(result)
    verdicts.sort(key=lambda v: v.claim.id)
    seconds = time.perf_counter() - began
    verdict_table(out, verdicts, seed, seconds)
    if report is not None:
        from verify.reports.folder import write_report

        with out.status("writing the report"):
            page = write_report(report, verdicts, seed, count, seconds, with_budgets=default == "quick")
        out.print(f"report: {page}")
    write_json([v.as_json() for v in verdicts], json)
    if failures:
        out.print("\n".join(failure.trace for failure in failures), markup=False)
        names = ", ".join(failure.claim.id for failure in failures)
        raise RunError(f"scoreproof itself failed on {names} (above), which therefore has no verdict")
    raise typer.Exit(0 if all(v.as_expected for v in verdicts) else 1)


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

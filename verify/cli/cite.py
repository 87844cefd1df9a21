"""``scoreproof cite``: the BibTeX of everything that a run relied on."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.verify import STORE

if TYPE_CHECKING:
    from theory.claims import Claim
    from verify.citations import Citations
    from verify.reports.bibliography import Subject
    from verify.store.runs import Run


def cite(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN | ID ...]",
            help="Number of a run; or ids of claims, your own FILE.py, samplers (ode), grids (karras), digits. "
            "Default: the latest run with a verdict.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole bibliography.")] = False,
    store: Annotated[Path, typer.Option(metavar="FILE", help="Where runs are kept.")] = STORE,
    format: Annotated[
        str, typer.Option(metavar="bibtex|text", help="BibTeX, or plain text with a sentence for each verdict.")
    ] = "bibtex",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it there; a bibliography of yours is left alone.")
    ] = None,
) -> None:
    """Print the references of a run: sources of its claims and of those they rest on, samplers, grids, methods,
    software, and scoreproof itself with the run's seed.

    Example: [bold]scoreproof cite wht24.thm2.corrected --format text[/bold]

    Example, for a schedule that was judged on digits: [bold]scoreproof cite karras heun digits[/bold]

    A source that the bibliography does not know is named as such, and no entry is invented for it.

    Exit code 0: written; 2: there is no such run, claim or name.
    """
    import sys

    from verify.citations import of_claims, of_names
    from verify.language.errors import BadInput
    from verify.reports.bibliography import FORMATS, Subject, written
    from verify.store.versions import installed_versions

    if format not in FORMATS:
        raise BadInput(f"--format {format}: give {' or '.join(FORMATS)}")
    named = list(what or ())
    quotes: tuple[str, ...] = ()
    if everything:
        if named:
            raise BadInput(f"--all with {' '.join(named)}: give one of the two")
        subject, found = Subject("the whole bibliography", dict(installed_versions())), _all()
    elif not named or any(one.isdecimal() for one in named):
        if len(named) > 1:
            raise BadInput(f"{' '.join(named)}: give the number of one run, or names, and not both")
        subject, claims, quotes = _run(store, int(named[0]) if named else None, sentences=format == "text")
        found = of_claims(claims, subject.versions)
    else:
        claims, names = _named(named)
        subject = Subject(" ".join(named), dict(installed_versions()))
        found = of_claims(claims, subject.versions)
        of_names(found, names)
    text = written(found, subject, format, quotes)
    if output is None:
        sys.stdout.write(text)
    else:
        _keep(text, output)
    for source, ids in found.unknown.items():
        print(f"no entry for {source!r} ({', '.join(ids)}): add one by hand", file=sys.stderr)
    for id in subject.unknown_claims:
        print(f"{id} has no verdict yet, or an older scoreproof kept no source of it: name its file", file=sys.stderr)


def _all() -> Citations:
    from theory.references import references
    from verify.citations import Citations

    found = Citations()
    found.add("References", references(), "")
    return found


def _named(names: list[str]) -> tuple[list[Claim], list[str]]:
    """The claims among what was named, and the samplers, grids and data.

    Raises:
        BadInput: none of these; the message says what comes near.
    """
    from difflib import get_close_matches

    from theory.claims import catalogue
    from verify.citations import NAMED
    from verify.language.errors import BadInput
    from verify.user_claims import load_claims

    known = {one for table in NAMED.values() for one in table}
    claims, others = [], []
    for name in names:
        if name in known:
            others.append(name)
        elif name in catalogue():
            claims.append(catalogue()[name])
        elif name.endswith(".py"):
            claims += load_claims(Path(name))
        else:
            near = get_close_matches(name, [*catalogue(), *known], n=2, cutoff=0.6)
            meant = f"did you mean {' or '.join(near)}?" if near else "`scoreproof claims list` shows the claims"
            raise BadInput(f"{name!r} is no run, claim or {', '.join(sorted(known))}; {meant}")
    return claims, others


def _run(store: Path, number: int | None, sentences: bool) -> tuple[Subject, list[Claim], tuple[str, ...]]:
    """A run of the store, its claims, and where ``sentences`` one for each verdict. No user's file is executed.

    Raises:
        BadInput: no store, or no such run in it.
    """
    from verify.cli.output import printable
    from verify.language.errors import BadInput
    from verify.reports.bibliography import Subject
    from verify.reports.quotes import quote
    from verify.reports.stored import stored_report
    from verify.store import Store

    if not store.is_file():
        raise BadInput(f"--store {printable(store)}: there is no such file; name claims, or run `scoreproof verify`")
    with Store(store, reading=True) as kept:
        run = kept.run(number)
        settings, moments = run.settings, run.moments
        claims, unknown = _claims_of(run)
        verdicts = stored_report(run).verdicts if sentences else []
    version = settings.versions.get("scoreproof")
    many = f"{len(settings.claims)} claim{'' if len(settings.claims) == 1 else 's'}"
    ended = "" if moments[1] else ", not finished"
    subject = Subject(
        f"run {run.id} of {printable(store)}",
        settings.versions,
        year=(moments[1] or moments[0])[:4],
        note=f"{many}, {settings.examples} drawn cases each, seed {settings.seed}{ended}",
        unknown_claims=tuple(unknown),
    )
    return subject, claims, tuple(quote(one, version) for one in verdicts)


def _claims_of(run: Run) -> tuple[list[Claim], list[str]]:
    """The claims of a run, and the ids of those of which nothing is kept."""
    from theory.claims import catalogue
    from verify.store.runs import kept_claim

    (records, _), claims, unknown = run.reached(), [], []
    for id in run.settings.claims:
        claim = None if id in run.settings.files else catalogue().get(id)
        if claim is None and id in records:
            with suppress(ValueError):
                claim = kept_claim(id, records[id])
        if claim is None:
            unknown.append(id)
        else:
            claims.append(claim)
    return claims, unknown


def _keep(text: str, output: Path) -> None:
    """Write a file, unless there is one that was not written here.

    Raises:
        BadInput: there is, or it cannot be written.
    """
    from verify.atomic import write_text
    from verify.cli.output import printable, writing
    from verify.language.errors import BadInput
    from verify.reports.bibliography import FIRST

    with writing("--output", output):
        if output.is_file() and FIRST.encode() not in output.read_bytes()[:100]:
            raise BadInput(f"--output {printable(output)}: it is not of `scoreproof cite`; name a file of its own")
        write_text(output, text)

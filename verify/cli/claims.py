"""``scoreproof claims``: what the catalogue says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from theory.claims import Claim

app = typer.Typer(help="The catalogue of claims and its vocabulary.", no_args_is_help=True)

JsonOption = Annotated[str | None, typer.Option(metavar="FILE|-", help="The same as JSON.")]


@app.command("list")
def list_claims(
    contains: Annotated[str, typer.Argument(help="Only ids or titles with this text.")] = "",
    json: JsonOption = None,
) -> None:
    """All claims: id, form, expected verdict, title.

    Example: [bold]scoreproof claims list thm2[/bold]

    Exit code 0: there are such claims; 2: there are none.
    """
    from rich.markup import escape
    from rich.table import Table

    from theory.claims import catalogue
    from verify.cli.output import console, write_json
    from verify.language.errors import BadInput

    chosen = [c for c in catalogue().values() if contains.lower() in f"{c.id} {c.title}".lower()]
    if not chosen:
        raise BadInput(f"no claim's id or title contains {contains!r}; `scoreproof claims list` shows all")
    table = Table("id", "form", "expected", "title", box=None, pad_edge=False)
    for c in chosen:
        table.add_row(c.id, str(c.form), str(c.expected), escape(c.title))
    if json != "-":
        console().print(table)
    write_json([_summary(c) for c in chosen], json)


@app.command()
def show(
    id: Annotated[str, typer.Argument(help="A claim's id.")],
    latex: Annotated[bool, typer.Option("--latex", help="The relation as LaTeX, nothing else.")] = False,
    json: JsonOption = None,
) -> None:
    """One claim: relation, setting, source, what it is derived from.

    Example: [bold]scoreproof claims show wht24.thm2.corrected[/bold]

    For a paper: [bold]scoreproof claims show wht24.thm2.corrected --latex[/bold]

    Exit code 0: there is such a claim; 2: there is none.
    """
    import importlib
    import inspect

    from rich.markup import escape
    from sympy import pretty

    import theory.claims as package
    from verify.cli.lookup import claim_of
    from verify.cli.output import console, write_json

    c = claim_of(id)
    write_json(_summary(c), json)
    if latex and json != "-":
        print(c.latex)
    if latex or json == "-":
        return
    out = console()
    out.print(f"[bold]{c.id}[/bold]  {c.title}", f"{c.source}, {c.form}; expected: {c.expected}", sep="\n")
    out.print()
    out.print(pretty(c.relation, use_unicode=True, wrap_line=False), markup=False)
    for module in __import__("pkgutil").iter_modules(package.__path__):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        if any(one.id == c.id for one in getattr(loaded, "CLAIMS", ())):
            out.print()
            out.print(inspect.cleandoc(loaded.__doc__ or ""), markup=False)
    design = "" if c.design is None else str(c.design)
    parents = ", ".join(c.derived_from)
    for label, text in (("setting", c.setting), ("design", design), ("note", c.note), ("derived from", parents)):
        if text:
            out.print(f"[bold]{label}[/bold] {escape(text)}")


@app.command()
def suites() -> None:
    """What `scoreproof verify --suite` offers, with the number of cases a claim.

    Example: [bold]scoreproof claims suites[/bold]

    Exit code 0.
    """
    from rich.table import Table

    from verify.cli.output import console
    from verify.suites import SUITES

    table = Table("suite", "claims", "cases", "what it runs", box=None, pad_edge=False)
    for suite in SUITES.values():
        table.add_row(suite.name, str(len(suite.claims())), str(suite.examples), suite.summary)
    console().print(table)


@app.command()
def vocabulary(json: JsonOption = None) -> None:
    """Every name that a claim or a conjecture may use.

    Example: [bold]scoreproof claims vocabulary[/bold]

    Exit code 0; 2: the JSON cannot be written.
    """
    from rich.markup import escape
    from rich.table import Table

    from theory.vocabulary import VOCABULARY, sampling, typed
    from verify.cli.output import console, write_json

    fields = ("name", "shape", "axis", "arguments", "meaning", "unit", "domain", "tex")
    write_json([{field: getattr(q, field) for field in fields} for q in VOCABULARY.values()], json)
    if json == "-":
        return
    table = Table("name", "meaning", "unit", "domain", box=None, pad_edge=False)
    for q in sorted(VOCABULARY.values(), key=lambda q: q.name not in vars(sampling)):  # of sampling first
        table.add_row(*map(escape, (typed(q), q.meaning, q.unit, q.domain)))
    console().print(table)


@app.command()
def graph(
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it (.svg, .png or .pdf), coloured by expected verdict.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Which claim is derived from which, as a tree.

    Example: [bold]scoreproof claims graph --plot claims.svg[/bold]

    Exit code 0; 2: the picture cannot be written.
    """
    from rich.tree import Tree

    from theory.claims import catalogue
    from verify.cli.output import console, write_json

    claims = catalogue()
    if plot is not None:
        _plot(plot, claims.values())
    write_json({id: list(c.derived_from) for id, c in claims.items()}, json)
    if plot is not None:
        console(json).print(f"picture: {plot}", markup=False)
    if plot is not None or json == "-":
        return
    used = {parent for c in claims.values() for parent in c.derived_from}
    root = Tree("claims, each above what it is derived from")

    def grow(branch: Tree, id: str) -> None:
        twig = branch.add(f"{id}  [dim]{claims[id].title}[/dim]")
        for parent in claims[id].derived_from:
            grow(twig, parent)

    for id in claims:
        if id not in used:
            grow(root, id)
    console().print(root)


def _plot(to: Path, claims: Iterable[Claim]) -> None:
    """Draw the claims.

    Raises:
        BadInput: it is no name of a picture.
        OSError: the file cannot be written.
    """
    from verify.language.errors import BadInput
    from verify.reports.graph import draw_claims

    try:
        draw_claims(claims, to)
    except ValueError as why:
        raise BadInput(f"--plot {why}") from None


def _summary(c):  # type: ignore[no-untyped-def]
    return {
        "id": c.id,
        "title": c.title,
        "form": str(c.form),
        "expected": str(c.expected),
        "source": c.source,
        "relation": str(c.relation),
        "latex": c.latex,
        "derived_from": list(c.derived_from),
        "design": None if c.design is None else str(c.design),
    }

"""``scoreproof derive``: a bound written out for a grid."""

from __future__ import annotations

from typing import Annotated

import typer

MOST_POINTS = 200  # of a grid whose sums are written out


def derive(
    what: Annotated[str, typer.Argument(metavar="ID|QUANTITY", help="A claim's id, or a quantity such as E_D.")],
    grid: Annotated[
        str | None,
        typer.Option(help="A family (karras) for its closed form, or a grid (karras(n=4, ...)) for numbers."),
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="LaTeX instead of plain text.")] = False,
    json: Annotated[str | None, typer.Option(metavar="FILE|-", help="Relations as text and LaTeX.")] = None,
) -> None:
    """Show a claim's relation with a grid put in; for a quantity, every claim about it.

    Examples: [bold]scoreproof derive wht24.lemma10 --grid karras[/bold]

    [bold]scoreproof derive E_D --grid "exponential(n=5, sigma_min=1, sigma_max=4)"[/bold]
    """
    from theory.claims import catalogue
    from theory.derivations import substitute_family, substitute_grid
    from theory.grids import FORMULAS
    from theory.vocabulary import VOCABULARY, to_latex
    from verify.cli.lookup import claim_of
    from verify.cli.output import console, write_json
    from verify.language import parse_grid
    from verify.language.errors import BadInput

    if what in VOCABULARY:
        symbol = VOCABULARY[what].symbol
        chosen = [c for c in catalogue().values() if c.relation.lhs == symbol]
        if not chosen:
            raise BadInput(f"no claim has {what} alone on its left side; `scoreproof claims list` shows all")
    else:
        chosen = [claim_of(what)]
    out = console(json)
    fixed = None if grid is None or grid in FORMULAS else parse_grid(grid)
    if fixed is not None and fixed.n > MOST_POINTS:
        raise BadInput(f"--grid has {fixed.n} points; a sum is written out up to {MOST_POINTS}: give fewer")
    derived = []
    for claim in chosen:
        relation = claim.relation
        if grid is not None:
            sides = [
                substitute_family(side, grid) if fixed is None else substitute_grid(side, fixed)
                for side in (relation.lhs, relation.rhs)
            ]
            relation = relation.func(*sides, evaluate=False)
        derived.append({"id": claim.id, "relation": str(relation), "latex": to_latex(relation)})
        if latex and json != "-":
            print(to_latex(relation))
        else:
            out.print(f"[bold]{claim.id}[/bold] ({claim.form}, {claim.source}; expected: {claim.expected})")
            out.print(f"  {relation}", markup=False)
    write_json(derived, json)

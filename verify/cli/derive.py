"""``scoreproof derive``: a bound step by step, on a grid, in the limit of many steps, at its best parameter."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from theory.claims import Claim
    from theory.grids import Grid

MOST_POINTS = 200  # of a grid whose sums are written out
PATIENCE = 2.0  # seconds before it is said what takes so long


def derive(
    what: Annotated[str, typer.Argument(metavar="ID|QUANTITY", help="A claim's id, or a quantity such as E_D.")],
    grid: Annotated[
        str | None,
        typer.Option(help="A family (karras) for its closed form, or a grid (karras(n=4, ...)) for numbers."),
    ] = None,
    limit: Annotated[
        str | None, typer.Option(metavar="N", help="The limit of many steps on a family's grids; needs --grid.")
    ] = None,
    minimise: Annotated[
        str | None, typer.Option(metavar="PARAM", help="The value of a parameter that makes the right side least.")
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="LaTeX instead of plain text.")] = False,
    mathml: Annotated[bool, typer.Option("--mathml", help="MathML instead of plain text.")] = False,
    json: Annotated[str | None, typer.Option(metavar="FILE|-", help="All of it as text, LaTeX and MathML.")] = None,
) -> None:
    """Show how a claim follows from tested identities, each step with a mark: checked, assumed or failed.

    For a quantity, every claim about it. With a grid, the claim's relation with the grid put in; with --limit N, what
    its right side tends to; with --minimise, the parameter that makes it least.

    Examples: [bold]scoreproof derive wht24.thm2.corrected[/bold]

    [bold]scoreproof derive wht24.thm2.dterm.quadratic --grid karras --limit N --minimise rho[/bold]

    [bold]scoreproof derive E_D --grid "exponential(n=5, sigma_min=1, sigma_max=4)"[/bold]

    Exit code 0, also where a step is assumed or failed, which its mark says; 2: bad input, or what cannot be had.
    """
    from verify.cli.output import console, write_json
    from verify.language.errors import BadInput

    if limit is not None and limit != "N":
        raise BadInput(f"--limit {limit}: the number of steps N is all that can grow; write --limit N")
    if limit is not None and grid is None:
        raise BadInput("--limit N needs the grids of a family: add --grid, for example --grid karras")
    if latex and mathml:
        raise BadInput("--latex and --mathml: give one of the two")
    family, fixed = _grid(grid, limit)
    form = "latex" if latex else "mathml" if mathml else "text"
    out, derived = console(json), []
    chosen = _chosen(what)
    for claim in chosen:
        with _patience(f"deriving {claim.id}"):
            shown = _Shown(claim, out, form, quiet=json == "-" and form != "text", alone=len(chosen) == 1)
            shown.relation(family, fixed)
            right = claim.relation.rhs
            if grid is None:
                shown.chain()
            if limit is not None and family is not None:
                right = shown.limit(family, fixed)
            elif family is not None and fixed is None:
                right = shown.right
            if minimise is not None and right is not None:
                shown.minimum(right, minimise)
        derived.append(shown.as_json)
    write_json(derived, json)


class _Shown:
    """What is said of one claim, on the terminal and as JSON."""

    def __init__(self, claim: Claim, out: Console, form: str, quiet: bool, alone: bool):
        self.claim, self.out, self.form, self.quiet, self.alone = claim, out, form, quiet, alone
        self.as_json: dict[str, Any] = {"id": claim.id}
        self.right: Any = claim.relation.rhs
        if form == "text":
            out.print(f"[bold]{claim.id}[/bold] ({claim.form}, {claim.source}; expected: {claim.expected})")

    def relation(self, family: str | None, fixed: Grid | None) -> None:
        from theory.derivations import substitute_grid
        from theory.derivations.closed_form import closed_form

        relation = self.claim.relation
        if fixed is not None:
            relation = relation.func(*(substitute_grid(x, fixed) for x in relation.args), evaluate=False)
        elif family is not None:
            relation = relation.func(*(closed_form(x, family) for x in relation.args), evaluate=False)
        self.right = relation.rhs
        self.as_json |= self.formula(relation)
        self.say(f"  {relation}", relation)

    def chain(self) -> None:
        from theory.derivations import find_derivation, starting_points
        from theory.derivations.axioms import AXIOMS
        from theory.derivations.written import MARKS, chain_latex, chain_mathml, summary

        derivation = find_derivation(self.claim.id)
        self.as_json["derivation"] = None
        if derivation is None:
            source = AXIOMS.get(self.claim.id)
            self.as_json["starting_point"] = source
            start = f"; derivations start from it ({source})" if source else ""
            self.text(f"  no derivation: a claim that is tested{start}")
            return
        if self.form == "text":
            self.text("", f"  {derivation.title}", f"      {derivation.start}")
        steps, outcomes = [], []
        ends = (*derivation.steps, None)
        for step, outcome in zip(ends, derivation.checks(), strict=True):
            outcomes.append(outcome)
            if step is None:
                self.text(f"  {MARKS[outcome.mark]} {outcome.how}")
                continue
            self.text(f"  {MARKS[outcome.mark]} {step.relation:2} {step.result}", f"          {outcome.how}")
            said = {"relation": step.relation, "mark": str(outcome.mark), "how": outcome.how}
            steps.append({"result": str(step.result)} | said | self.formula(step.result, name=None))
        self.text(f"  {summary(derivation, outcomes)}")
        if not self.quiet and self.form != "text":
            print(chain_latex(derivation) if self.form == "latex" else chain_mathml(derivation))
        self.as_json["derivation"] = {
            "title": derivation.title,
            "complete": all(o.mark == "checked" for o in outcomes),
            "summary": summary(derivation, outcomes),
            "start": str(derivation.start),
            "steps": steps,
            "conclusion": {"mark": str(outcomes[-1].mark), "how": outcomes[-1].how},
            "uses": list(derivation.uses),
            "rests_on": list(starting_points(derivation)),
            "granted": list(derivation.granted),
        }

    def limit(self, family: str, fixed: Grid | None) -> Any:
        from theory.derivations.closed_form import numbers
        from theory.derivations.limits import NoLimit, limit_of_many_steps

        try:
            found = limit_of_many_steps(self.claim.relation.rhs, family)
        except NoLimit as why:
            self.refuse(f"--limit N: {self.claim.id} on {family} grids: {why}", "limit")
            return None
        name = {0: "right side", 1: "N * right side"}.get(found.power, f"N**({found.power}) * right side")
        smooth = "" if found.smooth else "; that the formula is smooth on [0, 1] is assumed"
        self.say(f"  N -> oo: {name} -> {found.value}", found.value)
        where = found.value.has(found.where.lhs)
        self.text(
            f"      {found.how}{smooth}", *([f"      where {found.where.lhs} = {found.where.rhs}"] if where else [])
        )
        said = {"power": found.power, "how": found.how + smooth, "where": str(found.where) if where else None}
        self.as_json["limit"] = said | self.formula(found.value, "value")
        if fixed is not None:
            value = numbers(found, fixed)
            self.text(f"      = {value} on this grid's end points")
            self.as_json["limit"]["number"] = str(value)
        return found.value

    def minimum(self, right: Any, name: str) -> None:
        from theory.derivations.optimum import NoOptimum, minimise

        symbols = {x.name: x for x in right.free_symbols if x.is_positive and x.is_integer is None and x.is_Symbol}
        symbols = {key: x for key, x in symbols.items() if not key.startswith("v[")}
        if name not in symbols:
            offered = ", ".join(sorted(symbols)) or "none; a grid family with --grid brings its parameters"
            why = f"--minimise {name}: the right side of {self.claim.id} has no such parameter; it has {offered}"
            self.refuse(why, "minimum")
            return
        try:
            best = minimise(right, symbols[name])
        except NoOptimum as none:
            self.refuse(f"--minimise {name}: {self.claim.id}: {none}", "minimum")
            return
        word = "least" if best.reached else "no minimum: infimum"
        at = f"at {name} = {best.at}" if best.reached else f"as {name} -> {best.at}"
        self.say(f"  {word} {best.value} {at}", best.value)
        self.text(f"      {best.how}")
        said = {"parameter": name, "at": str(best.at), "reached": best.reached, "how": best.how}
        self.as_json["minimum"] = said | self.formula(best.value, "value")

    def refuse(self, why: str, key: str) -> None:
        """What cannot be had is an error for the one claim that was asked for, and a line for one of many."""
        from verify.language.errors import BadInput

        if self.alone:
            raise BadInput(why)
        self.as_json[key] = {"why": why}
        self.text(f"  {why}")

    def formula(self, e: Any, name: str | None = "relation") -> dict[str, Any]:
        from theory.mathml import to_mathml
        from theory.vocabulary import to_latex

        return ({name: str(e)} if name else {}) | {"latex": to_latex(e), "mathml": to_mathml(e)}

    def say(self, text: str, e: Any) -> None:
        """A formula in the chosen form."""
        from theory.mathml import to_mathml
        from theory.vocabulary import to_latex

        if self.form == "text":
            self.text(text)
        elif not self.quiet:
            print(to_latex(e) if self.form == "latex" else to_mathml(e))

    def text(self, *lines: str) -> None:
        for line in lines if self.form == "text" else ():
            self.out.print(line, markup=False)


def _chosen(what: str) -> list[Claim]:
    from theory.claims import catalogue
    from theory.vocabulary import VOCABULARY
    from verify.cli.lookup import claim_of
    from verify.language.errors import BadInput

    if what not in VOCABULARY:
        return [claim_of(what)]
    symbol = VOCABULARY[what].symbol
    chosen = [c for c in catalogue().values() if c.relation.lhs == symbol]
    if not chosen:
        raise BadInput(f"no claim has {what} alone on its left side; `scoreproof claims list` shows all")
    return chosen


def _grid(grid: str | None, limit: str | None) -> tuple[str | None, Grid | None]:
    """The family, and the grid where it is one with numbers."""
    from theory.grids import FORMULAS
    from verify.language import parse_grid
    from verify.language.errors import BadInput

    if grid is None or grid in FORMULAS:
        return grid, None
    fixed = parse_grid(grid)
    if fixed.n > MOST_POINTS:
        raise BadInput(f"--grid has {fixed.n} points; a sum is written out up to {MOST_POINTS}: give fewer")
    if limit is not None and fixed.name not in FORMULAS:
        raise BadInput(f"--limit N needs a family's formula, which {grid} has not; give one of {', '.join(FORMULAS)}")
    return (fixed.name if fixed.name in FORMULAS else None), fixed


@contextmanager
def _patience(what: str) -> Iterator[None]:
    """Say on standard error what is going on, once it takes longer than ``PATIENCE``."""
    timer = threading.Timer(PATIENCE, lambda: print(f"{what} ...", file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

"""A derivation with all of its steps checked, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from theory.claims import Claim
from theory.derivations import Derivation, Mark, Outcome, find_derivation
from theory.derivations.axioms import AXIOMS
from theory.derivations.written import chain_latex, summary
from theory.display import Badge, Cell, Contents, Displayed, Formula, Line, Table, Tone

_SIGN = {"=": "=", "<=": "≤", ">=": "≥", "->": "→"}
_TONE = {Mark.CHECKED: Tone.GOOD, Mark.ASSUMED: Tone.OPEN, Mark.FAILED: Tone.BAD}


@dataclass(frozen=True)
class CheckedDerivation(Displayed):
    """A derivation and what the check of each step said.

    Attributes:
        derivation: the chain ``start R_1 e_1 R_2 e_2 ...``.
        outcomes: the mark of each step and, last, whether the chain gives the two sides of what it proves.
    """

    derivation: Derivation
    outcomes: tuple[Outcome, ...]

    @property
    def complete(self) -> bool:
        """Every step is checked and the chain gives the relation."""
        return all(outcome.mark is Mark.CHECKED for outcome in self.outcomes)

    @property
    def summary(self) -> str:
        """One sentence: how many steps, what is assumed or wrong, and what the chain rests on."""
        return summary(self.derivation, self.outcomes)

    @property
    def latex(self) -> str:
        """The chain as an ``aligned`` environment, a step a line."""
        return chain_latex(self.derivation)

    def _contents(self) -> Contents:
        """The chain as a table: formula, mark and reason of each step."""
        chain = self.derivation
        rows: list[tuple[Cell, ...]] = [(Formula(chain.start), "", "")]
        for step, outcome in zip(chain.steps, self.outcomes, strict=False):
            formula = Formula(step.result, _SIGN[step.relation])
            rows.append((formula, Badge(str(outcome.mark), _TONE[outcome.mark]), outcome.how))
        marks = [outcome.mark for outcome in self.outcomes]
        worst = next((mark for mark in (Mark.FAILED, Mark.ASSUMED) if mark in marks), Mark.CHECKED)
        word = {Mark.CHECKED: "complete", Mark.ASSUMED: "not complete", Mark.FAILED: "not a proof"}[worst]
        table = Table(("chain", "mark", "why"), tuple(rows), heading=1)
        last = Line(self.outcomes[-1].how, "conclusion")
        return Contents(f"{chain.id}: {chain.title}", Badge(word, _TONE[worst]), (table, last, Line(self.summary)))

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


def derive(what: Claim | Derivation | str) -> CheckedDerivation:
    """The derivation of a claim, each step checked now, which takes up to some seconds.

    Args:
        what: a claim of the catalogue or its id, or a chain of one's own.

    Raises:
        KeyError: no claim of the catalogue has this id, or no derivation is known of it.
    """
    if isinstance(what, Derivation):
        return CheckedDerivation(what, what.check())
    id = what.id if isinstance(what, Claim) else what
    found = find_derivation(id)
    if found is None:
        from theory.claims import find

        known = find(id).id  # which says what there is, where there is no such claim
        start = f"; derivations start from it ({AXIOMS[known]})" if known in AXIOMS else ""
        raise KeyError(f"{known} has no derivation: it is tested, not derived{start}")
    return CheckedDerivation(found, found.check())

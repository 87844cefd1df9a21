"""A chain written out: as lines of text with a mark each, as LaTeX, as MathML."""

from __future__ import annotations

from collections.abc import Iterable

from theory.derivations import starting_points
from theory.derivations.derivation import Derivation
from theory.derivations.engine.outcome import Mark, Outcome
from theory.mathml import to_mathml
from theory.vocabulary import to_latex

MARKS = {Mark.CHECKED: "✓", Mark.ASSUMED: "?", Mark.FAILED: "✗"}
_TEX = {"=": "=", "<=": r"\le", ">=": r"\ge", "->": r"\to"}
_SIGN = {"=": "=", "<=": "≤", ">=": "≥", "->": "→"}


def summary(derivation: Derivation, outcomes: Iterable[Outcome]) -> str:
    """One sentence: how many steps, what is assumed or wrong, and what the chain rests on."""
    marks = [outcome.mark for outcome in outcomes]
    steps = len(derivation.steps)
    if Mark.FAILED in marks:
        return f"not a proof: {marks.count(Mark.FAILED)} of {steps + 1} checks failed"
    from_ = f", from {', '.join(derivation.uses)}" if derivation.uses else ""
    if start := starting_points(derivation):
        from_ += f"; tested, not proved here: {', '.join(start)}"
    if Mark.ASSUMED in marks:
        return f"not complete: {marks.count(Mark.ASSUMED)} of {steps} steps assumed{from_}"
    return f"complete: {steps} steps checked{from_}"


def chain_latex(derivation: Derivation) -> str:
    """The chain as an ``aligned`` environment, a step a line."""
    lines = [to_latex(derivation.start)]
    lines += [rf"&{_TEX[step.relation]} {to_latex(step.result)}" for step in derivation.steps]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def chain_mathml(derivation: Derivation) -> str:
    """The chain as one ``<math>`` element with a row for each step."""
    rows = [("", derivation.start), *((_SIGN[step.relation], step.result) for step in derivation.steps)]
    cells = "".join(
        f'<mtr><mtd><mo>{sign}</mo></mtd><mtd columnalign="left">{_body(to_mathml(e))}</mtd></mtr>' for sign, e in rows
    )
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mtable>{cells}</mtable></math>'


def _body(math: str) -> str:
    return math[math.index(">") + 1 : math.rindex("</math>")]

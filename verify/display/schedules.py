"""Budgets, comparisons and rankings of noise grids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from numerics.enclosures import Enclosure
from theory.display import Badge, Cell, Contents, Line, Table, Tone
from verify.reports.numbers import plus_minus

if TYPE_CHECKING:
    from verify.schedules.budgets import GridBudget
    from verify.schedules.comparison import Comparison
    from verify.schedules.ranking import Ranking

MEANING = {
    "E_I": "start",
    "E_D": "discretisation",
    "E_S": "learned score",
    "KL_path": "whole path",
    "KL": "output alone",
}
TONES = {"better": Tone.GOOD, "same": Tone.GOOD, "worse": Tone.BAD, "cannot tell": Tone.OPEN}


def budget_contents(one: GridBudget) -> Contents:
    """The parts of one grid's error, each with its own error."""
    rows = tuple(
        (name, meaning, plus_minus(value), "" if value is None else str(value.kind))
        for name, meaning in MEANING.items()
        for value in [one.part(name)]
    )
    table = Table(("", "", "nats", "kind"), rows, numbers=(2,))
    head = f"{one.grid.label}, {one.sampler} sampler"
    return Contents(head, None, (Line(one.target.label, "data"), table, *_reasons([one])))


def comparison_contents(comparison: Comparison) -> Contents:
    """One row a part, one column a grid, and the verdict against the first."""
    budgets = comparison.budgets
    letters = letters_of(len(budgets))
    rows: list[tuple[Cell, ...]] = [(name, *(plus_minus(one.part(name)) for one in budgets)) for name in MEANING]
    rows.append((f"{comparison.criterion} - A", *(plus_minus(comparison.difference(one)) for one in budgets)))
    rows.append(("verdict", *(badge_of(comparison.verdict(one)) for one in budgets)))
    grids = tuple(Line(one.grid.label, letter) for letter, one in zip(letters, budgets, strict=True))
    table = Table(("nats", *letters), tuple(rows), numbers=tuple(range(1, len(letters) + 1)))
    values = [value for one in budgets for value in map(one.part, MEANING)]
    warning = (Line(comparison.disagreement, "warning"),) if comparison.disagreement else ()
    head = f"{len(budgets)} grids, {budgets[0].sampler} sampler, {budgets[0].target.label}"
    return Contents(head, None, (*grids, table, *_reasons(budgets), *warning, kinds_line(values)))


def ranking_contents(ranking: Ranking) -> Contents:
    """Grids from best to worst with what they cost more than the reference."""
    output = ranking.criterion == "KL_path" and any(row.terminal is not None for row in ranking.rows)
    rows = []
    for row in ranking.rows:
        cells: list[Cell] = [row.grid.label, str(row.grid.N), plus_minus(row.difference, "+")]
        cells += [plus_minus(row.bits_per_dim, "+"), badge_of(row.verdict)]
        rows.append((*cells, *([plus_minus(row.terminal)] if output else [])))
    columns = ("grid, best first", "steps", "nats", "bits/dim", "verdict", *(["output KL"] if output else []))
    parts: list[Line | Table] = [
        Line(ranking.reference.label, "against"),
        Table(columns, tuple(rows), numbers=(1, 2, 3, 5)),
    ]
    parts += [Line(f"{row.grid.label}: {row.missing}", "cannot tell") for row in ranking.rows if row.missing]
    parts += [Line(text, "warning") for text in ranking.warnings]
    parts += [Line(text, "note") for text in ranking.notes]
    if ranking.assumption:
        parts.append(Line(ranking.assumption, "± assumes"))
    else:
        parts.append(kinds_line(row.difference for row in ranking.rows))
    what = "path KL" if ranking.criterion == "KL_path" else "output KL"
    head = f"{what} minus that of the reference, {ranking.sampler} sampler, {ranking.source.label}"
    return Contents(head, None, tuple(parts))


def badge_of(verdict: str) -> Badge:
    """``better``, ``same``, ``worse``, ``cannot tell`` or ``reference``."""
    return Badge(verdict, TONES.get(verdict, Tone.PLAIN))


def letters_of(count: int) -> list[str]:
    """A, B, ..., Z, A26, A27, ..."""
    return [chr(ord("A") + place) if place < 26 else f"A{place}" for place in range(count)]


def kinds_line(values: Iterable[Enclosure | None]) -> Line:
    """What the errors behind ± rest on."""
    kinds = sorted({str(value.kind) for value in values if value is not None})
    return Line(f"the error of each number, kind: {', '.join(kinds)}", "±")


def _reasons(budgets: Sequence[GridBudget]) -> tuple[Line, ...]:
    why = {why for one in budgets for name, why in one.budget.reasons.items() if one.part(name) is None}
    return tuple(Line(text, "not available") for text in sorted(why))

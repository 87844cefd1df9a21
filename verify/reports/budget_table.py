"""Error budgets of grids for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verify.reports.numbers import plus_minus
from verify.schedules import PARTS, Comparison, GridBudget


def budget_table(out: Console, budgets: list[GridBudget], comparison: Comparison | None = None) -> None:
    """One column a grid, one row a part of its error."""
    first = budgets[0]
    out.print(f"{first.target.label}, {first.sampler} sampler, nats", markup=False)
    letters = [chr(ord("A") + i) for i in range(len(budgets))]
    for letter, one in zip(letters, budgets, strict=True):
        out.print(f"  {letter} = {one.grid.label}", markup=False)
    table = Table("", *letters, box=None, pad_edge=False)
    for name in PARTS:
        table.add_row(name, *(plus_minus(one.part(name)) for one in budgets))
    if comparison is not None:
        table.add_row("", *("" for _ in budgets))
        table.add_row(f"{comparison.criterion} - A", *(plus_minus(comparison.difference(one)) for one in budgets))
        table.add_row("verdict", *(comparison.verdict(one) for one in budgets))
    out.print(table)
    reasons = {why for one in budgets for name, why in one.budget.reasons.items() if one.part(name) is None}
    for why in sorted(reasons):
        out.print(f"not available: {why}", markup=False)
    kinds = sorted({str(value.kind) for one in budgets for value in map(one.part, PARTS) if value is not None})
    out.print(f"± is the error of each number, kind: {', '.join(kinds)}")
    if comparison is not None and comparison.disagreement:
        out.print(f"[yellow]warning:[/] {escape(comparison.disagreement)}")

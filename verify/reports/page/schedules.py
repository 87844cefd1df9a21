"""The section about schedules: the parts of each grid's error as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verify.reports.numbers import plus_minus
from verify.schedules import PARTS, GridBudget


@dataclass(frozen=True)
class Part:
    """One part of a grid's error: an interval that holds it, and how it was computed."""

    text: str
    kind: str


@dataclass(frozen=True)
class BudgetRow:
    """A grid, and the parts of its error in the order of ``PARTS``; None where one is not available."""

    grid: str
    parts: list[Part | None]


def budget_rows(budgets: Sequence[GridBudget]) -> list[BudgetRow]:
    """A row for each grid."""
    return [BudgetRow(one.grid.label, [_part(one, name) for name in PARTS]) for one in budgets]


def unavailable(budgets: Sequence[GridBudget]) -> dict[str, str]:
    """Why a part is not available, by its name."""
    return {name: why for one in budgets for name, why in one.budget.reasons.items() if one.part(name) is None}


def _part(budget: GridBudget, name: str) -> Part | None:
    value = budget.part(name)
    return None if value is None else Part(plus_minus(value), str(value.kind))

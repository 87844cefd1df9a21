"""The exact budget of one noise schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numerics.budgets import Budget, budget
from numerics.enclosures import Enclosure
from numerics.score_errors import ScoreError
from numerics.targets import Target
from theory.grids import Grid

PARTS = ("E_I", "E_D", "E_S", "KL_path", "KL")


@dataclass(frozen=True)
class GridBudget:
    """The budget of one grid on one target with one sampler."""

    grid: Grid
    target: Target
    sampler: str
    budget: Budget

    def part(self, name: str) -> Enclosure | None:
        value: Enclosure | None = getattr(self.budget, name)
        return value

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"grid": self.grid.label, "target": self.target.label, "sampler": self.sampler}
        for name in PARTS:
            value = self.part(name)
            out[name] = value.as_json() if value is not None else None
        reasons = {name: why for name, why in self.budget.reasons.items() if self.part(name) is None}
        return out | {"reasons": reasons} if reasons else out


def grid_budget(grid: Grid, target: Target, sampler: str = "score", error: ScoreError | None = None) -> GridBudget:
    """All parts of the error of ``sampler`` on ``grid``, in nats, each with its error or a reason."""
    return GridBudget(grid, target, sampler, budget(target, grid.v, sampler, error))

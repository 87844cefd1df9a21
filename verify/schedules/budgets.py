"""The exact budget of one noise schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numerics.budgets import Budget, budget
from numerics.enclosures import Enclosure
from numerics.score_errors import ScoreError
from numerics.targets import Target
from theory.display import Contents, Displayed
from theory.grids import Grid
from verify.schedules.reading import as_grid

if TYPE_CHECKING:
    from verify.display.picture import Picture

PARTS = ("E_I", "E_D", "E_S", "KL_path", "KL")


@dataclass(frozen=True)
class GridBudget(Displayed):
    """The budget of one grid on one target with one sampler, in nats.

    ``print`` and notebooks show it as a table, ``plot()`` as a picture.

    Attributes:
        grid, target, sampler: what was measured.
        budget: its parts ``E_I``, ``E_D``, ``E_S``, ``KL_path``, ``KL``, each an ``Enclosure`` or None, with reasons.
    """

    grid: Grid
    target: Target
    sampler: str
    budget: Budget

    def part(self, name: str) -> Enclosure | None:
        """One of ``PARTS``, nats; None where it cannot be had (``budget.reasons`` says why)."""
        value: Enclosure | None = getattr(self.budget, name)
        return value

    def _contents(self) -> Contents:
        """A table of the parts."""
        from verify.display.schedules import budget_contents

        return budget_contents(self)

    def plot(self) -> Picture:
        """The staircase under the exact curve, and the parts as bars.

        A notebook shows it; ``.save("file.svg")`` writes it. Drawing takes about a second on data with closed forms.
        """
        from verify.display.picture import Picture
        from verify.reports.pictures import draw_schedules

        return Picture(lambda to: draw_schedules([self], to))

    def as_json(self) -> dict[str, Any]:
        """As ``scoreproof schedule budget --json`` writes it."""
        out: dict[str, Any] = {"grid": self.grid.label, "target": self.target.label, "sampler": self.sampler}
        for name in PARTS:
            value = self.part(name)
            out[name] = value.as_json() if value is not None else None
        reasons = {name: why for name, why in self.budget.reasons.items() if self.part(name) is None}
        return out | {"reasons": reasons} if reasons else out


def grid_budget(grid: Any, target: Target, sampler: str = "score", error: ScoreError | None = None) -> GridBudget:
    """All parts of the error of ``sampler`` on ``grid``, in nats, each with its error or a reason.

    Args:
        grid: a grid, or what ``as_grid`` reads.
        target: the data.
        sampler: score, denoiser, ode or heun.
        error: of the learned score; None is the exact score.

    Raises:
        BadInput: no legal grid.
        ValueError: no such sampler.
    """
    one = as_grid(grid)
    return GridBudget(one, target, sampler, budget(target, one.v, sampler, error))

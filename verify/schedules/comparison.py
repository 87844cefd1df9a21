"""Several noise schedules judged against the first, by exact budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numerics.enclosures import Enclosure, Relation, at_most
from numerics.score_errors import ScoreError
from numerics.targets import Target
from theory.display import Contents, Displayed
from verify.language.errors import BadInput
from verify.schedules.budgets import GridBudget, grid_budget

if TYPE_CHECKING:
    from verify.display.picture import Picture


@dataclass(frozen=True)
class Comparison(Displayed):
    """Budgets of several grids, compared with the first by path KL (by output KL for ode and heun).

    ``print`` and notebooks show it as a table, ``plot()`` as a picture.

    Attributes:
        criterion: the divergence that decides, ``KL_path`` or ``KL``.
        budgets: one a grid, in the order given; the first is the reference.
    """

    criterion: str
    budgets: tuple[GridBudget, ...]

    def value(self, one: GridBudget) -> Enclosure | None:
        """The criterion's value, nats."""
        return one.part(self.criterion)

    def difference(self, one: GridBudget) -> Enclosure | None:
        """Error of ``one`` minus that of the first grid: negative is better."""
        first, other = self.value(self.budgets[0]), self.value(one)
        return None if first is None or other is None else other - first

    def verdict(self, one: GridBudget) -> str:
        """``better``, ``worse``, ``same`` or ``cannot tell`` than the first grid, from enclosures."""
        first, other = self.value(self.budgets[0]), self.value(one)
        if one is self.budgets[0]:
            return "reference"
        if first is None or other is None:
            return "cannot tell"
        if at_most(other, first) is Relation.HOLDS:
            return "same" if at_most(first, other) is Relation.HOLDS else "better"
        return "worse" if at_most(first, other) is Relation.HOLDS else "cannot tell"

    @property
    def disagreement(self) -> str | None:
        """A warning where path KL and output KL put two grids in opposite order."""
        for one in self.budgets[1:]:
            pairs = [(self.budgets[0].part(name), one.part(name)) for name in ("KL_path", "KL")]
            signs = []
            for first, other in pairs:
                if first is None or other is None:
                    break
                better, worse = at_most(other, first), at_most(first, other)
                signs.append((better is Relation.HOLDS) - (worse is Relation.HOLDS))
            if len(signs) == 2 and signs[0] * signs[1] < 0:
                return f"path KL and output KL rank {one.grid.label} and {self.budgets[0].grid.label} oppositely"
        return None

    def _contents(self) -> Contents:
        """A table of the parts, one column a grid, with the verdicts."""
        from verify.display.schedules import comparison_contents

        return comparison_contents(self)

    def plot(self) -> Picture:
        """A staircase a grid under the exact curve, and all budgets as bars.

        A notebook shows it; ``.save("file.svg")`` writes it. Drawing takes about a second on data with closed forms.
        """
        from verify.display.picture import Picture
        from verify.reports.pictures import draw_schedules

        return Picture(lambda to: draw_schedules(list(self.budgets), to))

    def as_json(self) -> dict[str, Any]:
        """As ``scoreproof schedule compare --json`` writes it."""
        rows = []
        for one in self.budgets:
            difference = self.difference(one)
            rows.append(
                one.as_json()
                | {
                    "difference": difference.as_json() if difference is not None else None,
                    "verdict": self.verdict(one),
                }
            )
        return {
            "sampler": self.budgets[0].sampler,
            "target": self.budgets[0].target.label,
            "criterion": self.criterion,
            "reference": self.budgets[0].grid.label,
            "grids": rows,
            "warning": self.disagreement,
        }


def compare(
    grids: Sequence[Any], target: Target, sampler: str = "score", error: ScoreError | None = None
) -> Comparison:
    """Budgets of ``grids`` side by side, judged against the first.

    Args:
        grids: one or more grids, or what ``as_grid`` reads.
        target: the data.
        sampler: score, denoiser, ode or heun.
        error: of the learned score; None is the exact score.

    Raises:
        BadInput: no grids, or no legal grid.
        ValueError: no such sampler.
    """
    if not grids:
        raise BadInput("nothing to compare: give two or more grids")
    budgets = tuple(grid_budget(grid, target, sampler, error) for grid in grids)
    path = all(one.part("KL_path") is not None for one in budgets)
    return Comparison("KL_path" if path else "KL", budgets)

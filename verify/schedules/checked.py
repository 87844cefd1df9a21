"""What the regression check of a noise schedule found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.enclosures import Enclosure
from theory.display import Contents, Displayed
from theory.grids import Grid

if TYPE_CHECKING:
    from verify.display.picture import Picture

NO_CRITERION = "none"  # where no divergence judges the two schedules


@dataclass(frozen=True)
class Row:
    """The verdict on one target with one sampler.

    Attributes:
        verdict: ``better``, ``same``, ``worse`` or ``cannot tell`` than the baseline.
        difference: cost now minus that of the baseline, nats, or None.
        criterion: the divergence that was compared.
        baseline: the cost that the baseline keeps, or None.
        reason: why this verdict.
        failed: whether it may be worse: worse, or cannot tell where the baseline's own cost is known.
    """

    target: str
    sampler: str
    verdict: str
    difference: Enclosure | None
    criterion: str
    baseline: Enclosure | None
    reason: str
    failed: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "sampler": self.sampler,
            "verdict": self.verdict,
            "difference": None if self.difference is None else self.difference.as_json(),
            "criterion": self.criterion,
            "baseline": None if self.baseline is None else self.baseline.as_json(),
            "reason": self.reason,
            "failed": self.failed,
        }


@dataclass(frozen=True)
class Checked(Displayed):
    """A schedule against its baseline: a verdict for each target and sampler, and what changed in words.

    ``print`` and notebooks show it as a table, ``plot()`` as a picture.

    Attributes:
        name: what the schedule is called.
        grid: the schedule now.
        path: the baseline's file.
        reference: the schedule that it keeps.
        tolerance: nats below which a difference counts as none.
        rows: one for each target and sampler.
        notes: what changed, one sentence each.
    """

    name: str
    grid: Grid
    path: Path
    reference: Grid
    tolerance: float
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether the schedule may be worse than its baseline on some row."""
        return any(row.failed for row in self.rows)

    @property
    def verdict(self) -> str:
        """The most serious of the rows."""
        for word in ("worse", "cannot tell", "better"):
            if any(row.verdict == word for row in self.rows):
                return word
        return "same"

    def _contents(self) -> Contents:
        """What changed in words, and a table, one row a target and sampler."""
        from verify.display.checked import check_contents

        return check_contents(self)

    def plot(self) -> Picture:
        """The steps of both schedules, above the differences.

        A notebook shows it; ``.save("file.svg")`` writes it. Drawing takes about a second.
        """
        from verify.display.picture import Picture
        from verify.reports.schedule_pictures import draw_check

        return Picture(lambda to: draw_check(self, to))

    def as_json(self) -> dict[str, Any]:
        """As ``scoreproof schedule check --json`` writes it."""
        return {
            "grid": self.name,
            "baseline": str(self.path),
            "verdict": self.verdict,
            "failed": self.failed,
            "tolerance": self.tolerance,
            "notes": list(self.notes),
            "rows": [row.as_json() for row in self.rows],
        }

"""A schedule against its baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.display import Cell, Contents, Line, Table
from verify.display.schedules import badge_of
from verify.reports.numbers import plus_minus

if TYPE_CHECKING:
    from verify.schedules.checked import Checked


def check_contents(checked: Checked) -> Contents:
    """What changed in words, then one row a target and sampler."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.target,
            row.sampler,
            badge_of(row.verdict),
            plus_minus(row.difference, "+"),
            plus_minus(row.baseline),
            row.reason,
        )
        for row in checked.rows
    ]
    columns = ("data", "sampler", "verdict", "nats", "baseline", "why")
    same = f"changes of at most {checked.tolerance:g}" if checked.tolerance else "equal costs only"
    notes = tuple(Line(note, "note") for note in checked.notes)
    tail = Line(f"{same}; nats, smaller is better", "the same")
    head = f"{checked.name} against {checked.path}"
    return Contents(head, badge_of(checked.verdict), (*notes, Table(columns, tuple(rows), numbers=(3, 4)), tail))

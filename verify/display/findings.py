"""What lint found, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.display import Badge, Cell, Contents, Line, Table, Tone
from verify.reports.numbers import plus_minus

if TYPE_CHECKING:
    from verify.schedules.findings import Finding, Findings
    from verify.schedules.given import Given

_TONE = {"error": Tone.BAD, "warning": Tone.OPEN, "note": Tone.PLAIN}


def findings_contents(findings: Findings) -> Contents:
    """One row a finding: how bad, where, what is wrong, the fix, and what it costs."""
    given = findings.given
    costs = any(one.nats is not None for one in findings)
    rows: list[tuple[Cell, ...]] = [
        (
            Badge(one.level, _TONE[one.level]),
            one.rule,
            place(given, one),
            one.message,
            one.fix,
            *([plus_minus(one.nats) if one.nats else ""] if costs else []),
        )
        for one in findings
    ]
    columns = ("", "rule", "where", "what is wrong", "fix", *(["nats"] if costs else []))
    worst = next((level for level in _TONE if any(one.level == level for one in findings)), None)
    badge = Badge(f"{len(findings)} found", _TONE[worst]) if worst else Badge("nothing found", Tone.GOOD)
    notes = tuple(Line(text, "note") for text in given.notes)
    table = (Table(columns, tuple(rows), numbers=(5,), heading=3),) if rows else ()
    return Contents(f"{given.label} ({given.source})", badge, (*notes, *table))


def finding_contents(one: Finding) -> Contents:
    """One finding in words."""
    where = "" if one.index is None else f" at index {one.index}"
    cost = () if one.nats is None else (Line(f"{plus_minus(one.nats)} nats", "costs"),)
    return Contents(
        f"{one.rule}{where}", Badge(one.level, _TONE[one.level]), (Line(one.message), Line(one.fix, "fix"), *cost)
    )


def place(given: Given, finding: Finding) -> str:
    """The line of the file, or the index in the list; empty where the finding is about all of it."""
    if finding.index is None:
        return ""
    return f"line {given.rows[finding.index]}" if finding.index < len(given.rows) else f"[{finding.index}]"

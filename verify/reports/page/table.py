"""The table of all claims: one row a claim, with what it is searched and sorted by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from verify.verdicts import Verdict

COLUMNS = (  # heading, how it is sorted
    ("claim", "text"),
    ("verdict", "text"),
    ("expected", "text"),
    ("cases", "number"),
    ("tightest", "number"),
    ("sees", "number"),
    ("form", "text"),
    ("title", "text"),
)


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and the number that it is sorted by; empty where there is none."""

    text: str
    value: str = ""


@dataclass(frozen=True)
class Row:
    """One claim: ``text`` is what a search looks through, in lower case."""

    id: str
    status: str
    expected: str
    as_expected: bool
    cases: int
    tightest: Cell
    sees: Cell
    form: str
    title: str
    text: str


def rows(verdicts: Iterable[Verdict]) -> list[Row]:
    """One for each verdict, those that are not as expected first, else by id."""
    return [_row(v) for v in in_order(verdicts)]


def in_order(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Verdicts that are not as expected first, else by id."""
    return sorted(verdicts, key=lambda v: (v.as_expected, v.claim.id))


def _row(v: Verdict) -> Row:
    c = v.claim
    searched = (c.id, c.title, c.source, c.form, v.status, c.setting, c.note, c.relation)
    return Row(
        c.id,
        str(v.status),
        str(c.expected),
        v.as_expected,
        v.examples,
        _tightest(v),
        _sees(v),
        str(c.form),
        c.title,
        " ".join(" ".join(map(str, searched)).lower().split()),
    )


def _tightest(v: Verdict) -> Cell:
    """The largest lhs/rhs, or of an equality the largest relative difference."""
    found = v.tightness.max
    if found is None:
        return Cell("-")
    if v.claim.is_equality:
        return Cell(f"{found:.1e} off" if found else "equal", repr(float(found)))
    return Cell(f"{found:.4g}", repr(float(found)))


def _sees(v: Verdict) -> Cell:
    """The smallest relative violation that the median case would have shown."""
    if v.detectable is None or not np.isfinite(v.detectable.median):
        return Cell("-")
    return Cell(f"{v.detectable.median:.0e}", repr(float(v.detectable.median)))

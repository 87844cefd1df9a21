"""The section about training: exponents of the sizes in theorems with an unnamed constant, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verify.reports.rate_picture import exponents as measured
from verify.verdicts import Verdict


@dataclass(frozen=True)
class Exponent:
    """Of one size in one claim: the exponent stated (a dash where it is no power), and the interval measured."""

    id: str
    size: str
    stated: str
    measured: str
    refuted: bool


def exponents(verdicts: Sequence[Verdict]) -> list[Exponent]:
    """A row for each size of each claim that was tested as a rate."""
    found = []
    for v in verdicts:
        for one in measured(v.claim, v.rates) if v.rates else ():
            value, low, high = one.measured
            stated = "-" if one.printed is None else f"{one.printed:g}"
            found.append(Exponent(v.claim.id, one.size, stated, f"{value:.2f} [{low:.2f}, {high:.2f}]", one.lasting))
    return found

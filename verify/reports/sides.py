"""The two sides of a claim in one case, as numbers for people."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import GreaterThan, StrictGreaterThan

from numerics.enclosures import Enclosure, Kind, Relation
from theory.claims import Claim
from verify.evaluate import Outcome
from verify.reports.numbers import at_most

FEWEST_DIGITS, MOST_DIGITS = 8, 17


@dataclass(frozen=True)
class Sides:
    """Both sides as they stand in the claim.

    Attributes:
        left, right: with eight digits, or with as many as tell them apart.
        error: how far the two numbers may be off together, rounded up.
        kind: how they were computed: ``ball arithmetic``, ``float64`` or ``sampled``.
    """

    left: str
    right: str
    error: str
    kind: str


def sides(claim: Claim, outcome: Outcome) -> Sides:
    """The sides of an outcome, which holds them turned to ``lhs <= rhs``, turned back to the claim's own direction."""
    first, second = both_sides(claim, outcome)
    left, right = float(first.value), float(second.value)
    digits = next(
        (n for n in range(FEWEST_DIGITS, MOST_DIGITS) if left == right or f"{left:.{n}g}" != f"{right:.{n}g}"),
        MOST_DIGITS,
    )
    error = at_most(float(first.radius + second.radius), 1)
    return Sides(f"{left:.{digits}g}", f"{right:.{digits}g}", error, kind_of(outcome))


def both_sides(claim: Claim, outcome: Outcome) -> tuple[Enclosure, Enclosure]:
    """The left and the right side, as they stand in the claim."""
    return (outcome.rhs, outcome.lhs) if turned(claim) else (outcome.lhs, outcome.rhs)


def turned(claim: Claim) -> bool:
    """Whether the claim reads ``left >= right`` or ``left > right``."""
    return isinstance(claim.relation, GreaterThan | StrictGreaterThan)


def upper_side(claim: Claim) -> str:
    """``right`` or ``left``: the side that bounds the other from above, in whose size a violation is told."""
    return "left" if turned(claim) else "right"


def overlap(outcome: Outcome) -> bool:
    """Whether the sides may be equal within their errors."""
    one, other = outcome.lhs, outcome.rhs
    return bool(one.lower <= other.upper and other.lower <= one.upper)


def sign(claim: Claim, outcome: Outcome) -> str:
    """What stands between the two sides, in the claim's own direction: ``<`` or ``>`` where that is known, else ``=``,
    or ``vs`` where the errors could hide more than a thousandth."""
    one, other = float(outcome.lhs.value), float(outcome.rhs.value)
    if one == other or (outcome.relation is Relation.UNDECIDED and (outcome.undefined or overlap(outcome))):
        return "=" if outcome.hidden < 1e-3 else "vs"
    return ">" if (one > other) is not turned(claim) else "<"


def kind_of(outcome: Outcome) -> str:
    """How the outcome was decided."""
    if outcome.certified:
        return "ball arithmetic"
    return "sampled" if Kind.SAMPLED in (outcome.lhs.kind, outcome.rhs.kind) else "float64"

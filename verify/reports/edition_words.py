"""Verdicts in words: of a statement of the paper as a whole, and of each claim that states it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from sympy import GreaterThan, StrictGreaterThan

from theory.claims import Claim, Expected, Form
from theory.paper import Statement
from verify.reports.edition_run import StoredOutcome, StoredVerdict

TOUCH = 1e-9  # quotients this close to 1 are called equality
HELD = ("certified", "supported")


class Standing(StrEnum):
    """What the run says of a statement as printed; the value is the sentence of the table."""

    HOLDS = "holds as printed"
    RATE = "holds as printed, for some constant"
    EXPLICIT = "holds, in an explicit form"
    CORRECTED = "refuted as printed; the corrected form holds"
    PART = "refuted as printed in part; the corrected form holds"
    REFUTED = "refuted as printed"
    OPEN = "undecided"
    UNTRANSCRIBED = "not transcribed: no verdict"


def standing(statement: Statement, claims: tuple[Claim, ...], verdicts: Mapping[str, StoredVerdict]) -> Standing:
    """What the verdicts of its claims say of a statement.

    Claims that are stated in order to be refuted (an exact form in which a condition is dropped) say nothing of the
    statement itself, only of its limits; nor do conjectures.
    """
    if not statement.transcribed:
        return Standing.UNTRANSCRIBED
    own = [claim for claim in claims if not is_limit(claim) and claim.form is not Form.CONJECTURE]
    found = {claim.id: verdicts[claim.id].status for claim in own if claim.id in verdicts}
    printed = [claim for claim in own if claim.form is Form.PRINTED or statement.verbatim]
    others = [claim for claim in own if claim not in printed]
    if not own or len(found) < len(own) or "inconclusive" in found.values():
        return Standing.OPEN
    refuted = [claim for claim in printed if found[claim.id] == "refuted"]
    if not all(found[claim.id] in HELD for claim in others):
        return Standing.REFUTED if refuted or not printed else Standing.OPEN
    if not refuted:
        if not printed:
            return Standing.EXPLICIT
        return Standing.RATE if any(claim.design for claim in printed) else Standing.HOLDS
    if not any(claim.form is Form.CORRECTED for claim in others):
        return Standing.REFUTED
    whole = len(refuted) == len(printed) or any(claim.id == f"wht24.{statement.key}.printed" for claim in refuted)
    return Standing.CORRECTED if whole else Standing.PART


def is_limit(claim: Claim) -> bool:
    """Whether the claim marks where a statement ends: expected false, though nobody printed it."""
    return claim.form is not Form.PRINTED and claim.expected is Expected.REFUTED


def claim_sentence(claim: Claim, verdict: StoredVerdict | None) -> str:
    """The verdict on one claim: how it was reached, and the counterexample or how tight it is."""
    if verdict is None:
        return "No verdict in this run."
    word = verdict.status.capitalize()
    if verdict.rates is not None:
        return f"{word} as a rate, on {verdict.examples:,} trained networks: {verdict.rates.sentence}."
    if verdict.status == "refuted":
        return f"{word}, {verdict.how}."
    return f"{word}: {verdict.how}."


def counterexample(claim: Claim, found: StoredOutcome) -> tuple[str, str]:
    """The case, and what its two sides are."""
    sides = _sides(claim, found)
    return found.text, re.sub(" [<>] ", " ≠ ", sides, count=1) if claim.is_equality else sides


def tightness(claim: Claim, verdict: StoredVerdict) -> str:
    """How close the two sides of a claim that held came; empty where that says nothing."""
    closest, share = verdict.tightest, verdict.tightness.max
    if closest is None or verdict.status not in HELD or verdict.rates is not None:
        return ""
    if claim.is_equality:
        if share is None:
            return "The two sides agree within the errors of sampling."
        return f"Largest relative difference of the two sides: {share:.1e}." if share else "The two sides are the same."
    if closest.lhs.value == closest.rhs.value == 0:
        return "The closest case has 0 on both sides."
    if share is None or "sampled" in (closest.lhs.kind, closest.rhs.kind):
        return f"Closest case: {_sides(claim, closest)}."
    if abs(share - 1) <= TOUCH:
        return "Tight: in the closest case the two sides are equal within nine digits."
    return f"Closest case: the smaller side is {share:.4f} of the larger one."


def _sides(claim: Claim, found: StoredOutcome) -> str:
    """Both sides as numbers; outcomes turn every relation to lhs <= rhs, and this turns it back."""
    turned = isinstance(claim.relation, GreaterThan | StrictGreaterThan)
    first, second = (found.rhs, found.lhs) if turned else (found.lhs, found.rhs)
    digits = next((n for n in range(6, 17) if f"{first.value:.{n}g}" != f"{second.value:.{n}g}"), 6)
    sign = ">" if first.value > second.value else "<" if first.value < second.value else "="
    error = first.radius + second.radius
    return f"left side {first.value:.{digits}g} {sign} {second.value:.{digits}g} right side (± {error:.0e})"

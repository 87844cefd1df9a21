"""The cases of a claim that the page shows, with both sides, their errors and how they were computed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from verify.evaluate import Outcome
from verify.reports.sides import Sides, sides
from verify.reports.words import excess
from verify.verdicts import Verdict

ROLES = (
    ("counterexample", "smallest counterexample"),
    ("largest_violation", "largest violation"),
    ("tightest", "tightest case"),
)


@dataclass(frozen=True)
class ShownCase:
    """One row: what it is, the case in words and as JSON with all digits, its sides, and how far they are apart."""

    role: str
    text: str
    json: str
    sides: Sides
    size: str


def shown_cases(v: Verdict) -> list[ShownCase]:
    """The cases that a verdict keeps; one that is two of them at once is shown once."""
    found: list[ShownCase] = []
    for name, role in ROLES:
        outcome: Outcome | None = getattr(v, name)
        if outcome is None:
            continue
        told = sides(v.claim, outcome)
        text, exact = str(outcome.case), json.dumps(finite_json(outcome.case.as_json()))
        same = next((one for one in found if one.json == exact and one.sides == told), None)
        if same is not None:
            found[found.index(same)] = ShownCase(f"{same.role}, {role}", text, exact, told, same.size)
        else:
            found.append(ShownCase(role, text, exact, told, excess(v, outcome)))
    return found


def finite_json(value: Any) -> Any:
    """JSON with null in place of numbers that JSON has not."""
    if isinstance(value, dict):
        return {name: finite_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite_json(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

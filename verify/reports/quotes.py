"""A verdict as one sentence that can be put into a paper: what was tested, how it was decided, and the numbers."""

from __future__ import annotations

import re
from importlib.metadata import version as installed

import numpy as np

from numerics.enclosures import Relation
from verify.evaluate import Outcome
from verify.reports.numbers import at_least, at_most
from verify.reports.sides import sides, upper_side
from verify.reports.words import shown
from verify.verdicts import Status, Verdict

DERIVED = "a checked derivation"  # what `how` begins with where a derivation decides
HELD = "held on"  # and where the cases do
UNMEASURED = "not measured: "  # what a part of `how` begins with that names cases without numbers
FACTOR_DIGITS = 6  # of the factor by which a bound fails, where its errors leave so many
WIDE = 1e-6  # errors that could hide a larger share of the sides leave no case to call the tightest


def quote(verdict: Verdict, version: str | None = None) -> str:
    """The sentence, on one line and without characters that a terminal would obey.

    Numbers of a case have their error and how they were computed beside them.

    Args:
        version: of the scoreproof that reached the verdict; by default the one installed.
    """
    claim = verdict.claim
    tool = f"scoreproof {version or installed('scoreproof')}"
    origin = ", ".join(part for part in (claim.source, str(claim.form)) if part)
    parts = _rate(verdict) if verdict.rates else _cases(verdict)
    told = "; ".join(part for part in parts if part)
    tried = _count(verdict.examples, "trained network" if verdict.rates else "case")
    told += f"; seed {verdict.seed}" if _states(parts[0], tried) else f"; {tried} tried, seed {verdict.seed}"
    text = f"{tool} {_verb(verdict)} “{claim.title}” ({claim.id}; {origin}): {told}."
    return shown(" ".join(text.split()))


def _verb(v: Verdict) -> str:
    if v.status is Status.INCONCLUSIVE:
        return "could not decide"
    verb = {Status.CERTIFIED: "certifies", Status.SUPPORTED: "supports", Status.REFUTED: "refutes"}[v.status]
    return f"{verb}, as a rate," if v.rates else verb


def _rate(v: Verdict) -> list[str]:
    """Of a claim whose constant is unnamed: what its designed experiment shows."""
    assert v.rates is not None
    alarm = f"wrong with probability at most {v.error_rates['false_alarm']:.0e}" if v.error_rates else ""
    return [v.how if v.status is Status.INCONCLUSIVE else v.rates["sentence"], alarm]


def _cases(v: Verdict) -> list[str]:
    match v.status:
        case Status.REFUTED:
            return [*_violations(v), _sampling(v)]
        case Status.INCONCLUSIVE:
            return [v.how]
        case Status.CERTIFIED if v.how.startswith(DERIVED):
            return [v.how.partition("; ")[0], "no case tried violates it", _closest(v)]
        case Status.CERTIFIED:
            return [f"{v.how}, and says nothing of others", _closest(v)]
    return [_held(v), _closest(v), _sampling(v), _seen(v), *_unmeasured(v)]


def _violations(v: Verdict) -> list[str]:
    """The smallest counterexample with both sides, and by how much the claim is violated at most."""
    smallest, largest = v.counterexample or v.largest_violation, v.largest_violation
    if smallest is None:
        return [v.how]
    found = [f"at {smallest.case}, {_both(v, smallest)}"]
    if largest is not None and (v.claim.is_equality or np.isfinite(largest.ratio) or np.isfinite(smallest.ratio)):
        size = _size(v, largest)
        found += [f"the largest violation found is {size}"] if size else []
    return found


def _size(v: Verdict, outcome: Outcome) -> str:
    """By how much the sides of a violation are off, as far as their errors leave it known; empty where they do not."""
    one, other = outcome.lhs, outcome.rhs
    apart, noise = abs(float(one.value - other.value)), float(one.radius + other.radius)
    if apart <= noise:
        return ""
    if v.claim.is_equality:
        least, most = (max(abs(float(s.value)) + sign * float(s.radius) for s in (one, other)) for sign in (-1, 1))
        return f"by a relative difference of {_between((apart - noise) / most, _over(apart + noise, least), 3)}"
    if not np.isfinite(outcome.ratio):
        return f"of a bound that is not positive{' within its error' if other.upper > 0 else ''}"
    factor = _between(float(one.lower / other.upper), _over(float(one.upper), float(other.lower)), FACTOR_DIGITS)
    if factor not in ("1", "at least 1"):
        return f"by a factor of {factor}"
    share = _between((apart - noise) / float(other.upper), _over(apart + noise, float(other.lower)), 3)
    return f"by {share} of the {upper_side(v.claim)} side"


def _between(low: float, high: float, digits: int) -> str:
    """A number between two others: with so many digits where both round to the same, else that it is at least one."""
    rounded = f"{low:.{digits}g}"
    return rounded if rounded == f"{high:.{digits}g}" else f"at least {at_least(low, digits)}"


def _over(above: float, below: float) -> float:
    return above / below if below > 0 else np.inf


def _both(v: Verdict, outcome: Outcome) -> str:
    told = sides(v.claim, outcome)
    return f"the left side is {told.left} and the right side {told.right} (± {told.error}, {told.kind})"


def _held(v: Verdict) -> str:
    """On how many cases, and how many of them were decided by ball arithmetic."""
    held = v.how.partition("; ")[0]
    if not held.startswith(HELD):
        return v.how
    return f"it {held}"


def _closest(v: Verdict) -> str:
    """How close the two sides came, where the errors leave that to be said."""
    closest = v.tightest
    if v.claim.is_equality:
        return _difference(v)
    if closest is None or float(closest.lhs.value) == float(closest.rhs.value) == 0:
        return ""
    if closest.relation is Relation.UNDECIDED and closest.hidden >= WIDE:
        return ""
    told = sides(v.claim, closest)
    if told.left == told.right:
        return f"it is tight at {closest.case}, where both sides are {told.left} (± {told.error}, {told.kind})"
    return f"the closest case is {closest.case}, where {_both(v, closest)}"


def _difference(v: Verdict) -> str:
    """How far apart the sides of an equality were measured, and what the errors of the tightest case could hide."""
    share, closest = v.tightness.max, v.tightest
    if share is None:
        return "the two sides agree within their errors"
    apart = f"differ by at most {at_most(share)} of their size" if share else "are equal"
    if closest is None:
        return f"as measured, the two sides {apart}"
    hidden = f"the errors at {closest.case} could hide a difference of {at_most(closest.hidden)}"
    return f"as measured, the two sides {apart}, and {hidden}"


def _seen(v: Verdict) -> str:
    """What a violation would have had to be, and how many cases would have shown none."""
    d = v.detectable
    if d is None:
        return ""
    if not np.isfinite(d.median):
        return "no case would have shown a violation of any relative size"
    sure = "" if d.probability == 1 else f" with probability {d.probability:g}"
    where = "case" if not d.blind else f"of {_count(d.cases - d.blind, 'case')}, and {d.blind:,} would have shown none"
    size = f"{at_most(d.median)} of the {upper_side(v.claim)} side"
    return f"a violation of {size} would have been seen{sure} in the median {where}"


def _states(part: str, tried: str) -> bool:
    """Whether a part of the sentence says how many were tried, and not as the end of a larger number."""
    return re.search(rf"(?<![\d.,])({re.escape(tried)}|{re.escape(tried.replace(',', ''))})(?!\w)", part) is not None


def _sampling(v: Verdict) -> str:
    return f"sampling is wrong with probability at most {v.error_rates['false_alarm']:.1e}" if v.error_rates else ""


def _unmeasured(v: Verdict) -> list[str]:
    return [part for part in v.how.split("; ") if part.startswith(UNMEASURED)]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

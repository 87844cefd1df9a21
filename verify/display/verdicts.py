"""A verdict, and a table of several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from theory.claims import Form
from theory.display import Badge, Contents, Formula, Line, Table, Tone
from verify.evaluate import Outcome
from verify.reports.sides import sides, sign, turned
from verify.reports.words import power
from verify.verdicts import Status, Verdict

_TONE = {
    Status.CERTIFIED: Tone.GOOD,
    Status.SUPPORTED: Tone.GOOD,
    Status.REFUTED: Tone.BAD,
    Status.INCONCLUSIVE: Tone.OPEN,
}
_ROLES = (("counterexample", "smallest"), ("largest_violation", "largest"), ("tightest", "tightest"))


def verdict_contents(verdict: Verdict) -> Contents:
    """Status and sentence, the relation, and both sides of the cases that are kept."""
    claim = verdict.claim
    parts: list[Line | Formula | Table] = [Line(sentence(verdict)), Formula(claim.relation)]
    kept = _kept(verdict)
    if kept:
        ratio = "right/left" if turned(claim) else "left/right"
        columns = ("case", "left", "", "right", "±", "difference" if claim.is_equality else ratio, "by")
        rows = tuple((name, *_row(verdict, o)) for name, o in kept)
        parts.append(Table(columns, rows, numbers=(1, 3, 4, 5)))
        parts += [Line(str(o.case), name) for name, o in kept]
    if verdict.rates is not None:
        parts.append(Line(str(verdict.rates["sentence"]), "rate"))
    if verdict.detectable is not None:
        parts.append(Line(power(verdict), "power"))
    if verdict.error_rates:
        most = verdict.error_rates["false_alarm"]
        parts.append(Line(f"sampling may be wrong with probability at most {most:.1e}", "error rate"))
    head = claim.id if claim.id == "conjecture" else f"{claim.id}: {claim.title}"  # whose title is the relation
    return Contents(head, _badge(verdict), tuple(parts))


def verdicts_contents(verdicts: Sequence[Verdict]) -> Contents:
    """One row a claim: verdict, cases, tightest case."""
    rows = tuple((v.claim.id, _badge(v), _expected(v), str(v.examples), _tightest(v), v.claim.title) for v in verdicts)
    table = Table(("claim", "verdict", "expected", "cases", "tightest", "title"), rows, numbers=(3, 4))
    count = f"{len(verdicts)} claim{'s' * (len(verdicts) != 1)}"
    return Contents(count, _overall(verdicts), (table,) if verdicts else ())


def sentence(verdict: Verdict) -> str:
    """How the verdict was reached, in a sentence that can be quoted."""
    cases = f", {verdict.examples} cases" if verdict.status is Status.REFUTED else ""
    expected = "" if _asked(verdict) or verdict.as_expected else f"; {verdict.claim.expected} was expected"
    return f"{str(verdict.status).capitalize()}: {verdict.how}{cases}, seed {verdict.seed}{expected}."


def _kept(verdict: Verdict) -> list[tuple[str, Outcome]]:
    """The cases of a verdict with what they are; one that is both the smallest and the largest, once."""
    kept = [(name, o) for role, name in _ROLES if (o := getattr(verdict, role)) is not None]
    small, large = verdict.counterexample, verdict.largest_violation
    if small is not None and large is not None and str(small.case) == str(large.case):
        kept = [("smallest, largest", small), *kept[2:]]
    return kept


def _badge(verdict: Verdict) -> Badge:
    return Badge(str(verdict.status), _TONE[verdict.status])


def _overall(verdicts: Sequence[Verdict]) -> Badge | None:
    """Whether all is as expected; of questions, of which nothing is expected, how many have which status."""
    stated = [verdict for verdict in verdicts if not _asked(verdict)]
    if stated:
        wrong = sum(not verdict.as_expected for verdict in stated)
        return Badge(f"{wrong} not as expected", Tone.BAD) if wrong else Badge("all as expected", Tone.GOOD)
    words = [str(verdict.status) for verdict in verdicts]
    return Badge(", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))) if words else None


def _asked(verdict: Verdict) -> bool:
    return verdict.claim.form is Form.CONJECTURE


def _expected(verdict: Verdict) -> str:
    if _asked(verdict):
        return "-"
    return "yes" if verdict.as_expected else f"no: {verdict.claim.expected}"


def _tightest(verdict: Verdict) -> str:
    """The largest left/right that was seen, or the largest relative difference."""
    seen = [] if verdict.tightness.max is None else [verdict.tightness.max]
    kept = [o.gap if verdict.claim.is_equality else o.ratio for _, o in _kept(verdict)]
    most = max([*seen, *filter(np.isfinite, kept)], default=None)
    if most is None:
        return "-"
    return f"{most:.1e} off" if verdict.claim.is_equality else f"{most:.4g}"


def _row(verdict: Verdict, o: Outcome) -> tuple[str, ...]:
    """Both sides as they stand in the claim, their error, and how far they are apart."""
    told = sides(verdict.claim, o)
    ratio = f"{o.ratio:.6g}" if np.isfinite(o.ratio) else "-"
    apart = f"{o.gap:.3g}" if verdict.claim.is_equality else ratio
    return told.left, sign(verdict.claim, o), told.right, told.error, apart, told.kind

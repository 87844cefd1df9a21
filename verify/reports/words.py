"""A verdict in plain words, without colour: for the terminal, JUnit, SARIF and GitHub alike."""

from __future__ import annotations

import re

import numpy as np

from verify.evaluate import Outcome
from verify.reports.sides import sides, sign, turned, upper_side
from verify.verdicts import Status, Verdict


def shown(text: str) -> str:
    """The text on one line, with escapes in place of characters that a terminal would obey or not show."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def sentence(v: Verdict) -> str:
    """``refuted, expected supported: certified by ball arithmetic, 40 cases, seed 0``; to be quoted."""
    status = f"{v.status}" if v.as_expected else f"{v.status}, expected {v.claim.expected}"
    cases = f", {v.examples} cases" if v.status is Status.REFUTED else ""
    return shown(f"{status}: {v.how}{cases}, seed {v.seed}")


def evidence(v: Verdict) -> list[tuple[str, str]]:
    """The cases that were kept and what follows from them, each a label and a line; no label goes on with the last."""
    lines: list[tuple[str, str]] = []
    if v.counterexample is not None:
        lines += [("smallest", str(v.counterexample.case)), ("", both(v, v.counterexample))]
    if v.largest_violation is not None:
        lines.append(("largest", f"{excess(v, v.largest_violation)} at {v.largest_violation.case}"))
    if v.tightest is not None:
        lines += [("tightest", f"{excess(v, v.tightest)} at {v.tightest.case}"), ("", both(v, v.tightest))]
    if v.detectable is not None:
        lines.append(("power", power(v)))
    if v.rates is not None:
        lines.append(("rates", str(v.rates["sentence"])))
    if v.error_rates:
        lines.append(("sampling", f"may be wrong with probability at most {v.error_rates['false_alarm']:.1e}"))
    return [(label, shown(text)) for label, text in lines]


def counterexample(v: Verdict) -> str:
    """Both sides and the case on one line; empty where there is none."""
    return "" if v.counterexample is None else shown(f"{both(v, v.counterexample)} at {v.counterexample.case}")


def reason(trace: str) -> str:
    """The line of a trace that names the error; of other text the last line."""
    lines = [line for line in trace.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(: |$)", line)]
    return shown((named or lines or [""])[-1].strip())


def tightness(v: Verdict) -> str:
    """The largest lhs/rhs, of a bound from below rhs/lhs; of an equality the largest relative difference."""
    if v.tightness.max is None:
        return "-"
    return f"{v.tightness.max:.1e} off" if v.claim.is_equality else f"{v.tightness.max:.4g}"


def sees(v: Verdict) -> str:
    """The smallest relative violation that the median case would have shown, if it is random with probability 0.99."""
    if v.detectable is None or not np.isfinite(v.detectable.median):
        return "-"
    return f"{v.detectable.median:.0e}"


def power(v: Verdict) -> str:
    """What the cases would have shown, in sizes of the side that bounds the other; empty where that is unknown."""
    return "" if v.detectable is None else str(v.detectable).replace("right side", f"{upper_side(v.claim)} side")


def both(v: Verdict, o: Outcome) -> str:
    """``left 0.0965 > 0.0601 right (± 3e-17, ball arithmetic)``, as the claim has its sides."""
    told = sides(v.claim, o)
    return f"left {told.left} {sign(v.claim, o)} {told.right} right (± {told.error}, {told.kind})"


def excess(v: Verdict, o: Outcome) -> str:
    """How far a case is from equality, as the claim measures it."""
    if v.claim.is_equality:
        return f"relative difference {o.gap:.3g}"
    if not np.isfinite(o.ratio):
        return f"the {upper_side(v.claim)} side is not positive"
    return f"{'rhs/lhs' if turned(v.claim) else 'lhs/rhs'} = {o.ratio:.6g}"

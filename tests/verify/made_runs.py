"""Runs that nobody has made: events and verdicts as the runner gives them, with text that is hard on every output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from numerics.enclosures import Enclosure, Relation
from numerics.targets import Gaussian
from theory.claims import Claim, find
from verify.cases import Case
from verify.evaluate import Outcome
from verify.events import (
    ClaimConcluded,
    ClaimFailed,
    Event,
    Failure,
    Interrupted,
    RunFinished,
    RunStarted,
    SearchFinished,
    ShardDone,
    SoFar,
)
from verify.verdicts import Status, Tightness, Verdict

# markup of rich, of Markdown, of HTML and XML, of GitHub's commands, and what no XML may have
HOSTILE = 'a [/bold] [red] | `b` *c* _d_ ~e~ <i>&amp; ]]> "q" % $x$ @me #1\x00\x07\x1b[31m\ud800\uffff\n::error::f\r'


def counterexample() -> Outcome:
    """Both sides at data with mean 0 and variance 1, as ball arithmetic gives them."""
    case = Case(Gaussian(1, 1.0), v=(2.0, 1.0))
    left, right = Enclosure.of(0.5), Enclosure.of(0.25)
    return Outcome(case, Relation.VIOLATED, left, right, certified=True, trusted=True, bits=64)


def verdict(claim: Claim, status: Status = Status.SUPPORTED, how: str = "held on 40 cases") -> Verdict:
    """A verdict of any status, with a counterexample if it is refuted."""
    bad = counterexample() if status is Status.REFUTED else None
    tight = Tightness(0.75, 0.5)
    return Verdict(claim, status, how, 40, tight, 7, 1.2345, counterexample=bad, largest_violation=bad)


def hostile_claim(id: str = "mine.<b>&'\"[/bold]|") -> Claim:
    """A claim of the user's own whose texts are hostile."""
    return replace(find("gauss.fisher"), id=id, title=HOSTILE, setting=HOSTILE, source=HOSTILE, note=HOSTILE)


def verdicts() -> list[Verdict]:
    """As expected, refuted against what is expected, not refuted against it, inconclusive, and hostile."""
    return [
        verdict(find("gauss.mmse")),
        verdict(find("gauss.fisher"), Status.REFUTED, "certified by ball arithmetic"),
        verdict(find("wht24.eq4.printed")),
        verdict(find("info.tweedie"), Status.INCONCLUSIVE, "no case could be measured"),
        verdict(hostile_claim(), Status.REFUTED, HOSTILE),
    ]


def events(
    concluded: Iterable[Verdict] | None = None,
    failures: Iterable[Failure] = (),
    missing: Iterable[Claim] = (),
    files: dict[str, Path] | None = None,
) -> list[Event]:
    """All events of a run; it is stopped where claims are missing."""
    reached, failures, missing = [*(verdicts() if concluded is None else concluded)], [*failures], [*missing]
    claims = (*(v.claim for v in reached), *(f.claim for f in failures), *missing)
    found: list[Event] = [RunStarted(claims, files or {}, 40, 7, len(claims), 0)]
    for v in reached:
        found += [ShardDone(v.claim, 0), ClaimConcluded(v)]
    for failure in failures:
        found += [ShardDone(failure.claim, 0, failure.trace), ClaimFailed(failure)]
    if missing:
        return [*found, Interrupted(KeyboardInterrupt(), "some are kept", 3.0)]
    return [*found, SearchFinished(2.0), RunFinished(3.0)]


def so_far(*arguments: object, **options: object) -> SoFar:
    """What a run of these events has reached."""
    reached = SoFar()
    for event in events(*arguments, **options):  # type: ignore[arg-type]
        reached.add(event)
    return reached


def failure(claim: Claim | None = None) -> Failure:
    """A claim on which scoreproof itself failed."""
    return Failure(claim or find("info.hessian"), f"Traceback\n  line 1\nValueError: {HOSTILE}")

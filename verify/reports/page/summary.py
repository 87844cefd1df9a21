"""The head of the page: counts, what the run was, and its error budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from theory.claims import catalogue
from verify.error_rates import ErrorBudget
from verify.rates.rate import FALSE_ALARM as RATE_FALSE_ALARM
from verify.reports.commands import run_command
from verify.reports.page.model import Content
from verify.verdicts import Status, Verdict


@dataclass(frozen=True)
class Summary:
    """What the head says.

    Attributes:
        title: of the page.
        lead: one sentence.
        counts: of each status that occurs.
        facts: names and values.
        command: that gives the same verdicts again.
    """

    title: str
    lead: str
    counts: list[tuple[str, int]]
    facts: list[tuple[str, str]]
    command: str


def summary(content: Content) -> Summary:
    """The head of a report: how many claims have which verdict, what the run was, and the command that repeats it."""
    verdicts, origin = content.verdicts, content.origin
    found = Counter(v.status for v in verdicts)
    counts = [(str(status), found[status]) for status in Status if found[status]]
    wrong = sum(not v.as_expected for v in verdicts)
    told = ", ".join(f"{count} {word}" for word, count in counts) or "no verdict"
    judged = f"{wrong} not as expected" if wrong else "all as expected"
    left = len(content.ids) - len(verdicts)
    head = _claims(len(content.ids))
    lead = f"{head}, {judged}: {told}" if verdicts else f"{head}, no verdict yet"
    lead += f"; {left} without a verdict on this page" if left and verdicts else ""
    return Summary(
        title=f"{judged if verdicts else 'no verdict yet'}: {told} – scoreproof report",
        lead=f"{lead}.",
        counts=counts,
        facts=[*_facts(content), ("error budget", error_budget(verdicts)), *_software(content)],
        command=run_command(_runnable(content), origin.files, content.examples, content.seed, origin.device),
    )


def _runnable(content: Content) -> list[str]:
    """Claims that a command can name: of the catalogue, or of a file that is known."""
    return [id for id in content.ids if id in content.origin.files or id in catalogue()]


def error_budget(verdicts: Sequence[Verdict]) -> str:
    """What the run may have wrong by chance, at most, and how much of that its experiments have used."""
    budget = ErrorBudget()
    parts = [
        f"a true claim is refuted by chance with probability at most {budget.run:.0e} in the whole run, "
        f"{budget.per_claim:.0e} a claim"
    ]
    rates = [v for v in verdicts if v.rates]
    sampled = [v for v in verdicts if v.error_rates and not v.rates]
    if sampled:
        spent = sum(v.error_rates["false_alarm"] for v in sampled if v.error_rates)
        parts.append(f"{_claims(len(sampled))} sampled, at {spent:.1e} together")
    elif verdicts:
        parts.append("no claim of this page was decided by sampling")
    if rates:
        parts.append(f"each of {len(rates)} rates with an unnamed constant has {RATE_FALSE_ALARM:.0e} of its own")
    return "; ".join(parts)


def _facts(content: Content) -> list[tuple[str, str]]:
    origin = content.origin
    drawn = f"{content.examples} drawn (fewer where a case is costly), and those at the boundary"
    facts = [("seed", str(content.seed)), ("cases a claim", drawn)]
    if origin.number is not None:
        facts.insert(0, ("run", f"{origin.number} of {origin.store}" if origin.store else str(origin.number)))
        ended = f"finished {_moment(origin.finished)}" if origin.finished else "not finished"
        facts.append(("started", f"{_moment(origin.started)}, {ended}"))
    whose = "of search, added up over the claims" if origin.summed else "from start to end"
    facts.append(("time", f"{_time(content.seconds)} {whose}"))
    facts.append(("device", "processor (cpu)" if origin.device == "cpu" else f"networks on {origin.device}"))
    return facts


def _software(content: Content) -> list[tuple[str, str]]:
    return [("versions", ", ".join(f"{name} {number}" for name, number in content.origin.versions.items()))]


def _claims(count: int) -> str:
    return f"{count} claim{'' if count == 1 else 's'}"


def _moment(text: str) -> str:
    """A moment of the store, to the minute."""
    return f"{text[:16].replace('T', ' ')} UTC"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"

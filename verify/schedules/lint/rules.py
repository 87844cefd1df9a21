"""The registry of lint's rules: what each looks for, why that matters, and how it is repaired."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from numerics.enclosures import Enclosure
from verify.schedules.findings import Finding, Level
from verify.schedules.lint.subject import Subject


@dataclass(frozen=True)
class Found:
    """A finding before it knows its rule; fields as of ``Finding``."""

    level: Level
    index: int | None
    value: float | None
    message: str
    fix: str
    nats: Enclosure | None = None


Check = Callable[[Subject], Iterator[Found]]


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a schedule.

    Attributes:
        name: what a finding is called, such as ``not-decreasing``.
        level: the worst level that it reports.
        says: the defect, one phrase.
        why: why it matters, one sentence.
        fix: the usual repair; a finding has the concrete one.
        check: finds the defect.
    """

    name: str
    level: Level
    says: str
    why: str
    fix: str
    check: Check

    def findings(self, subject: Subject) -> tuple[Finding, ...]:
        return tuple(
            Finding(self.name, found.level, _place(found, subject), found.value, found.message, found.fix, found.nats)
            for found in self.check(subject)
        )


def _place(found: Found, subject: Subject) -> int | None:
    return None if found.index is None else found.index + subject.offset


RULES: dict[str, Rule] = {}


def rule(name: str, level: Level, *, says: str, why: str, fix: str) -> Callable[[Check], Check]:
    """Register a check under ``name``; rules run in the order in which they were registered."""

    def register(check: Check) -> Check:
        RULES[name] = Rule(name, level, says, why, fix, check)
        return check

    return register

"""What lint says about a schedule: one finding a defect."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from numerics.enclosures import Enclosure
from theory.display import Contents, Displayed

if TYPE_CHECKING:
    from verify.display.picture import Picture
    from verify.schedules.given import Given

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding(Displayed):
    """One defect of a schedule.

    Attributes:
        rule: name of the rule, as in ``verify.schedules.lint.RULES``.
        level: ``error``, common samplers cannot run the schedule correctly; ``warning``, it costs more than it should
            or contradicts what its owner asked for; ``note``, worth knowing.
        index: position in ``Given.sigmas`` (from 0), or None where the finding is about the whole schedule.
        value: the sigma, count or setting at fault, or None.
        message: what is wrong and why it matters, in one line.
        fix: a concrete value or call.
        nats: what the defect costs, where that can be computed; the message says on which data.
    """

    rule: str
    level: Level
    index: int | None
    value: float | None
    message: str
    fix: str
    nats: Enclosure | None = None

    def _contents(self) -> Contents:
        """What is wrong, where, and the fix."""
        from verify.display.findings import finding_contents

        return finding_contents(self)

    def as_json(self) -> dict[str, Any]:
        """A plain object; a value that JSON has no number for (nan, inf) is a text."""
        value: float | str | None = self.value
        if self.value is not None and not math.isfinite(self.value):
            value = str(self.value)
        nats = self.nats
        return {
            "rule": self.rule,
            "level": self.level,
            "index": self.index,
            "value": value,
            "message": self.message,
            "fix": self.fix,
            "nats": nats.as_json() if nats is not None and math.isfinite(float(nats.radius)) else None,
        }


class Findings(Displayed, tuple[Finding, ...]):
    """What lint found, errors first: a tuple that ``print`` and notebooks show as a table, ``plot()`` as a picture.

    Made from ``findings``, in the order in which they are to be shown, and the schedule that they are about.

    Attributes:
        given: the schedule as it was handed over.
    """

    given: Given

    def __new__(cls, findings: Iterable[Finding], given: Given) -> Self:
        made = super().__new__(cls, findings)
        made.given = given
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (tuple(self), self.given)

    @property
    def failed(self) -> bool:
        """Whether there is an error: common samplers cannot run the schedule correctly."""
        return any(one.level == "error" for one in self)

    def _contents(self) -> Contents:
        """A table, one row a finding."""
        from verify.display.findings import findings_contents

        return findings_contents(self)

    def plot(self) -> Picture:
        """The schedule with each finding marked on it.

        A notebook shows it; ``.save("file.svg")`` writes it. Drawing takes about a second.
        """
        from verify.display.picture import Picture
        from verify.reports.schedule_pictures import draw_lint

        return Picture(lambda to: draw_lint(self.given, self, to))

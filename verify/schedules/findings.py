"""What lint says about a schedule: one finding a defect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from numerics.enclosures import Enclosure

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
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

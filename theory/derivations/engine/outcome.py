"""What the check of one step says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """``checked``: by machine; ``assumed``: nobody checked it; ``failed``: the justification does not give the step."""

    CHECKED = "checked"
    ASSUMED = "assumed"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """The mark of a step and the reason, in words."""

    mark: Mark
    how: str

    @classmethod
    def checked(cls, how: str) -> Outcome:
        return cls(Mark.CHECKED, how)

    @classmethod
    def assumed(cls, how: str) -> Outcome:
        return cls(Mark.ASSUMED, how)

    @classmethod
    def failed(cls, how: str) -> Outcome:
        return cls(Mark.FAILED, how)

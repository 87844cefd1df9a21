"""What nobody checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.outcome import Outcome


@dataclass(frozen=True)
class Assumption:
    """A step that the engine cannot check; the text says why it should be true."""

    text: str

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        return Outcome.assumed(self.text)

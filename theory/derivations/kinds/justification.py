"""What every kind of justification offers."""

from __future__ import annotations

from typing import Any, Protocol

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.outcome import Outcome


class Justification(Protocol):
    """Why one expression is =, <= or >= another, or tends to it (->)."""

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        """The mark of the step, and why."""
        ...

"""Named selections of claims, with the number of cases each is tried on by default."""

from __future__ import annotations

from dataclasses import dataclass

from theory.claims import Claim, Form, catalogue
from theory.claims.claim import Expected

LONG = {"KL", "KL_path"}  # on mixtures: too long for the quick suite


@dataclass(frozen=True)
class Suite:
    """A selection; ``examples`` cases a claim unless the user asks for another number."""

    name: str
    summary: str
    examples: int

    def claims(self) -> list[Claim]:
        chosen = list(catalogue().values())
        if self.name == "quick":
            return [c for c in chosen if not c.names & LONG or c.expected is Expected.REFUTED]
        if self.name == "sampling":
            return [c for c in chosen if c.form is Form.EXACT]
        if self.name == "paper":
            return [c for c in chosen if c.id in _with_ancestors({c.id for c in chosen if c.id.startswith("wht24.")})]
        return chosen


def _with_ancestors(ids: set[str]) -> set[str]:
    """These claims and all that their proofs use."""
    parents = {parent for id in ids for parent in catalogue()[id].derived_from}
    return ids if parents <= ids else _with_ancestors(ids | parents)


SUITES = {
    suite.name: suite
    for suite in (
        Suite("quick", "all claims whose quantities are cheap, and every claim expected false", 40),
        Suite("sampling", "what is exact: information identities, path-KL budgets, Gaussian closed forms", 200),
        Suite("paper", "every statement of Wang, He, Tao 2024 in the catalogue, and what it rests on", 100),
        Suite("full", "the whole catalogue, long", 2000),
    )
}

"""Named selections of claims, with the number of cases each is tried on by default."""

from __future__ import annotations

from dataclasses import dataclass

from theory.claims import Claim, Form, catalogue
from theory.claims.claim import Expected

LONG = {"KL", "KL_path"}  # on mixtures: too long for the quick suite
LONG_TRAINING = {"loss_fresh", "P_q", "loss_net", "E_S_net", "KL_path_net"}  # thousands of draws for each case
SHORT_TRAINING = {"wht24.lemma8.printed", "wht24.lemma8.corrected"}
TRAINING = (  # of networks or of linear scores, and the lemmas that the paper's training theory rests on
    *("training.", "ntk.", "linear.", "full_error.", "wht24.thm1", "wht24.thm3", "wht24.cor", "wht24.prop1"),
    "wht24.remark1",
    *(f"wht24.lemma{number}." for number in (1, 2, 3, 4, 5, 8)),
)


def trains(claim: Claim) -> bool:
    """Whether the claim's cases train networks."""
    return claim.design is not None or claim.cases.training is not None


def of_training(claim: Claim) -> bool:
    """Whether the claim is of the theory of training."""
    return trains(claim) or f"{claim.id}.".startswith(TRAINING)


@dataclass(frozen=True)
class Suite:
    """A selection; ``examples`` cases a claim unless the user asks for another number."""

    name: str
    summary: str
    examples: int

    def claims(self) -> list[Claim]:
        chosen = list(catalogue().values())
        if self.name == "quick":
            short = [c for c in chosen if not of_training(c) or c.id in SHORT_TRAINING]
            short = [c for c in short if not c.names & LONG_TRAINING]
            return [c for c in short if not c.names & LONG or c.expected is Expected.REFUTED]
        if self.name == "sampling":
            return [c for c in chosen if c.form is Form.EXACT and not of_training(c)]
        if self.name == "training":
            return [c for c in chosen if of_training(c)]
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
        Suite("quick", "all claims whose quantities are cheap, claims expected false, and Lemma 8 of the training", 40),
        Suite("sampling", "what is exact: information identities, path-KL budgets, Gaussian closed forms", 200),
        Suite("training", "gradient descent: kernels, rates of convergence, linear scores, and their lemmas", 100),
        Suite("paper", "every statement of Wang, He, Tao 2024 in the catalogue, and what it rests on", 100),
        Suite("full", "the whole catalogue, long", 2000),
    )
}

"""Variants that are stronger than their claim and true as well, each with its proof.

A variant that survives the hunt and does not follow from its claim belongs here, with a proof, or the search has a hole.
"""

from __future__ import annotations

from verify.mutants.variants import Mutant

PROOFS: dict[tuple[str, str], str] = {}


def proved_true(mutant: Mutant) -> str:
    """The proof of a variant that is true as well; empty where none is known."""
    return PROOFS.get((mutant.parent.id, mutant.change), "")

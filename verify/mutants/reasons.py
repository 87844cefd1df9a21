"""Variants that no case kills and that do not follow from their claim, with what is known of them.

Stronger than the claim and true as well: with a proof. Of a theorem that is a sum of claims: what the same change does
to the claim that it belongs to. A variant that is in neither list is a hole in the search.
"""

from __future__ import annotations

from dataclasses import replace

from theory.claims import Claim, find
from verify.mutants.variants import Mutant

PROOFS: dict[tuple[str, str], str] = {
    ("wht24.thm2.corrected", "(v[0] - v[1])*Min(m2, d*v[0])/(2*v[0]**2) dropped"): (
        "E_I = m2/(2 v_0) - 1/2 int_{v_0}^oo mmse(w)/w^2 dw, and mmse does not decrease, so that the bound on E_I "
        "leaves mmse(v_0)/(2 v_0), more than this term needs, mmse(v_0) (v_0 - v_1)/(2 v_0^2)"
    ),
}
# theorems that are the sum of a bound of their own and bounds that are claims themselves
PARTS = {"wht24.thm2.corrected": "wht24.thm2.discretisation.corrected"}


def proved_true(mutant: Mutant) -> str:
    """The proof of a variant that is true as well; empty where none is known."""
    return PROOFS.get((mutant.parent.id, mutant.change), "")


def part_of(claim: Claim) -> Claim | None:
    """The claim whose right side is a part of this one's, or None."""
    return find(PARTS[claim.id]) if claim.id in PARTS else None


def of_part(mutant: Mutant, part: Claim) -> Mutant:
    """The variant of the part that has the same change; its ``change`` is the whole variant's relation, as text."""
    others = mutant.parent.relation.rhs - part.relation.rhs
    relation = part.relation.func(part.relation.lhs, mutant.claim.relation.rhs - others, evaluate=False)
    return Mutant(part, replace(part, id=mutant.claim.id, relation=relation), str(mutant.claim.relation))

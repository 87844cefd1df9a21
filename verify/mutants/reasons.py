"""Variants that no case kills and that do not follow from their claim, with what is known of them.

Stronger than the claim and true as well: with a proof. Of a theorem that is a sum of claims: what the same change does
to the claim that it belongs to. A variant that is in neither list is a hole in the search.
"""

from __future__ import annotations

from dataclasses import replace

from theory.claims import Claim, catalogue, find
from verify.mutants.variants import Mutant, mutants

_FIRST = "(v[0] - v[1])*Min(m2, d*v[0])/(2*v[0]**2)"
_ROOM = (
    "E_I = m2/(2 v_0) - 1/2 int_{v_0}^oo mmse(w)/w^2 dw, and mmse does not decrease, so that the bound on E_I leaves "
    "mmse(v_0)/(2 v_0), more than this whole term is there for, mmse(v_0) (v_0 - v_1)/(2 v_0^2)"
)
PROOFS: dict[tuple[str, str], str] = {
    ("wht24.thm2.corrected", f"{_FIRST} dropped"): _ROOM,
    ("wht24.thm2.corrected", f"{_FIRST} times 1/2"): _ROOM,
    **{
        ("gauss.point.denoiser", f"left side times {factor}"): "the claim is KL_path = 0, which its multiples say too"
        for factor in ("2", "1/2", "19/20", "-1")
    },
}
# theorems that are the sum of a bound of their own and bounds that are claims themselves
PARTS = {"wht24.thm2.corrected": "wht24.thm2.discretisation.corrected"}


def proved_true(mutant: Mutant) -> str:
    """The proof of a variant that is true as well; empty where none is known."""
    return PROOFS.get((mutant.parent.id, mutant.change), "") if _in_catalogue(mutant.parent) else ""


def part_of(claim: Claim) -> Claim | None:
    """The claim whose right side is a part of this one's, or None."""
    return find(PARTS[claim.id]) if claim.id in PARTS and _in_catalogue(claim) else None


def of_part(mutant: Mutant, part: Claim) -> Mutant | None:
    """The variant of the part that has the same change, or None where the change is elsewhere in the sum.

    Its ``change`` is the whole variant's relation, as text.
    """
    others = mutant.parent.relation.rhs - part.relation.rhs
    relation = part.relation.func(part.relation.lhs, mutant.claim.relation.rhs - others, evaluate=False)
    if relation not in {one.claim.relation for one in mutants(part)}:
        return None
    return Mutant(part, replace(part, id=mutant.claim.id, relation=relation), str(mutant.claim.relation))


def _in_catalogue(claim: Claim) -> bool:
    """Not a user's claim that only carries the id."""
    return claim.id in catalogue() and find(claim.id).relation == claim.relation

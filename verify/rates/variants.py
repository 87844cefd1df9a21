"""False variants of a claim about a rate: an exponent moved beyond what was measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Rational

from theory.claims import Claim
from theory.claims.design import Bound
from theory.vocabulary import VOCABULARY

BEYOND = (Rational(1, 2), Rational(1))


@dataclass(frozen=True)
class RateVariant:
    """A claim with one exponent moved, so that its implied constant drifts like ``size^-+beyond``."""

    parent: Claim
    claim: Claim
    size: str
    beyond: Rational

    @property
    def change(self) -> str:
        return f"exponent of {self.size} moved {self.beyond} beyond the measured rate"


def false_variants(claim: Claim, rates: dict[str, Any]) -> list[RateVariant]:
    """The claim with the exponent of each size moved a half and a whole power beyond the measured rate.

    Args:
        claim: a claim with a design.
        rates: as :attr:`verify.verdicts.Verdict.rates` of ``claim``.

    Raises:
        ValueError: the claim has no design.
    """
    if claim.design is None:
        raise ValueError(f"claim {claim.id} has no design; its variants are those of verify.mutants")
    _, side, bound = claim.design.sides(claim.relation)
    wrong = 1 if bound is Bound.UPPER else -1
    found = []
    for size, measured in rates["variables"].items():
        slope = measured["last"]["value"] if measured["decided_by"] == "last" else measured["slope"]
        for beyond in BEYOND:
            # the side with the constant times x^p lowers the slope of the implied constant by p
            power = Rational(round(1000 * slope), 1000) - wrong * beyond
            stronger = side * VOCABULARY[size].symbol ** power
            sides = [stronger if one == side else one for one in claim.relation.args]
            relation = claim.relation.func(*sides, evaluate=False)
            variant = replace(claim, id=f"{claim.id}~{size}-{beyond}", relation=relation)
            found.append(RateVariant(claim, variant, size, beyond))
    return found

"""All statements in the order of their numbers, their claims, and how they depend on each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from theory.claims import Claim, catalogue
from theory.paper.design import DESIGN
from theory.paper.sampling import SAMPLING
from theory.paper.statement import Statement
from theory.paper.training import TRAINING

_ORDER = (
    *("eq4", "reparametrisation", "thm1", "thm2", "thm3", "cor1", "cor2", "prop1"),
    *(f"lemma{number}" for number in range(1, 16)),
    *("remark1", "remark2", "remark3", "table1", "table2", "i1", "optimality"),
)
_BY_KEY = {one.key: one for one in (*TRAINING, *SAMPLING, *DESIGN)}
STATEMENTS: dict[str, Statement] = {key: _BY_KEY[key] for key in _ORDER}


def statement_of(id: str) -> Statement | None:
    """The statement to which the claim with this id belongs; None where it is of no statement."""
    return next((one for one in STATEMENTS.values() if one.states(id)), None)


def claims_of(statement: Statement) -> tuple[Claim, ...]:
    """The claims that state it, in the order of their ids."""
    return tuple(claim for id, claim in catalogue().items() if statement.states(id))


def proved_from(statement: Statement) -> tuple[str, ...]:
    """Keys of the other statements from which its claims are derived, also by way of claims of no statement."""
    found: set[str] = set()
    for claim in claims_of(statement):
        found |= set(_origins(claim, statement))
    return tuple(key for key in STATEMENTS if key in found)


@cache
def dependencies() -> dict[str, tuple[str, ...]]:
    """For each statement the keys of those it rests on, by derivations of the catalogue or by the paper's argument."""
    rests = {key: {*proved_from(one), *one.uses} for key, one in STATEMENTS.items()}
    return {key: tuple(other for other in STATEMENTS if other in used) for key, used in rests.items()}


def _origins(claim: Claim, statement: Statement) -> Iterator[str]:
    for parent in claim.derived_from:
        owner = statement_of(parent)
        if owner is None:
            yield from _origins(catalogue()[parent], statement)
        elif owner is not statement:  # its own claims are looked at one by one
            yield owner.key

"""All claims of this package, found by walking its modules."""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from theory.claims.claim import Claim

_NOT_THEOREMS = {"catalogue", "claim", "design"}


@cache
def catalogue() -> dict[str, Claim]:
    """Every claim by id, in the order of the ids.

    Raises:
        ValueError: two claims share an id, or one is derived from an unknown claim.
    """
    import theory.claims as package

    found: dict[str, Claim] = {}
    for module in iter_modules(package.__path__):
        if module.name in _NOT_THEOREMS:
            continue
        for claim in import_module(f"{package.__name__}.{module.name}").CLAIMS:
            if claim.id in found:
                raise ValueError(f"two claims have the id {claim.id}")
            found[claim.id] = claim
    for claim in found.values():
        unknown = [parent for parent in claim.derived_from if parent not in found]
        if unknown:
            raise ValueError(f"claim {claim.id} is derived from unknown claims: {', '.join(unknown)}")
    return dict(sorted(found.items()))


def find(id: str) -> Claim:
    """The claim with this id.

    Raises:
        KeyError: there is none; the message names close ids.
    """
    claims = catalogue()
    if id in claims:
        return claims[id]
    near = difflib.get_close_matches(id, claims, n=3, cutoff=0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else "; `scoreproof claims list` shows them"
    raise KeyError(f"there is no claim {id!r}{hint}")

"""Finding a claim for a command."""

from __future__ import annotations

from theory.claims import Claim, find
from verify.language.errors import BadInput


def claim_of(id: str) -> Claim:
    """The claim with this id.

    Raises:
        BadInput: there is none; the message names close ids.
    """
    try:
        return find(id)
    except KeyError as unknown:
        raise BadInput(str(unknown.args[0])) from None

"""Reading what a command was given: claims by id, numbers within their range."""

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


def at_least(option: str, value: int | None, minimum: int) -> None:
    """Refuse a number below its range (typer's own message does not repeat the value).

    Raises:
        BadInput: ``value`` is below ``minimum``.
    """
    if value is not None and value < minimum:
        raise BadInput(f"{option} {value}: give {minimum} or more")

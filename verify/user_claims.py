"""Claims from a user's own Python file.

The file is imported, on purpose: it is the user's code. Every :class:`theory.claims.Claim` at its top level, alone
or in a list or tuple, is a claim to verify; ``verify.measurements.new_quantity`` adds a quantity of the user's own.
"""

from __future__ import annotations

from pathlib import Path

from theory.claims import Claim
from verify.language.errors import BadInput
from verify.language.functions import load_file


def load_claims(path: Path) -> list[Claim]:
    """The claims of a file, in order of appearance.

    Raises:
        BadInput: the file is missing, fails to import (with its own error and line), or has no claims.
    """
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: no such file")
    if path.suffix != ".py":
        raise BadInput(f"{path}: claims are read from Python files (.py)")
    module = load_file(path)
    found: list[Claim] = []
    for value in vars(module).values():
        many = value if isinstance(value, (list, tuple)) else [value]
        found += [claim for claim in many if isinstance(claim, Claim) and claim not in found]
    if not found:
        raise BadInput(f"{path} has no claims: put `Claim(id=..., relation=Le(lhs, rhs), ...)` at its top level")
    repeated = {claim.id for claim in found if sum(other.id == claim.id for other in found) > 1}
    if repeated:
        raise BadInput(f"{path}: more than one claim has the id {', '.join(sorted(repeated))}")
    return found

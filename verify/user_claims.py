"""Claims from a user's own Python file.

The file is imported, on purpose: it is the user's code. Every :class:`theory.claims.Claim` at its top level, alone
or in a list or tuple, is a claim to verify; ``verify.measurements.new_quantity`` adds a quantity of the user's own.
"""

from __future__ import annotations

from pathlib import Path

from numerics.samplers.registry import SAMPLERS as REGISTERED
from numerics.targets.base import NotAvailable
from theory.claims import Claim
from theory.compiler import CompileError
from theory.vocabulary import sampling
from verify.calculator import calculator_cases
from verify.evaluate import Evaluator
from verify.language.errors import BadInput
from verify.language.functions import load_file
from verify.language.samplers import known_sampler


def load_claims(path: Path) -> list[Claim]:
    """The claims of a file, in order of appearance.

    Raises:
        BadInput: the file is missing, fails to import (with its own error and line), or has no claims; a claim's
            sampler is unknown, or its relation cannot be computed.
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
    for claim in found:
        _require_computable(path, claim)
    return found


def _require_computable(path: Path, claim: Claim) -> None:
    """Try the claim on its simplest case: an index that stands in no sum, or leaves the grid, shows there.

    Raises:
        BadInput: there is no such sampler, or a side has no value whatever the case.
    """
    given = claim.cases.samplers
    if isinstance(given, str):
        raise BadInput(f"{path}: claim {claim.id}: samplers={given!r} is a text; write samplers=({given!r},)")
    try:
        for name in claim.cases.samplers:
            if name not in REGISTERED:  # where a file may put one of its own
                known_sampler(name)
        cheap = claim.design is None and claim.names <= vars(sampling).keys()  # a quantity of the user's may take hours
        case = None if not cheap else next(iter(calculator_cases(claim.cases, claim.names)), None)
        if case is not None:
            Evaluator(claim).screen(case)
    except NotAvailable:
        return  # this case cannot be measured; another may
    except (CompileError, BadInput) as why:
        told = f"{path}: claim {claim.id}: {why}"
        if "was given for" in str(why):
            told += "; an index stands in a sum such as Sum(..., (k, 0, N - 1)), or names one point, such as v[0]"
        raise BadInput(told) from None

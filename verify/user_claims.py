"""Claims from a user's own Python file.

The file is imported, on purpose: it is the user's code. Every :class:`theory.claims.Claim` at its top level, alone
or in a list or tuple, is a claim to verify; ``verify.measurements.new_quantity`` adds a quantity of the user's own.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from theory.claims import Claim
from verify.language.errors import BadInput


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
    name = f"scoreproof_user_{path.stem}_{abs(hash(str(path.resolve())))}"
    module = sys.modules.get(name)
    if module is None:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise BadInput(f"{path}: {_where(error, path)}{type(error).__name__}: {error}") from error
        sys.modules[name] = module
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


def _where(error: BaseException, path: Path) -> str:
    trace = error.__traceback__
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"line {line}: " if line else ""

"""Where a claim is written: the file and line that code hosts and editors show."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from theory.claims import Claim, catalogue


@dataclass(frozen=True)
class Place:
    """A line of a file, from 1."""

    file: Path
    line: int

    @property
    def uri(self) -> str:
        """``file://`` and the absolute path, without the line."""
        return file_uri(self.file)

    @property
    def path(self) -> str:
        """Relative to the repository or the current folder, as annotations want it; else absolute."""
        whole, base = _based(self.file)
        return str(whole) if base is None else whole.relative_to(base).as_posix()


def place_of(claim: Claim, file: Path | None) -> Place | None:
    """Where the claim's id is written; the first line where the file does not have it as it is.

    Args:
        claim: of the catalogue, or of the user's ``file``.
        file: the user's file; None for a claim of the catalogue.

    Returns:
        None for a claim that is in no file.
    """
    module = module_of(claim) if file is None else None
    if module is not None:
        file = Path(str(sys.modules[module].__file__))
    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    quoted = (f'"{claim.id}"', f"'{claim.id}'")
    found = [number for number, line in enumerate(lines, start=1) if any(id in line for id in quoted)]
    made = [number for number in found if "id=" in lines[number - 1] or "id =" in lines[number - 1]]
    return Place(file, next(iter(made or found), 1))


def module_of(claim: Claim) -> str | None:
    """The module of the catalogue that has the claim, such as ``theory.claims.wht24_theorem2``."""
    if catalogue().get(claim.id) != claim:
        return None
    modules = [(name, module) for name, module in sys.modules.items() if name.startswith("theory.claims.")]
    return next((name for name, module in modules if claim in getattr(module, "CLAIMS", ())), None)


def file_uri(file: Path) -> str:
    """Relative to the repository or the current folder, as code hosts want it; of a file elsewhere, absolute."""
    whole, base = _based(file)
    return whole.as_uri() if base is None else quote(whole.relative_to(base).as_posix())


def _based(file: Path) -> tuple[Path, Path | None]:
    """The whole path, and the folder that names are relative to: of a GitHub checkout, else the current one."""
    whole = Path(os.path.abspath(file.expanduser()))
    bases = [Path(text) for text in (os.environ.get("GITHUB_WORKSPACE"), str(Path.cwd())) if text]
    return whole, next((base for base in bases if whole.is_relative_to(base)), None)

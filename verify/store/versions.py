"""Names and versions of the software that decides the numbers."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# what decides which cases are drawn, and their numbers
PACKAGES = ("scoreproof", "hypothesis", "numpy", "scipy", "sympy", "python-flint", "torch")


@cache
def installed_versions() -> tuple[tuple[str, str], ...]:
    """Name and version of each package that a verdict depends on, without the device that torch was built for.

    The version of scoreproof names its source as well, which may change under an editable installation.
    """
    return tuple((name, _version(name)) for name in PACKAGES)


def _version(name: str) -> str:
    if name == "scoreproof":
        return f"{_installed(name)} (source {_source()})"
    return _installed(name)


def _source() -> str:
    """A digest of the code of the three packages."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for file in sorted(file for package in ("theory", "numerics", "verify") for file in (root / package).rglob("*.py")):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _installed(name: str) -> str:
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return "not installed"

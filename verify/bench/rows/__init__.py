"""One file for each piece of work that is measured; this module finds them."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from verify.bench.row import Row

ORDER = (
    "information",
    "rigorous_fisher",
    "bounds",
    "bound_balls",
    "terminal_law",
    "cloud_denoiser",
    "sampling",
    "training",
    "kernel",
    "optimal_grid",
    "suites",
    "startup",
)


def all_rows() -> dict[str, Row]:
    """Every row by its name, in the order of the table.

    Raises:
        ValueError: two rows have one name.
    """
    found = [module.name for module in pkgutil.iter_modules(__path__)]
    files = sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    out: dict[str, Row] = {}
    for file in files:
        for row in getattr(import_module(f"{__name__}.{file}"), "ROWS", ()):
            if row.name in out:
                raise ValueError(f"two rows of the benchmark are called {row.name!r}")
            out[row.name] = row
    return out

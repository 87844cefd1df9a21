"""Public names of a package that are loaded when they are first used (PEP 562).

A package's ``__init__`` says which of its modules has which name; importing the package alone loads none of them, so
that neither sympy nor torch is waited for before something needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any


def lazily(
    package: str, places: Mapping[str, Sequence[str]], modules: Sequence[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package.

    Args:
        package: its ``__name__``.
        places: full name of a module -> the public names that it has.
        modules: names of the package's own modules that are public as they are.

    Raises:
        ValueError: a name is there twice, or is that of a module of the package, which an import puts in its place.
    """
    where: dict[str, str] = {}
    for module, names in places.items():
        for name in names:
            if name in where:
                raise ValueError(f"{package}.{name} is in {where[name]} and in {module}: name one of them")
            if module == f"{package}.{name}":
                raise ValueError(f"{package}.{name} would be both {module} and what is in it: rename one of the two")
            where[name] = module

    def of_package(name: str) -> Any:
        if name in where:
            value = getattr(import_module(where[name]), name)
        elif name in modules:
            value = import_module(f"{package}.{name}")
        else:
            near = get_close_matches(name, [*where, *modules], n=1, cutoff=0.75)
            hint = f"; did you mean {near[0]}?" if near and not name.startswith("_") else ""
            raise AttributeError(f"module {package!r} has no attribute {name!r}{hint}")
        setattr(sys.modules[package], name, value)
        return value

    def names_of_package() -> list[str]:
        return sorted({*vars(sys.modules[package]), *where, *modules})

    return of_package, names_of_package

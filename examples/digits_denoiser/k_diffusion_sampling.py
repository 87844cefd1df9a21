"""``k_diffusion.sampling`` without what only k-diffusion's training code needs."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from types import ModuleType


@cache
def sampling() -> ModuleType:
    """The module from the installed package.

    ``import k_diffusion`` wants its training dependencies. Where they are missing, an empty package stands in for its
    ``__init__`` and for torchvision while the module loads.

    Raises:
        ModuleNotFoundError: k-diffusion is not installed.
    """
    try:
        return importlib.import_module("k_diffusion.sampling")
    except ModuleNotFoundError as missing:
        spec = importlib.util.find_spec("k_diffusion")
        if spec is None:
            raise ModuleNotFoundError("this example needs k-diffusion: pip install --no-deps k-diffusion") from missing
    before = dict(sys.modules)
    package = ModuleType("k_diffusion")
    package.__path__ = list(spec.submodule_search_locations or ())
    sys.modules["k_diffusion"] = package
    if importlib.util.find_spec("torchvision") is None:
        for name in ("torchvision", "torchvision.transforms"):
            sys.modules[name] = ModuleType(name)
        sys.modules["torchvision.transforms"].functional = None  # type: ignore[attr-defined]
    try:
        return importlib.import_module("k_diffusion.sampling")
    finally:
        for name in set(sys.modules) - set(before):
            if name.split(".")[0] in ("k_diffusion", "torchvision"):
                del sys.modules[name]

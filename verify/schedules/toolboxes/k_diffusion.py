"""k-diffusion: its ``get_sigmas_*`` functions, and denoisers with a table of sigmas (``CompVisDenoiser``)."""

from __future__ import annotations

import functools
from importlib import metadata
from types import FunctionType
from typing import Any

from verify.language.errors import BadInput
from verify.language.functions import own_errors
from verify.schedules.given import Given
from verify.schedules.toolboxes.functions import call, read_called
from verify.schedules.toolboxes.numbers import as_floats

_PACKAGE = "k_diffusion"


def recognises(thing: Any) -> bool:
    """A function of k-diffusion, or an object that has its discrete schedule."""
    return _is_function(thing) or _is_denoiser(thing)


def read(thing: Any, steps: int | None) -> Given:
    """The sigmas that the function or the denoiser gives for steps + 1 points and an appended 0.

    A denoiser without ``steps`` gives its whole table.

    Raises:
        BadInput: a wrapper without a table, or a call that fails.
    """
    points = None if steps is None else steps + 1
    if _is_function(thing):
        return read_called(call(thing, points, library=_library(_innermost(thing).__module__)))
    name = type(thing).__name__
    if not callable(getattr(thing, "get_sigmas", None)):
        raise BadInput(f"k-diffusion's {name} has no table of sigmas; give the sigmas that you sample with as a list")
    with own_errors(f"{name}.get_sigmas"):
        raw = thing.get_sigmas(points)
        times = thing.sigma_to_t(raw[:-1])
    sigmas, precision = as_floats(raw)
    trained, _ = as_floats(thing.sigmas)
    settings = {"sigma_min": float(trained.min()), "sigma_max": float(trained.max())}
    settings |= {key: getattr(thing, key) for key in ("quantize", "sigma_data") if hasattr(thing, key)}
    return Given(
        sigmas,
        label=f"{name}.get_sigmas({'' if points is None else points})",
        source=f"{_library(package) if (package := _package_of(thing)) else 'denoiser'} {name}",
        precision=precision,
        timesteps=as_floats(times, "timestep")[0],
        trained=trained,
        settings=settings,
    )


def _library(module: str) -> str:
    """With its version, where it is the package itself and not a copy inside another toolbox."""
    owner = module.partition(".")[0]
    return f"k-diffusion {metadata.version('k-diffusion')}" if owner == _PACKAGE else f"k-diffusion of {owner}"


def _innermost(thing: Any) -> Any:
    """What a partial calls."""
    while isinstance(thing, functools.partial):
        thing = thing.func
    return thing


def _is_function(thing: Any) -> bool:
    function = _innermost(thing)
    return isinstance(function, FunctionType) and _of_package(function.__module__)


def _is_denoiser(thing: Any) -> bool:
    table = all(hasattr(thing, name) for name in ("sigmas", "log_sigmas", "get_sigmas", "sigma_to_t"))
    return not isinstance(thing, type) and (table or _package_of(thing) is not None)


def _package_of(thing: Any) -> str | None:
    return next((base.__module__ for base in type(thing).__mro__ if _of_package(base.__module__)), None)


def _of_package(module: str | None) -> bool:
    return _PACKAGE in (module or "").split(".")[:2]  # also comfy.k_diffusion

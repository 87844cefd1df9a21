"""ComfyUI: a ``model_sampling`` object, and pairs (scheduler function, model_sampling).

Its schedulers are functions of (model_sampling, steps) or of (n, sigma_min, sigma_max); the model knows the table
of its noise levels and which timestep it is told at each.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from verify.language.errors import BadInput
from verify.language.functions import own_errors
from verify.schedules.given import FloatArray, Given
from verify.schedules.toolboxes.flow import NOTE, sigma_of_flow
from verify.schedules.toolboxes.functions import name_of
from verify.schedules.toolboxes.numbers import as_floats

_ATTRIBUTES = ("sigmas", "sigma_min", "sigma_max", "timestep", "sigma")
_SETTINGS = ("sigma_data", "shift", "multiplier", "noise_scale", "num_timesteps", "linear_start", "linear_end", "zsnr")
# ComfyUI mixes what the model predicts into the object's class; CONST is flow matching.
_FLOW = {"CONST", "ModelSamplingDiscreteFlow", "ModelSamplingFlux"}


def recognises(thing: Any) -> bool:
    """A ``model_sampling``, a model that has one, or a pair of a scheduler function and one of these."""
    if isinstance(thing, tuple) and len(thing) == 2:
        return callable(_handler(thing[0])) and not isinstance(thing[1], int | float) and _is_model(thing[1])
    return _is_model(thing)


def read(thing: Any, steps: int | None) -> Given:
    """The sigmas that the function makes for the model, for steps + 1 points; a model alone gives its whole table.

    Raises:
        BadInput: the function fails, or no number of steps is known.
    """
    if not isinstance(thing, tuple):
        model = _sampling(thing)
        table, precision = as_floats(model.sigmas)
        return _given(model, np.sort(table)[::-1], precision, type(model).__name__, "the whole table of the model")
    function, model = _handler(thing[0]), _sampling(thing[1])
    name = name_of(function)
    if steps is None:
        raise BadInput(f"{name} wants a number of steps; say how many it shall make (steps, --steps)")
    sigmas, precision = as_floats(_scheduled(function, name, model, steps + 1))
    return _given(model, sigmas, precision, f"{name}({type(model).__name__}, {steps + 1})")


def _scheduled(function: Callable[..., Any], name: str, model: Any, points: int) -> Any:
    with own_errors(name):
        parameters = inspect.signature(function).parameters
        if "sigma_min" in parameters:
            return function(points, sigma_min=float(model.sigma_min), sigma_max=float(model.sigma_max))
        return function(model, points)


def _given(model: Any, raw: FloatArray, precision: str, label: str, note: str | None = None) -> Given:
    table, _ = as_floats(model.sigmas)
    settings: dict[str, Any] = {"sigma_min": float(model.sigma_min), "sigma_max": float(model.sigma_max)}
    settings |= {key: getattr(model, key) for key in _SETTINGS if isinstance(getattr(model, key, None), int | float)}
    out = Given(
        raw,
        label,
        source=f"ComfyUI-style {type(model).__name__}",
        precision=precision,
        timesteps=_timesteps(model, raw[:-1] if len(raw) and raw[-1] == 0 else raw),
        trained=table,
        settings=settings,
        notes=(note,) if note else (),
    )
    if not _FLOW.intersection(base.__name__ for base in type(model).__mro__):
        return out
    scale = float(getattr(model, "noise_scale", 1.0))
    return replace(
        out,
        sigmas=sigma_of_flow(raw, scale),
        trained=sigma_of_flow(table, scale),
        settings={**settings, "flow": True},
        notes=(*out.notes, NOTE),
    )


def _timesteps(model: Any, raw: FloatArray) -> FloatArray:
    """What the network is told at each sigma; the model's own tensor type and precision are used for the question."""
    with own_errors(f"{type(model).__name__}.timestep"):
        asked = model.sigmas[:1].new_tensor(raw.copy()) if hasattr(model.sigmas, "new_tensor") else raw
        return as_floats(model.timestep(asked), "timestep")[0]


def _handler(function: Any) -> Any:
    """The function itself; ComfyUI's table of schedulers holds them with a flag."""
    return getattr(function, "handler", function)


def _is_model(thing: Any) -> bool:
    return not isinstance(thing, type) and (
        hasattr(thing, "get_model_object") or all(hasattr(thing, name) for name in _ATTRIBUTES)
    )


def _sampling(thing: Any) -> Any:
    return thing.get_model_object("model_sampling") if hasattr(thing, "get_model_object") else thing

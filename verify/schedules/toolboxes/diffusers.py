"""diffusers: schedulers after ``set_timesteps``, and pipelines that hold one.

Three kinds: those with ``sigmas`` of their own (Euler, Heun, DPM-Solver, EDM ...), those of flow matching, and
those that step on the table of ``alphas_cumprod`` by integer timesteps (DDIM, DDPM, LCM), sigma =
sqrt((1 - alpha_bar)/alpha_bar).
"""

from __future__ import annotations

import inspect
from importlib import metadata
from typing import Any

import numpy as np

from verify.language.errors import BadInput
from verify.schedules.given import FloatArray, Given
from verify.schedules.toolboxes.flow import NOTE, sigma_of_flow
from verify.schedules.toolboxes.numbers import as_floats
from verify.schedules.toolboxes.timestep_tables import TABLES, arrivals, trained_sigmas

_SIGMAS = {
    "CMStochasticIterativeScheduler",
    "CosineDPMSolverMultistepScheduler",
    "DEISMultistepScheduler",
    "DPMSolverMultistepScheduler",
    "DPMSolverSDEScheduler",
    "DPMSolverSinglestepScheduler",
    "EDMDPMSolverMultistepScheduler",
    "EDMEulerScheduler",
    "EulerAncestralDiscreteScheduler",
    "EulerDiscreteScheduler",
    "HeunDiscreteScheduler",
    "KDPM2AncestralDiscreteScheduler",
    "KDPM2DiscreteScheduler",
    "LMSDiscreteScheduler",
    "SASolverScheduler",
    "UniPCMultistepScheduler",
}
_FLOW = {"FlowMatchEulerDiscreteScheduler", "FlowMatchHeunDiscreteScheduler", "FlowMatchLCMScheduler"}
READ = _SIGMAS | _FLOW | TABLES.keys()
DOUBLED = "each sigma was listed twice, for the two stages of a second-order step; it counts once here"


def recognises(thing: Any) -> bool:
    """An object whose class, or a base of it, is of diffusers."""
    return not isinstance(thing, type) and any(b.__module__.split(".")[0] == "diffusers" for b in type(thing).__mro__)


def read(thing: Any, steps: int | None) -> Given:
    """The noise levels that the scheduler holds since ``set_timesteps``; ``steps`` is not set again.

    Raises:
        BadInput: ``set_timesteps`` was not called, or a class whose noise levels are not known here.
    """
    scheduler = getattr(thing, "scheduler", thing)
    name = type(scheduler).__name__
    names = {base.__name__ for base in type(scheduler).__mro__}
    if not names & READ:
        raise BadInput(f"diffusers {name} is not read, its noise levels follow rules of its own; give them as a list")
    _require_set(scheduler, name)
    config = dict(scheduler.config)
    shown = {key: value for key, value in config.items() if _plain(value) and not key.startswith("_")}
    timesteps, _ = as_floats(scheduler.timesteps, "timestep")
    common: dict[str, Any] = {
        "label": f"{name}({_asked(scheduler, shown)})",
        "source": f"diffusers {version()} {name}",
        "settings": {**shown, "num_inference_steps": _count(scheduler)},
        "notes": _late_start(scheduler),
    }
    if table := names & TABLES.keys():
        return _on_table(scheduler, table.pop(), timesteps, common)
    flow = bool(names & _FLOW) or bool(config.get("use_flow_sigmas"))
    return _on_sigmas(scheduler, config, timesteps, flow, common)


def version() -> str:
    """Of the package that is installed."""
    return metadata.version("diffusers")


def _on_sigmas(
    scheduler: Any, config: dict[str, Any], timesteps: FloatArray, flow: bool, common: dict[str, Any]
) -> Given:
    raw, precision = as_floats(scheduler.sigmas)
    if scheduler.order == 2:
        raw, timesteps = _undoubled(raw, (len(timesteps) + 1) // 2), timesteps[::2]
        common["notes"] += (DOUBLED,)
    common |= {"precision": precision, "timesteps": timesteps}
    if not flow:
        trained = trained_sigmas(scheduler.alphas_cumprod) if hasattr(scheduler, "alphas_cumprod") else None
        stepped = raw[: len(timesteps) + 1] if len(raw) > len(timesteps) + 1 else None  # one step a timestep, no more
        return Given(raw, stepped=stepped, trained=trained, **common)
    s = 1 - raw if config.get("invert_sigmas") else raw
    common["notes"] += (NOTE,)
    common["settings"] |= {"flow": True}
    common["settings"] |= {
        k: v for k in ("shift", "sigma_min", "sigma_max") if (v := _number(scheduler, k)) is not None
    }
    return Given(sigma_of_flow(s), **common)


def _on_table(scheduler: Any, rule: str, timesteps: FloatArray, common: dict[str, Any]) -> Given:
    """sigma of every timestep and of the end, and where the steps arrive in between if that is elsewhere."""
    trained = trained_sigmas(scheduler.alphas_cumprod)
    at = timesteps.astype(np.int64)
    if at.max() >= len(trained):
        raise BadInput(
            f"{rule}: timestep {at.max()} is beyond the table of {len(trained)}; lower steps_offset or steps"
        )
    asked = trained[at]
    reached = arrivals(scheduler, rule, at, trained)
    sigmas, stepped = np.append(asked, reached[-1]), np.append(asked[0], reached)
    return Given(
        sigmas,
        precision=as_floats(scheduler.alphas_cumprod)[1],
        timesteps=timesteps,
        stepped=None if np.array_equal(sigmas, stepped) else stepped,
        trained=trained,
        **common,
    )


def _undoubled(raw: FloatArray, count: int) -> FloatArray:
    """s_0, s_1, s_1, s_2, s_2, ..., end without the repetitions: ``count`` sigmas and the end, shape (count + 1,)."""
    pairs = raw[1 : 2 * count - 1]
    if not np.array_equal(pairs[::2], pairs[1::2]):
        raise BadInput("the sigmas of a second-order scheduler do not come in pairs; give the noise levels as a list")
    return np.append(raw[:1], raw[1::2])[: count + 1]


def _require_set(scheduler: Any, name: str) -> None:
    if getattr(scheduler, "num_inference_steps", None) is not None:
        return
    trained = scheduler.config.get("num_train_timesteps")  # custom timesteps and sigmas leave the number of steps unset
    if trained is None or len(scheduler.timesteps) >= trained:
        raise BadInput(f"{name} has no inference steps yet; call its set_timesteps(num_inference_steps) first")


def _late_start(scheduler: Any) -> tuple[str, ...]:
    start = getattr(scheduler, "begin_index", None)
    return (f"it begins at entry {start}, as for image to image: those before it are not stepped on",) if start else ()


def _count(scheduler: Any) -> int:
    return int(getattr(scheduler, "num_inference_steps", None) or len(scheduler.timesteps))


def _asked(scheduler: Any, shown: dict[str, Any]) -> str:
    """The steps, and what was configured otherwise than by default."""
    defaults = inspect.signature(type(scheduler).__init__).parameters
    own = {k: v for k, v in shown.items() if k in defaults and v != defaults[k].default}
    return ", ".join([f"{_count(scheduler)} steps", *(f"{key}={value}" for key, value in own.items())])


def _number(scheduler: Any, name: str) -> float | None:
    """An attribute of its own; diffusers warns of those that are only in ``config``."""
    own = name in vars(scheduler) or hasattr(type(scheduler), name)
    value = getattr(scheduler, name) if own else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _plain(value: Any) -> bool:
    return isinstance(value, bool | int | float | str)

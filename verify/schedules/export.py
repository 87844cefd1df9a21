"""A noise grid as code for the toolboxes that sample with it: files that run as they are."""

from __future__ import annotations

import textwrap

from numpy.typing import ArrayLike

from theory.grids import Grid, from_sigmas
from verify.language.errors import BadInput, did_you_mean

_WIDTH = 100

_DIFFUSERS = '''"""Noise levels for diffusers, {steps} steps and the last one to 0, from scoreproof.

    scheduler = EulerAncestralDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.scheduler = use_sigmas(scheduler)
    image = pipe(prompt, num_inference_steps={points}).images[0]

sigma is sigma/alpha, as in the schedulers named Euler, EulerAncestral and EDMEuler.
"""

import numpy as np
import torch

SIGMAS = [
{sigmas}
]


def use_sigmas(scheduler):
    """Make ``scheduler`` step on SIGMAS, then on 0, whatever ``num_inference_steps`` it is asked for; returns it."""
    name = type(scheduler).__name__
    if name not in ("EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler", "EDMEulerScheduler"):
        raise TypeError(f"{{name}} steps by rules of its own; use Euler, EulerAncestral or EDMEuler")
    given = scheduler.set_timesteps

    def set_timesteps(num_inference_steps=None, device=None, **unused):
        if hasattr(scheduler, "precondition_noise"):  # EDM calls the network with ln(sigma)/4
            given(len(SIGMAS), device=device)
            timesteps = scheduler.precondition_noise(torch.tensor(SIGMAS))
        else:  # between the timesteps of the training, as far as its table goes
            table = np.sqrt((1 - scheduler.alphas_cumprod.numpy()) / scheduler.alphas_cumprod.numpy())
            if SIGMAS[0] > table[-1] * (1 + 1e-4) or SIGMAS[-1] < table[0] * (1 - 1e-4):
                raise ValueError(f"the model was trained on sigma from {{table[0]:g}} to {{table[-1]:g}} only")
            if name == "EulerDiscreteScheduler":
                given(sigmas=[*SIGMAS, 0.0], device=device)
                return
            given(len(SIGMAS), device=device)
            timesteps = np.interp(np.log(SIGMAS), np.log(table), np.arange(len(table)))
        scheduler.sigmas = torch.tensor([*SIGMAS, 0.0], dtype=torch.float32)
        scheduler.timesteps = torch.as_tensor(timesteps, dtype=torch.float32, device=device)
        scheduler.num_inference_steps = len(SIGMAS)

    scheduler.set_timesteps = set_timesteps
    return scheduler
'''

_K_DIFFUSION = '''"""Noise levels for k-diffusion, {steps} steps and the last one to 0, from scoreproof.

    sigmas = get_sigmas(device=device)
    x = torch.randn(shape, device=device) * sigmas[0]
    samples = k_diffusion.sampling.sample_euler_ancestral(model, x, sigmas)
"""

import torch

SIGMAS = [
{sigmas}
]


def get_sigmas(*, device="cpu", dtype=torch.float32):
    """SIGMAS with the 0 that k-diffusion appends, shape ({length},)."""
    return torch.tensor([*SIGMAS, 0.0], device=device, dtype=dtype)
'''

_COMFYUI = '''"""Noise levels for ComfyUI, {steps} steps and the last one to 0, from scoreproof.

Save this file in ComfyUI/custom_nodes, restart, and connect the node "scoreproof sigmas" to the input ``sigmas`` of
SamplerCustom or SamplerCustomAdvanced.
"""

import torch

SIGMAS = [
{sigmas}
]


class ScoreproofSigmas:
    CATEGORY = "sampling/custom_sampling/schedulers"
    RETURN_TYPES = ("SIGMAS",)
    FUNCTION = "get_sigmas"

    @classmethod
    def INPUT_TYPES(cls):
        return {{"required": {{}}}}

    def get_sigmas(self):
        return (torch.tensor([*SIGMAS, 0.0], dtype=torch.float32),)


NODE_CLASS_MAPPINGS = {{"ScoreproofSigmas": ScoreproofSigmas}}
NODE_DISPLAY_NAME_MAPPINGS = {{"ScoreproofSigmas": "scoreproof sigmas"}}
'''

TOOLBOXES: dict[str, str] = {"diffusers": _DIFFUSERS, "k-diffusion": _K_DIFFUSION, "comfyui": _COMFYUI}


def exported(sigmas: ArrayLike | Grid, toolbox: str) -> str:
    """A Python file that makes ``toolbox`` sample on these noise levels and then step to 0.

    Args:
        sigmas: positive and decreasing, shape (n,); one last 0 is dropped, since the toolboxes append it.
        toolbox: diffusers, k-diffusion or comfyui.

    Raises:
        BadInput: no such toolbox.
        GridError: the sigmas are no grid.
    """
    if toolbox not in TOOLBOXES:
        raise BadInput(f"{toolbox!r} is no toolbox that is exported to; {did_you_mean(toolbox, TOOLBOXES)}")
    grid = sigmas if isinstance(sigmas, Grid) else from_sigmas(sigmas)
    listed = textwrap.fill(
        ", ".join(map(repr, grid.sigmas.tolist())) + ",", _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 4
    )
    return TOOLBOXES[toolbox].format(sigmas=listed, steps=grid.N, points=grid.n, length=grid.n + 1)

"""Training of the denoiser: Adam on the EDM loss, an average of the weights, and a checkpoint to go on from."""

from __future__ import annotations

import copy
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from .network import Denoiser


@dataclass(frozen=True)
class Settings:
    """What decides the result of a training run.

    Attributes:
        steps: gradient steps.
        batch: images a step.
        rate: Adam's largest step size; it falls to 0 along a half cosine.
        decay: weight decay.
        average: weight of the past in the running average of the network's weights, which is what is used.
        sigma_min, sigma_max: ln sigma is uniform between their logarithms.
        width, blocks: of the network.
        seed: of everything random.
    """

    steps: int = 6_000
    batch: int = 256
    rate: float = 1e-3
    decay: float = 0.05
    average: float = 0.999
    sigma_min: float = 0.05
    sigma_max: float = 40.0
    width: int = 256
    blocks: int = 3
    seed: int = 0


def train(
    images: torch.Tensor,
    settings: Settings,
    checkpoint: Path | None = None,
    every: int = 1000,
    told: Callable[[int, float], None] = lambda step, loss: None,
) -> Denoiser:
    """A trained denoiser of ``images``.

    Args:
        images: shape (n, d).
        checkpoint: a file that holds the state every ``every`` steps. Where it exists, training goes on from it, and
            ends in the same weights as a run that was not stopped.
        every: steps between two checkpoints and two reports.
        told: called with the step and the mean loss since the last report.

    Raises:
        ValueError: the checkpoint is of a run with other settings.
    """
    state = _State(images, settings)
    if checkpoint is not None and checkpoint.exists():
        state.load(checkpoint)
    losses: list[float] = []
    while state.step < settings.steps:
        losses.append(state.advance(images))
        if state.step % every == 0 or state.step == settings.steps:
            told(state.step, sum(losses) / len(losses))
            losses.clear()
            if checkpoint is not None:
                state.save(checkpoint)
    return state.average.eval().requires_grad_(False)


class _State:
    """All that a run is made of: weights, their average, Adam's moments, and the state of the random numbers."""

    def __init__(self, images: torch.Tensor, settings: Settings) -> None:
        self.settings, self.step = settings, 0
        self.random = torch.Generator().manual_seed(settings.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.model = Denoiser(images, settings.width, settings.blocks)
        self.average = copy.deepcopy(self.model)
        self.adam = torch.optim.AdamW(self.model.parameters(), settings.rate, weight_decay=settings.decay)

    def advance(self, images: torch.Tensor) -> float:
        """One gradient step; the loss before it."""
        s = self.settings
        for group in self.adam.param_groups:
            group["lr"] = s.rate * min(1.0, (self.step + 1) / 200) * (1 + math.cos(math.pi * self.step / s.steps)) / 2
        batch = images[torch.randint(len(images), (s.batch,), generator=self.random)]
        # one uniform number in each of ``batch`` equal cells: every step sees all noise levels
        part = (torch.arange(s.batch) + torch.rand(s.batch, generator=self.random)) / s.batch
        sigma = s.sigma_min * (s.sigma_max / s.sigma_min) ** part
        noise = torch.randn(batch.shape, generator=self.random)
        denoised = self.model(batch + sigma[:, None] * noise, sigma)
        _, out = self.model.scales(sigma)
        loss = ((denoised - batch) / out).square().mean()
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()
        self.step += 1
        past = min(s.average, self.step / (self.step + 10))
        with torch.no_grad():
            for mean, weight in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(weight, 1 - past)
        return float(loss.detach())

    def save(self, to: Path) -> None:
        """Written beside ``to`` and renamed: a run that is killed leaves the last whole checkpoint."""
        beside = to.with_suffix(".part")
        torch.save({"settings": asdict(self.settings), "step": self.step} | self._parts(), beside)
        os.replace(beside, to)

    def load(self, file: Path) -> None:
        kept = torch.load(file, weights_only=True)
        if kept["settings"] != asdict(self.settings):
            raise ValueError(f"{file} is of a run with other settings, {kept['settings']}: name another file")
        self.step = kept["step"]
        self.model.load_state_dict(kept["model"])
        self.average.load_state_dict(kept["average"])
        self.adam.load_state_dict(kept["adam"])
        self.random.set_state(kept["random"])

    def _parts(self) -> dict[str, Any]:
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "adam": self.adam.state_dict(),
            "random": self.random.get_state(),
        }

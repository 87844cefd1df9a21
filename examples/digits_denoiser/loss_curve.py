"""The validation loss of a denoiser at each noise level, with its standard error: all that ranking a grid needs."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch

from .network import Denoiser


@dataclass(frozen=True)
class Row:
    """E||D(X + sigma xi, sigma) - X||^2 at one noise level, and the standard error of that mean over the images."""

    sigma: float
    mse: float
    se: float


@torch.no_grad()
def measure_curve(
    model: Denoiser, images: torch.Tensor, sigmas: Iterable[float], draws: int = 64, seed: int = 1
) -> list[Row]:
    """The curve on ``images``, shape (n, d), each noised ``draws`` times a level.

    The draws of one image are averaged first: images are what a standard error has to count.
    """
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for sigma in sigmas:
        x = images.repeat_interleave(draws, dim=0)
        noisy = x + sigma * torch.randn(x.shape, generator=generator)
        error = (model(noisy, torch.full((len(x),), sigma)) - x).double().square().sum(dim=1)
        means = error.reshape(len(images), draws).mean(dim=1).numpy()
        rows.append(Row(float(sigma), float(means.mean()), float(means.std(ddof=1) / len(means) ** 0.5)))
    return rows


def write_curve(rows: Iterable[Row], to: Path) -> None:
    """``sigma,mse,se`` as CSV: the file that ``scoreproof schedule rank --loss-curve`` reads."""
    with to.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sigma", "mse", "se"])
        writer.writerows([f"{number:.8g}" for number in (row.sigma, row.mse, row.se)] for row in rows)

"""A denoiser with the preconditioning of EDM (Karras et al. 2022, arXiv 2206.00364, Table 1).

    D(x, sigma) = mean + c_skip (x - mean) + c_out F(c_in (x - mean), ln(sigma)/4)

c_skip = s^2/(sigma^2 + s^2), c_out = sigma s/sqrt(sigma^2 + s^2), c_in = 1/sqrt(sigma^2 + s^2), where s (sigma_data) is
the standard deviation of a pixel about the mean image. F is a multilayer perceptron.
"""

from __future__ import annotations

import torch
from torch import nn


class Denoiser(nn.Module):
    """D(x, sigma), called as k-diffusion calls its models.

    Args:
        images: training images, shape (n, d); the mean image and sigma_data are taken from them.
        width: units of each hidden layer.
        blocks: residual blocks of one hidden layer each.
    """

    mean: torch.Tensor
    sigma_data: torch.Tensor
    frequencies: torch.Tensor

    def __init__(self, images: torch.Tensor, width: int = 256, blocks: int = 3) -> None:
        super().__init__()
        d, features = images.shape[1], 32
        self.register_buffer("mean", images.mean(dim=0))
        self.register_buffer("sigma_data", (images - images.mean(dim=0)).square().mean().sqrt())
        self.register_buffer("frequencies", torch.logspace(-1, 1, features // 2) * torch.pi)
        self.first = nn.Linear(d + features, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, width)) for _ in range(blocks)
        )
        self.noise = nn.ModuleList(nn.Linear(features, width) for _ in range(blocks))
        self.last = nn.Linear(width, d)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """The denoised images, shape (B, d); ``sigma`` of shape (B,)."""
        skip, out = self.scales(sigma)
        level = sigma[:, None]
        centred = x - self.mean
        c_in = 1 / (level**2 + self.sigma_data**2).sqrt()
        return self.mean + skip * centred + out * self._perceptron(c_in * centred, level.log() / 4)

    def scales(self, sigma: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """c_skip and c_out, shape (B, 1)."""
        v, s2 = sigma[:, None] ** 2, self.sigma_data**2
        return s2 / (v + s2), (v * s2 / (v + s2)).sqrt()

    def _perceptron(self, x: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        angle = noise * self.frequencies
        wave = torch.cat([angle.sin(), angle.cos()], dim=1)
        h = self.first(torch.cat([x, wave], dim=1))
        for block, shift in zip(self.blocks, self.noise, strict=True):
            h = h + block(h + shift(wave))
        out: torch.Tensor = self.last(h)
        return out

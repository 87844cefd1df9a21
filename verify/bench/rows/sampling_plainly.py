"""Samples of a mixture by k-diffusion: ``sample_euler_ancestral`` with the mixture's denoiser written plainly."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from verify.bench.row import Unavailable

if TYPE_CHECKING:
    import torch

    Denoiser = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@cache
def k_diffusion_sampling() -> ModuleType:
    """``k_diffusion.sampling`` alone: the package's ``__init__`` wants what only its training code needs.

    While the module loads, an empty package stands in for that, and an empty torchvision where there is none.

    Raises:
        Unavailable: k-diffusion is not installed.
    """
    spec = importlib.util.find_spec("k_diffusion")
    if spec is None:
        raise Unavailable("k-diffusion is not installed: pip install --no-deps k-diffusion")
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
        for name in list(sys.modules):
            if name.split(".")[0] in ("k_diffusion", "torchvision"):
                del sys.modules[name]
        sys.modules.update({name: kept for name, kept in before.items() if name not in sys.modules})


def by_differences(weights: torch.Tensor, means: torch.Tensor, stds: torch.Tensor) -> Denoiser:
    """The posterior mean as its formula reads: the offset of every sample from every component, shape (B, K, d)."""

    def denoise(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        offset = x[:, None, :] - means
        var = stds**2 + sigma[0] ** 2
        logits = weights.log() - 0.5 * x.shape[1] * var.log() - offset.square().sum(dim=-1) / (2 * var)
        posterior_means = means + (stds**2 / var)[:, None] * offset
        return (logits.softmax(dim=-1)[..., None] * posterior_means).sum(dim=1)

    return denoise


def by_products(weights: torch.Tensor, means: torch.Tensor, stds: torch.Tensor) -> Denoiser:
    """The same by ``cdist`` and matrix products, with nothing larger than (B, K): what one writes who needs speed."""
    import torch

    def denoise(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        var = stds**2 + sigma[0] ** 2
        gain = stds**2 / var
        logits = weights.log() - 0.5 * x.shape[1] * var.log() - torch.cdist(x, means).square() / (2 * var)
        r = logits.softmax(dim=-1)
        return (r @ gain)[:, None] * x + r @ ((1 - gain)[:, None] * means)

    return denoise


def sample(denoise: Denoiser, sigmas: torch.Tensor, n: int, d: int, seed: int) -> torch.Tensor:
    """``n`` samples at the last sigma, from noise at the first, shape (n, d)."""
    import torch

    sampling = k_diffusion_sampling()
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)  # k-diffusion draws from the global generator
        x = sigmas[0] * torch.randn(n, d, dtype=sigmas.dtype, device=sigmas.device)
        drawn: torch.Tensor = sampling.sample_euler_ancestral(denoise, x, sigmas, disable=True)
        return drawn

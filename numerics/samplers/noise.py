"""The random numbers of a run, from one seed."""

from __future__ import annotations

import numpy as np
import torch


class Noise:
    """Standard normals, and a generator for draws of the data, on one device.

    Args:
        seed: 0 or larger.
        device: where the tensors are made. A CPU and a CUDA device draw different streams.

    Attributes:
        generator: of torch, on ``device``; its draws are independent of :meth:`normal`'s.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self.generator = torch.Generator(device=device).manual_seed(seed)
        self._device = device
        # twice as fast as float64 normals of torch, which are drawn on one core too
        self._on_cpu = np.random.default_rng(seed) if device.type == "cpu" else None

    def normal(self, n: int, d: int) -> torch.Tensor:
        """N(0, I) in float64, shape (n, d), each coordinate contiguous in memory."""
        if self._on_cpu is not None:
            return torch.from_numpy(self._on_cpu.standard_normal((d, n))).T
        return torch.randn(d, n, dtype=torch.float64, device=self._device, generator=self.generator).T

"""Many networks of one shape as batched tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from numerics.training.setup import Setup


@dataclass(frozen=True)
class Batch:
    """B training problems of one shape; P = n N samples each, sample i N + j of point i at level j. All float64.

    Attributes:
        setups: the problems.
        inputs: (B, P, d+1), x_i + sigma_j xi_ij with sigma_j appended.
        noises: (B, P, d).
        sigma: (B, P, 1), noise level of each sample.
        scale: (B, P, 1), sqrt(beta_j/n).
        first: (B, m, d+1), frozen W_0.
        trained: (layers, B, m, m), W_1 ... W_L at theta_0.
        last: (B, d, m), frozen W_{L+1}.
    """

    setups: tuple[Setup, ...]
    inputs: torch.Tensor
    noises: torch.Tensor
    sigma: torch.Tensor
    scale: torch.Tensor
    first: torch.Tensor
    trained: torch.Tensor
    last: torch.Tensor

    @classmethod
    def of(cls, setups: Sequence[Setup], device: str = "cpu") -> Batch:
        """The batch of these problems, everything random drawn on the CPU.

        Raises:
            ValueError: there is none, or their shapes differ.
        """
        if len({one.shape for one in setups}) != 1:
            raise ValueError(
                f"a batch has setups of one shape (n, N, d, m, layers), not {sorted({s.shape for s in setups})}"
            )
        one = setups[0]
        drawn = [setup.drawn() for setup in setups]
        points, sigmas, beta = (
            torch.tensor([getattr(setup, name) for setup in setups], dtype=torch.float64)
            for name in ("points", "sigmas", "beta")
        )
        noises = torch.stack([each["noises"] for each in drawn])
        sigma = sigmas.repeat(1, one.n)[..., None]
        noisy = points.repeat_interleave(one.N, dim=1) + sigma * noises
        parts = {
            "inputs": torch.cat([noisy, sigma], dim=-1),
            "noises": noises,
            "sigma": sigma,
            "scale": (beta.repeat(1, one.n)[..., None] / one.n).sqrt(),
            "first": torch.stack([each["first"] for each in drawn]),
            "trained": torch.stack([each["trained"] for each in drawn], dim=1),
            "last": torch.stack([each["last"] for each in drawn]),
        }
        return cls(tuple(setups), **{name: part.contiguous().to(device) for name, part in parts.items()})

    @property
    def size(self) -> int:
        return len(self.setups)

    @property
    def n(self) -> int:
        return self.setups[0].n

    @property
    def N(self) -> int:
        return self.setups[0].N

    @property
    def residuals(self) -> int:
        """n N d."""
        return self.n * self.N * self.setups[0].d

    @property
    def layers(self) -> int:
        return self.trained.shape[0]

    def directions(self, length: float) -> torch.Tensor:
        """A move of this length for each network, shape (layers, B, m, m)."""
        return torch.stack([one.direction(length) for one in self.setups], dim=1).to(self.trained)

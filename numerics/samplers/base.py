"""What a sampler is: one Gaussian step from noise level v to v' < v.

    Y' = mean(Y; v, v') + sqrt(noise_variance(v, v')) Z,     Z ~ N(0, I_d)

Every method writes its step once, in operations that torch tensors, enclosures and Arb balls all have. The
same lines therefore draw samples and, applied to an :class:`~numerics.samplers.affine.AffineModel`, give the
exact affine action of the step on Gaussian data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

import torch

from numerics.samplers.affine import AffineForm, AffineModel, AffineStep


class Model(Protocol):
    """A score model: a target itself, or a target with a score error."""

    @property
    def d(self) -> int: ...

    def score(self, x: Any, v: Any) -> Any:
        """s_theta(v, x), shaped as ``x``."""

    def denoiser(self, x: Any, v: Any) -> Any:
        """D_theta(v, x) = x + v s_theta(v, x), shaped as ``x``."""


class Sampler(ABC):
    """A sampling method.

    Attributes:
        name: its name in the registry, with the parameters it was given.
        stochastic: whether a step adds noise (a sampler that adds none has no path-space KL).
    """

    name: str
    stochastic: bool = True

    @abstractmethod
    def mean(self, model: Any, y: Any, v: Any, v_next: Any) -> Any:
        """E[Y' | Y = y], shaped as ``y``; ``y`` a tensor (B, d) or an :class:`AffineForm`, v > v_next > 0."""

    def noise_variance(self, v: Any, v_next: Any) -> Any:
        """Variance per coordinate of the noise that the step adds (0 for a deterministic sampler)."""
        return 0.0 * v

    def step(
        self, model: Model, y: torch.Tensor, v: float, v_next: float, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        """One step for a batch ``y`` of shape (B, d) with ``noise`` ~ N(0, I) of the same shape."""
        out = self.mean(model, y, v, v_next)
        if noise is not None and self.stochastic:
            out = torch.add(out, noise, alpha=float(self.noise_variance(v, v_next)) ** 0.5)
        return out

    def affine(self, model: AffineModel, v: Any, v_next: Any) -> AffineStep:
        """The step on a model whose score is affine: Y' = slope Y + offset + sqrt(variance) Z."""
        form = self.mean(model, AffineForm.identity(v), v, v_next)
        return AffineStep(form.slope, form.offset, self.noise_variance(v, v_next))

    def __repr__(self) -> str:
        return self.name

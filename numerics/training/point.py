"""A point theta of a batch of networks: loss, gradient, kernel and their rounding errors there."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch

from numerics.enclosures import EPS
from numerics.training.automatic import slope_along
from numerics.training.batch import Batch
from numerics.training.kernel import eigenvalues, gram
from numerics.training.network import Pass, forward, gradient
from numerics.training.rounding import Rounding, gamma, rounding

AT_A_POINT = ("lambda_min", "lambda_max", "trace_K", "uKu", "slope", "slope_auto")


class Point:
    """A point theta of a batch, and what is computed there."""

    def __init__(self, batch: Batch, W: torch.Tensor):
        self.batch, self.W = batch, W

    @cached_property
    def seen(self) -> Pass:
        return forward(self.batch, self.W)

    @cached_property
    def errors(self) -> Rounding:
        return rounding(self.batch, self.W, self.seen)

    @cached_property
    def gradient(self) -> torch.Tensor:
        return gradient(self.batch, self.W, self.seen)

    @cached_property
    def gradient_norm(self) -> torch.Tensor:
        return torch.linalg.vector_norm(self.gradient, dim=(0, 2, 3))

    @cached_property
    def spectrum(self) -> torch.Tensor:
        """Eigenvalues of K, ascending, (B, n N d)."""
        return eigenvalues(gram(self.batch, self.W, self.seen))

    @cached_property
    def components(self) -> torch.Tensor:
        """(q_i . u)^2, (B, n N d)."""
        vectors = torch.linalg.eigh(gram(self.batch, self.W, self.seen))[1]
        return (vectors.mT @ self.seen.u.flatten(1)[..., None])[..., 0].square()

    @cached_property
    def kernel_error(self) -> torch.Tensor:
        return self.errors.kernel(self.spectrum[:, -1])

    def step_error(self, h: torch.Tensor) -> torch.Tensor:
        """What rounding in a step from here adds to the next loss."""
        theta = torch.linalg.vector_norm(self.W, dim=(0, 2, 3)) + h * self.gradient_norm
        return self.gradient_norm * (2 * EPS * theta + h * torch.nan_to_num(self.errors.gradient, posinf=0.0))

    def number(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        value, radius = getattr(self, name)()
        return as_array(value), as_array(radius)

    def grad2(self) -> tuple[torch.Tensor, torch.Tensor]:
        off = self.errors.gradient
        return self.gradient_norm.square(), 2 * self.gradient_norm * off + off.square()

    def layer2(self) -> tuple[torch.Tensor, torch.Tensor]:
        largest = torch.linalg.vector_norm(self.gradient, dim=(2, 3)).amax(dim=0)
        off = self.errors.gradient
        return largest.square(), 2 * largest * off + off.square()

    def lambda_min(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.spectrum[:, 0], self.kernel_error

    def lambda_max(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.spectrum[:, -1], self.kernel_error

    def trace_K(self) -> tuple[torch.Tensor, torch.Tensor]:
        K = gram(self.batch, self.W, self.seen)
        return K.diagonal(dim1=1, dim2=2).sum(dim=1), self.kernel_error * K.shape[-1]

    def uKu(self) -> tuple[torch.Tensor, torch.Tensor]:
        u = self.seen.u.flatten(1)[..., None]
        value = (u.mT @ gram(self.batch, self.W, self.seen) @ u)[:, 0, 0]
        size, off = torch.linalg.vector_norm(u, dim=(1, 2)), self.errors.u_norm()
        return value, self.kernel_error * size.square() + self.spectrum[:, -1] * (2 * size * off + off.square())

    def slope(self) -> tuple[torch.Tensor, torch.Tensor]:
        return (self.gradient * self._direction).sum(dim=(0, 2, 3)), self._slope_error

    def slope_auto(self) -> tuple[torch.Tensor, torch.Tensor]:
        return slope_along(self.batch, self.W, self._direction), self._slope_error

    @cached_property
    def _direction(self) -> torch.Tensor:
        return self.batch.directions(1.0)

    @cached_property
    def _slope_error(self) -> torch.Tensor:
        return self.errors.gradient + gamma(self._direction[:, 0].numel()) * self.gradient_norm


def as_array(x: torch.Tensor) -> np.ndarray:
    return np.asarray(x.detach().cpu().numpy())

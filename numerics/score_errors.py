"""Score errors whose energy is known, and the model they make of a target.

A learned score is s_theta(v, x) = grad log p_v(x) + error. The energy of the error at noise level v is

    eps2(v) = E||s_theta(v, X) - grad log p_v(X)||^2,   X ~ p_v,

so that E||D_theta - D*||^2 = v^2 eps2(v) for the denoiser D = x + v s; the denoising score-matching loss is
loss(v) = E||sqrt(v) s_theta(v, X_v) + xi||^2 with X_v = X_0 + sqrt(v) xi.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from flint import arb
from numpy.typing import ArrayLike

from numerics.enclosures import EPS, Enclosure
from numerics.mixture_quadrature import Array, MixtureLaw, each_level, refined
from numerics.targets import Gaussian
from numerics.targets.base import NotAvailable, Target


class ScoreError(ABC):
    """A perturbation of the score."""

    @property
    @abstractmethod
    def label(self) -> str:
        """Its name, with its parameters."""

    @abstractmethod
    def perturb(self, score: torch.Tensor, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """s_theta at ``x`` of shape (B, d) from the exact ``score`` there; ``v`` a number or shape (B,)."""

    @abstractmethod
    def energy(self, target: Target, v: ArrayLike) -> Enclosure:
        """eps2(v), shaped as ``v``."""

    def energy_ball(self, target: Target, v: arb) -> arb:
        """eps2(v) in ball arithmetic.

        Raises:
            NotAvailable: no proved enclosure is known.
        """
        raise NotAvailable(f"the energy of {self.label} has no proved enclosure")


@dataclass(frozen=True)
class LinearError(ScoreError):
    """s_theta = (1 + a) grad log p_v + b, the constant b added to every coordinate.

    eps2(v) = a^2 J(v) + d b^2; there is no cross term because E grad log p_v = 0.
    """

    a: float = 0.0
    b: float = 0.0

    @property
    def label(self) -> str:
        return f"linear_error(a={self.a:g}, b={self.b:g})"

    def perturb(self, score: torch.Tensor, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        return score * (1 + self.a) + self.b

    def energy(self, target: Target, v: ArrayLike) -> Enclosure:
        a, b = Enclosure.of(self.a), Enclosure.of(self.b)
        return a * a * target.measure("J", v) + b * b * target.d

    def energy_ball(self, target: Target, v: arb) -> arb:
        return arb(self.a) ** 2 * target.ball("J", v) + arb(self.b) ** 2 * target.d


@dataclass(frozen=True)
class FunctionError(ScoreError):
    """s_theta = grad log p_v + f(x, v) in one dimension.

    ``f`` takes a float64 tensor ``x`` of any shape and ``v``, a number or a tensor that broadcasts to it,
    and returns a tensor of the shape of ``x``. Its energy is an integral over p_v, with the difference of two
    resolutions as its error: ``f`` should be smooth on the scale of the target's components.
    """

    f: Callable[[torch.Tensor, float | torch.Tensor], torch.Tensor]
    label: str = "function_error"

    def perturb(self, score: torch.Tensor, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        level = v.reshape(-1, 1) if isinstance(v, torch.Tensor) and v.ndim else v
        return score + self.f(x, level)

    def energy(self, target: Target, v: ArrayLike) -> Enclosure:
        law = MixtureLaw.of(target)

        def at(level: float) -> Enclosure:
            def integral(width: float, reach: float) -> tuple[float, float]:
                x, w = law.nodes(level, width=width, reach=reach)
                error = self.f(torch.from_numpy(x), level).numpy()
                value = float(np.sum(w * np.exp(law.log_density(x, level)) * error**2))
                return value, value

            return refined(integral)

        return each_level(v, at)


class LearnedScore:
    """The model that a score error makes of a target: ``score``, ``denoiser`` and the error's exact energy.

    Attributes:
        target: the law of X_0.
        error: the score error.
        d: dimension.
    """

    def __init__(self, target: Target, error: ScoreError) -> None:
        self.target, self.error, self.d = target, error, target.d

    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """s_theta at ``x`` of shape (B, d); ``v`` a number or a tensor of shape (B,)."""
        return self.error.perturb(self.target.score(x, v), x, v)

    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """D_theta = x + v s_theta; shapes as ``score``."""
        level = v.reshape(-1, 1) if isinstance(v, torch.Tensor) and v.ndim else v
        return x + level * self.score(x, v)

    def eps2(self, v: ArrayLike) -> Enclosure:
        """E||s_theta - grad log p_v||^2, shaped as ``v``."""
        return self.error.energy(self.target, v)

    def eps2_ball(self, v: arb | float) -> arb:
        """``eps2`` at one level in ball arithmetic.

        Raises:
            NotAvailable: no proved enclosure is known for this target and error.
        """
        return self.error.energy_ball(self.target, arb(v))

    def denoiser_mse_excess(self, v: ArrayLike) -> Enclosure:
        """E||D_theta - D*||^2 = v^2 eps2(v), shaped as ``v``."""
        level = Enclosure.of(v)
        return level * level * self.eps2(v)

    def loss(self, v: ArrayLike) -> Enclosure:
        """E||sqrt(v) s_theta(v, X_v) + xi||^2 from the joint law of (X_v, xi), shaped as ``v``.

        Closed form for Gaussian data with a linear error, quadrature for other mixtures on the line; neither
        uses mmse or eps2, so that the identity loss = v eps2 + mmse/v can be tested against it.

        Raises:
            NotAvailable: the joint law is not known in closed form for this target and error.
        """
        if isinstance(self.target, Gaussian) and isinstance(self.error, LinearError):
            spectrum, level = Enclosure.of(self.target.eigenvalues), Enclosure.of(v).reshape(*np.shape(v), 1)
            a, b = Enclosure.of(self.error.a), Enclosure.of(self.error.b)
            return _linear_loss(spectrum, level, a, b).sum(axis=-1)
        law = MixtureLaw.of(self.target)
        return each_level(v, lambda level: self._mixture_loss(law, level))

    def loss_ball(self, v: arb | float) -> arb:
        """``loss`` at one level in ball arithmetic, for Gaussian data with a linear error.

        Raises:
            NotAvailable: any other target or error.
        """
        if not (isinstance(self.target, Gaussian) and isinstance(self.error, LinearError)):
            raise NotAvailable(f"the loss of {self!r} has no proved enclosure")
        a, b, level = arb(self.error.a), arb(self.error.b), arb(v)
        return sum((_linear_loss(arb(float(lam)), level, a, b) for lam in self.target.eigenvalues), arb(0))

    def _mixture_loss(self, law: MixtureLaw, v: float) -> Enclosure:
        def integral(width: float, reach: float) -> tuple[float, float]:
            x, w = law.nodes(v, width=width, reach=reach)
            noisy = v**0.5 * self.score(torch.from_numpy(x)[:, None], v).numpy()[:, 0]
            rounded = np.abs(noisy) + v**0.5 * law.score_terms(x, v)
            total = size = 0.0
            for weight, m, variance in zip(law.weights, law.means, law.variances, strict=True):
                square, before = _given_component(x, m, variance, v, noisy, rounded)
                total += weight * float(np.sum(w * square))
                size += weight * float(np.sum(w * before))
            return total, size

        return refined(integral)

    def __repr__(self) -> str:
        return f"{self.target.label} with {self.error.label}"


def _given_component(
    x: Array, m: float, variance: float, v: float, noisy: Array, rounded: Array
) -> tuple[Array, Array]:
    """Density of X_v times E[(sqrt(v) s_theta + xi)^2 | X_v = x], for X_0 ~ N(m, variance).

    ``noisy`` is sqrt(v) s_theta, ``rounded`` the size of the terms that it was summed from. The second array is the
    size of what was rounded on the way: sqrt(v) s_theta and the mean of xi may cancel altogether (an exact score of
    data at one point), and then their own rounding is all that is left.
    """
    total = variance + v
    density = np.exp(-0.5 * (x - m) ** 2 / total) / np.sqrt(2 * np.pi * total)
    # (X_v, xi) is Gaussian: xi | X_v = x has mean sqrt(v) (x - m)/total and variance 1 - v/total
    expected = v**0.5 * (x - m) / total
    left, parts = noisy + expected, rounded + np.abs(expected)
    square = density * (left**2 + variance / total)
    return square, square + density * parts * (np.abs(left) + EPS * parts)


def _linear_loss(eigenvalue: Any, v: Any, a: Any, b: Any) -> Any:
    """One eigendirection of E(sqrt(v) s_theta + xi)^2, X_v - m = sqrt(eigenvalue) z + sqrt(v) xi.

    The components of the constant b differ by eigenvector, but their squares add up to d b^2 in any basis.
    """
    pull = (a + 1) / (eigenvalue + v)
    noise = 1 - pull * v
    return noise * noise + pull * pull * v * eigenvalue + b * b * v

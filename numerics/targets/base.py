"""What every data distribution (target) can be asked.

A target is the law of X_0 in R^d. With the variance-exploding process X_v = X_0 + sqrt(v) xi it carries its
own exact scores, denoisers and information quantities, each with its error (see ``numerics.enclosures``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from numerics.enclosures import Enclosure


class NotAvailable(Exception):
    """The target cannot give this quantity (the message says which, and why)."""


class Target(ABC):
    """The law of X_0 in R^d.

    Attributes:
        d: dimension.
        label: text that names the target, in the syntax of the command line.
        mean: E X_0, shape (d,).
        m2: E||X_0||^2.
    """

    d: int
    label: str
    mean: np.ndarray
    m2: Enclosure

    @abstractmethod
    def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
        """``n`` draws of X_0, float64, shape (n, d), on the generator's device."""

    @abstractmethod
    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """grad log p_v at ``x`` of shape (B, d); ``v`` a number or a tensor of shape (B,)."""

    @abstractmethod
    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """E[X_0 | X_v = x], computed as a posterior mean (not from the score); shapes as ``score``."""

    @abstractmethod
    def measure(self, name: str, *args: ArrayLike) -> Enclosure:
        """A quantity of the vocabulary at float64 arguments (broadcast against each other).

        Names: ``J mmse H hess2 cov2 KLn`` and their derivatives ``J' mmse' H' KLn'`` of one argument v;
        ``score denoiser cov dscore cdf`` of (x, v) where d = 1; ``drift2`` of (v, u) and ``score_ahead
        denoiser_ahead`` of (x, v, u), u < v, where d = 1.

        Raises:
            NotAvailable: the target cannot give this quantity.
        """

    def at_error_rate(self, alpha: float, seed: int = 0) -> Target:
        """This target for a search whose random experiments may each be wrong with probability ``alpha``.

        Where quantities are sampled, each question of the copy (a quantity, at levels asked together) is one experiment
        at ``alpha``, and each level has draws of its own that follow from ``seed``: a search may then choose levels by
        what it saw before. A target that samples nothing returns itself.

        Args:
            alpha: strictly between 0 and 1.
            seed: of the draws; different seeds are independent.
        """
        return self

    def ball(self, name: str, *args: Any) -> Any:
        """The same as ``measure`` in ball arithmetic: python-flint ``arb`` in, proved ``arb`` out.

        Raises:
            NotAvailable: no proved enclosure is known for this quantity.
        """
        raise NotAvailable(f"{self.label} has no proved enclosure of {name}")

    def __repr__(self) -> str:
        return self.label

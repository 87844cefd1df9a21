"""The score sampler with a trained network as its score: its path KL, and what the network adds to it, both sampled.

The network s_theta(v_k, x) = S(theta; (x, sigma_k)) moves the sampler from v_k to v_{k+1}, Delta_k = v_k - v_{k+1}:

    x_{k+1} = x_k + Delta_k s_theta(v_k, x_k) + sqrt(Delta_k) Z,    x_0 ~ N(0, v_0 I).

**What the network adds**, from its denoising losses loss_k = E||sigma_k S + xi||^2 on fresh data,

    E_S = 1/2 sum_k (Delta_k/v_k) (loss_k - mmse(v_k)/v_k).

**The path KL** needs no loss, no mmse and no score of the data. The exact reverse process is the forward chain
x_N = X_0 + sqrt(v_N) z', x_k = x_{k+1} + sqrt(Delta_k) z_k, read backwards, so that its law at the grid points has the
density p_{v_N}(x_N) prod_k N(x_k; x_{k+1}, Delta_k I), and that of the sampler is the product of N(x_0; 0, v_0 I) and
N(x_{k+1}; x_k + Delta_k s_theta, Delta_k I). The logarithm of their quotient has the mean

    KL_path = -H(v_N) + (d/2) ln(2 pi v_0) + (m2 + d v_0)/(2 v_0)
              + sum_k (1/2 E||sqrt(Delta_k) s_theta(v_k, x_k) + z_k||^2 - d/2).

Each term of the sum looks at one step alone, and the pair (x_{k+1}, x_k) has the law of X_0 + sqrt(v_{k+1}) eta and the
same plus sqrt(Delta_k) z: the steps of a draw share X_0, z and eta, and the mean is that of the chain.

That KL_path = E_I + E_D + E_S is a claim (``full_error.budget``): the residuals have other noises, other weights and
other draws, and the sum of the terms that are known exactly differs as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from numerics.enclosures import Enclosure, Kind
from numerics.targets import Target
from numerics.training.fresh import DRAWS, experiment, mean_square
from numerics.training.importance import Residuals
from numerics.training.setup import Setup

FloatArray = NDArray[np.float64]
MeanSquare = Callable[[Setup, torch.Tensor, Residuals, Target, float, str, int], Enclosure]


@dataclass(frozen=True)
class TrainedSampler:
    """A network, the law of X_0, and the grid on which the score sampler uses the network.

    Attributes:
        setup: the network's frozen layers, and the levels sigma_k = sqrt(v_k), k < N, that it was trained on.
        W: W_1 ... W_L, (layers, m, m).
        target: the law of X_0.
        v: the grid, N + 1 levels, strictly decreasing; the last is where the sampler ends.
        draws: of each experiment.
        mean_square: how means of squares are bounded: ``numerics.training.fresh.mean_square`` is sharp in few
            dimensions, ``numerics.full_error.isoperimetry.mean_square`` in many.

    Raises:
        ValueError: the grid is not one, or is not that of the network.
    """

    setup: Setup
    W: torch.Tensor
    target: Target
    v: tuple[float, ...]
    draws: int = DRAWS
    mean_square: MeanSquare = mean_square

    def __post_init__(self) -> None:
        v = np.asarray(self.v)
        if len(v) < 2 or not (v[-1] > 0 and np.all(np.diff(v) < 0)):
            raise ValueError(f"v = {self.v}: give two or more levels > 0, each below the one before it")
        if len(self.setup.sigmas) != len(v) - 1 or not np.allclose(np.square(self.setup.sigmas), v[:-1], rtol=1e-12):
            raise ValueError(
                f"the network was trained at sigma = {self.setup.sigmas}, which are not the square roots of "
                f"v = {self.v[:-1]}: train it at the grid's levels but the last"
            )

    @property
    def widths(self) -> FloatArray:
        """Delta_k, shape (N,)."""
        return -np.diff(np.asarray(self.v))

    def losses(self, alpha: float, seed: int = 0) -> Enclosure:
        """loss_k at each level, shape (N+1,); NaN at the last, which is not trained on.

        Wrong anywhere with probability at most ``alpha``; errors as ``numerics.training.fresh.fresh_loss``.
        """
        names = [self._experiment(f"loss at level {k}", seed) for k in range(len(self.widths))]
        found = [
            self._mean_square(self._of_loss(np.full(1, 2.0), slice(k, k + 1)), alpha / len(names), name)
            for k, name in enumerate(names)
        ]
        value, radius = (np.array([float(getattr(one, part)) for one in found]) for part in ("value", "radius"))
        joined = Enclosure.of(np.append(value, np.nan), np.append(radius, np.inf), Kind.SAMPLED)
        return replace(joined, sources={name: alpha / len(names) for name in names})

    def score_error(self, alpha: float, seed: int = 0) -> Enclosure:
        """E_S, scalar; the sampling of the losses is wrong with probability at most ``alpha``.

        Raises:
            NotAvailable: as ``fresh_loss``, or the data have no mmse.
        """
        share = self.widths / np.asarray(self.v[:-1])
        whole = self._mean_square(self._of_loss(share), alpha, self._experiment("score error", seed))
        return whole - self.irreducible()

    def irreducible(self) -> Enclosure:
        """The part 1/2 sum (Delta_k/v_k^2) mmse(v_k) of the losses that no network removes."""
        level = Enclosure.of(np.asarray(self.v[:-1]))
        width = level - Enclosure.of(np.asarray(self.v[1:]))
        return 0.5 * (width * self.target.measure("mmse", np.asarray(self.v[:-1])) / (level * level)).sum()

    def path_kl(self, alpha: float, seed: int = 0) -> Enclosure:
        """KL_path, scalar; its sampling is wrong with probability at most ``alpha``.

        Raises:
            NotAvailable: as ``fresh_loss``, or the data have no entropy at v_N.
        """
        v, d, N = np.asarray(self.v), float(self.target.d), len(self.widths)
        residuals = Residuals(np.sqrt(v[:-1]), np.ones(N), np.sqrt(self.widths), np.sqrt(self.widths / v[:-1]))
        squares = self._mean_square(residuals, alpha, self._experiment("path KL", seed))
        first = Enclosure.of(v[0])
        start = 0.5 * d * (2 * np.pi * first).log() + (self.target.m2 + d * first) / (2 * first)
        return start - self.target.measure("H", float(v[-1])) + (squares - 0.5 * d * N)

    def _of_loss(self, beta: FloatArray, levels: slice = slice(None)) -> Residuals:
        sigmas = np.sqrt(np.asarray(self.v[:-1]))[levels]
        return Residuals(sigmas, beta, sigmas, np.ones_like(sigmas))

    def _mean_square(self, residuals: Residuals, alpha: float, name: str) -> Enclosure:
        return self.mean_square(self.setup, self.W, residuals, self.target, alpha, name, self.draws)

    def _experiment(self, kind: str, seed: int) -> str:
        return experiment(kind, self.setup, self.W, self.target, self.v, seed, self.draws)

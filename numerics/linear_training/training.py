"""Linear scores trained by gradient descent on centred Gaussian data, one matrix for each noise level.

At noise level v the score s(x) = W x is trained on the population denoising loss, with S = Cov(X_0) + v I,

    E||W X_v + xi/sqrt(v)||^2 = tr(W S W^T) + 2 tr W + d/v,    gradient 2 (W S + I),

by W <- W - eta 2 (W S + I). Nothing else is used here: neither the optimum -S^{-1} nor the powers of I - 2 eta S that
the closed forms have. (With the loss ||sqrt(v) W X_v + xi||^2, v times this one, eta would become eta v.)

The matrices are larger than the data. The data's directions are embedded in a space with two more, of variance 1/2 and
1/4 of their largest, and that space is turned by a reflection, so that no covariance is diagonal. The start W_0 is
neither symmetric nor does it commute with the covariance, but the scores of the data's directions look at these
directions alone, so that what is measured of them is the training of the data by themselves. (Wang, Pehlevan 2025 train
linear denoisers exactly.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from numerics.enclosures import EPS, Enclosure
from numerics.targets import Gaussian
from numerics.targets.base import NotAvailable, Target

FloatArray = NDArray[np.float64]

COMPANIONS = (0.5, 0.25)  # variances of the two further directions, relative to the data's largest


@dataclass(frozen=True)
class LinearTraining:
    """Gradient descent on the loss of each level of a grid, all from one start.

    Attributes:
        variances: of the data's directions, shape (d,), each >= 0.
        v: noise levels, shape (N+1,), each > 0.
        eta: step size > 0.
        w0: the start's eigenvalue on the data's directions (W_0 = w0 I but for what lies off the diagonal).
        steps: number of steps >= 0.

    Raises:
        ValueError: an argument is outside its domain.
    """

    variances: tuple[float, ...]
    v: tuple[float, ...]
    eta: float
    w0: float
    steps: int

    def __post_init__(self) -> None:
        if not self.variances or min(self.variances) < 0:
            raise ValueError(f"variances = {self.variances}: give one or more numbers >= 0")
        if not self.v or min(self.v) <= 0:
            raise ValueError(f"v = {self.v}: noise levels are positive")
        if not self.eta > 0:
            raise ValueError(f"eta = {self.eta}: a step size is positive")
        if self.steps < 0 or self.steps != int(self.steps):
            raise ValueError(f"steps = {self.steps}: give a whole number >= 0")

    @classmethod
    def of(cls, target: Target, v: tuple[float, ...], eta: float, w0: float, steps: int) -> LinearTraining:
        """The training for a data distribution.

        Raises:
            NotAvailable: the data are not Gaussian with mean 0.
        """
        if not isinstance(target, Gaussian) or np.any(target.mean):
            raise NotAvailable(f"linear scores are trained on Gaussian data of mean 0, not on {target.label}")
        return cls(tuple(float(lam) for lam in target.axis_variances), v, eta, w0, steps)

    @property
    def d(self) -> int:
        return len(self.variances)

    @property
    def spectrum(self) -> tuple[float, ...]:
        """Variances of all directions of the larger space, the data's first."""
        return *self.variances, *(share * max(self.variances) for share in COMPANIONS)

    @property
    def start(self) -> list[list[float]]:
        """W_0 in the basis of the directions: upper triangular for the data's, then rows that look everywhere."""
        size, aside = len(self.spectrum), 0.5 / (max(self.variances) + max(self.v))
        return [
            [self.w0 if i == j else aside if (j > i and j < self.d) or i >= self.d else 0.0 for j in range(size)]
            for i in range(size)
        ]

    # --- float64 ------------------------------------------------------------------------------------------

    @cached_property
    def matrices(self) -> Enclosure:
        """The trained W at each level, on the data's directions, in float64; shape (N+1, d, d)."""
        size, spectrum = len(self.spectrum), np.array(self.spectrum)
        turn = np.array(reflection(size), dtype=float)
        S = (turn * spectrum) @ turn.T + np.array(self.v)[:, None, None] * np.eye(size)
        W = np.broadcast_to(turn @ np.array(self.start) @ turn.T, S.shape)
        # rounding of one product of matrices of this size, and how a step carries on what came before it
        unit, largest = 8 * (size + 4) * EPS, spectrum.max() + np.array(self.v)
        rate = np.abs(1 - 2 * self.eta * (spectrum + np.array(self.v)[:, None])).max(axis=1)
        error = unit * _norm(W)
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(self.steps):
                rounding = unit * ((1 + 2 * self.eta * largest) * _norm(W) + 2 * self.eta * size)
                W, error = W - self.eta * gradient(W, S), rate * (1 + unit) * error + rounding
            error = error + unit * _norm(W)
        inside = (turn.T @ W @ turn)[:, : self.d, : self.d]
        return Enclosure.of(inside, np.broadcast_to(error[:, None, None], inside.shape))

    @cached_property
    def _total(self) -> Enclosure:
        """Variances of the noisy data's directions, shape (N+1, d)."""
        return Enclosure.of(np.array(self.variances)) + Enclosure.of(np.array(self.v)[:, None])

    def weight(self) -> Enclosure:
        """The trained score's slope along one-dimensional data, shape (N+1,).

        Raises:
            NotAvailable: the data have several dimensions.
        """
        self.need_line()
        return self.matrices[:, 0, 0]

    def score_error(self) -> Enclosure:
        """E||W X_v - grad log p_v(X_v)||^2, shape (N+1,)."""
        total = self._total
        miss = self.matrices + Enclosure.of(np.eye(self.d)) / total.reshape(-1, 1, self.d)
        return (miss * miss * total.reshape(-1, 1, self.d)).reshape(len(self.v), -1).sum(axis=1)

    def loss(self) -> Enclosure:
        """E||sqrt(v) W X_v + xi||^2, shape (N+1,)."""
        W, level = self.matrices, Enclosure.of(np.array(self.v))
        square = (W * W * self._total.reshape(-1, 1, self.d)).reshape(len(self.v), -1).sum(axis=1)
        trace = (W * Enclosure.of(np.eye(self.d))).reshape(len(self.v), -1).sum(axis=1)
        return level * square + 2.0 * level * trace + float(self.d)

    def path_kl(self) -> Enclosure:
        """KL between the paths of the exact reverse process and of the score sampler from N(0, v_0 I): a chain rule."""
        level, total = Enclosure.of(np.array(self.v)), self._total
        width, start = level[:-1] - level[1:], total[0] / level[0]
        ratio = total[1:] / total[:-1]  # variance of the exact step over that of the sampler's
        kl = (start - 1.0 - start.log()).sum() + (ratio - 1.0 - ratio.log()).reshape(-1).sum()
        return 0.5 * (kl + (width * self.score_error()[:-1]).sum())

    def output_variance(self) -> Enclosure:
        """Variance of the score sampler's output from N(0, v_0), one-dimensional data."""
        level, w = Enclosure.of(np.array(self.v)), self.weight()
        variance = level[0]
        for k in range(len(self.v) - 1):
            width = level[k] - level[k + 1]
            factor = 1.0 + width * w[k]
            variance = factor * factor * variance + width
        return variance

    def output_kl(self) -> Enclosure:
        """KL(p_{v_N} || output of the score sampler), one-dimensional data."""
        ratio = self._total[-1, 0] / self.output_variance()
        return 0.5 * (ratio - 1.0 - ratio.log())

    def need_line(self) -> None:
        if self.d != 1:
            raise NotAvailable(f"a single slope is trained on one-dimensional data, not in d = {self.d}")


def gradient(W: FloatArray, S: FloatArray) -> FloatArray:
    """Of tr(W S W^T) + 2 tr W, shape (..., D, D) as both arguments."""
    return 2 * (W @ S + np.eye(S.shape[-1]))


def reflection(size: int) -> list[list[fmpq]]:
    """I - 2 u u^T/(u^T u) for u = (2, ..., size + 1): orthogonal, rational, no entry 0."""
    u = range(2, size + 2)
    square = sum(x * x for x in u)
    return [[fmpq(int(i == j)) - fmpq(2 * x * y, square) for j, y in enumerate(u)] for i, x in enumerate(u)]


def _norm(W: FloatArray) -> FloatArray:
    return np.sqrt((W * W).sum(axis=(-2, -1)))

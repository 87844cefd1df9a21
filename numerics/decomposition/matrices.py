"""Linear scores of one noise level in float64, each as a matrix and a bound of its error in the Frobenius norm.

At variance v, with sigma = sqrt(v) and the n noisy points as rows of X = x + sigma Xi, the training loss of s(x) = W x
is 1/n ||sigma X W^T + Xi||_F^2. Written on W X_i + xi_i/sigma, as ``numerics.linear_training`` does, its gradient is

    2 (W G + B),    G = X^T X/n,    B = Xi^T X/(n sigma).

The minimiser of least norm is -B G^{-1}, or -Xi^T (X X^T)^{-1} X/sigma where there are fewer points than dimensions.
Its error is bounded by what it leaves of the normal equations, over their smallest eigenvalue.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from numerics.decomposition.sample import Sample
from numerics.enclosures import EPS, Enclosure

FloatArray = NDArray[np.float64]
Known = tuple[FloatArray, float]  # a matrix and how far it may be off in the Frobenius norm


@dataclass(frozen=True)
class LevelScores:
    """Matrices and losses at level k of a sample."""

    sample: Sample
    k: int

    @property
    def v(self) -> float:
        return self.sample.v[self.k]

    @cached_property
    def unit(self) -> float:
        """Rounding of one product of matrices of this size, relative to the product of their norms."""
        return 8 * (max(self.sample.n, self.sample.d) + 4) * EPS

    @cached_property
    def sigma(self) -> float:
        return float(np.sqrt(self.v))

    @cached_property
    def noise(self) -> FloatArray:
        return self.sample.noises[self.k]

    @cached_property
    def inputs(self) -> Known:
        """X, shape (n, d)."""
        x, noise = self.sample.points, self.noise
        return x + self.sigma * noise, 4 * EPS * (_norm(x) + self.sigma * _norm(noise))

    @cached_property
    def covariance(self) -> FloatArray:
        """Variances of X_v along the axes, shape (d,)."""
        return np.asarray(self.sample.variances) + self.v

    @cached_property
    def gram(self) -> Known:
        """G, shape (d, d)."""
        X, error = self.inputs
        size = _norm(X)
        return X.T @ X / self.sample.n, (self.unit * size**2 + 2 * size * error + error**2) / self.sample.n

    @cached_property
    def slope(self) -> Known:
        """B, shape (d, d)."""
        X, error = self.inputs
        size = _norm(self.noise) / (self.sample.n * self.sigma)
        return self.noise.T @ X / (self.sample.n * self.sigma), size * (self.unit * _norm(X) + error)

    @cached_property
    def trained(self) -> Known:
        """What the sample's steps of gradient descent make of the start."""
        (G, dG), (B, dB) = self.gram, self.slope
        eta, W, error = self.sample.eta, self.sample.start, 0.0
        kept = float(np.abs(1 - 2 * eta * np.linalg.eigvalsh(G)).max()) + 2 * eta * dG
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(self.sample.steps):
                size = _norm(W)
                moved = (1 + 2 * eta * _norm(G)) * size + 2 * eta * _norm(B)
                error = (kept + self.unit * (1 + 2 * eta * _norm(G))) * error
                error += 2 * eta * (size * dG + dB) + self.unit * moved
                W = W - 2 * eta * (W @ G + B)
        return W, error

    @cached_property
    def minimiser(self) -> Known:
        """The minimiser of the training loss of least norm; infinitely wrong where float64 cannot tell."""
        return self._many_points() if self.sample.n >= self.sample.d else self._few_points()

    def _many_points(self) -> Known:
        (X, _), (G, dG), (B, dB) = self.inputs, self.gram, self.slope
        W = np.asarray(np.linalg.lstsq(X, -self.noise / self.sigma, rcond=None)[0].T, dtype=np.float64)
        left = W @ G + B
        spoilt = _norm(left) + _norm(W) * dG + dB + self.unit * (_norm(W) * _norm(G) + _norm(B))
        return W, _over(spoilt, _least(G, dG + self.unit * _norm(G)))

    def _few_points(self) -> Known:
        X, error = self.inputs
        size, noise = _norm(X), self.noise / self.sigma
        K, dK = X @ X.T, self.unit * size**2 + 2 * size * error + error**2
        least = _least(K, dK + self.unit * _norm(K))
        if least <= 0:
            return np.zeros((X.shape[1], X.shape[1])), float("inf")
        Z = np.asarray(np.linalg.solve(K, -noise), dtype=np.float64)
        spoilt = _norm(K @ Z + noise) + _norm(Z) * dK + self.unit * (_norm(K) * _norm(Z) + _norm(noise))
        return Z.T @ X, spoilt / least * (size + error) + _norm(Z) * (error + self.unit * size)

    @cached_property
    def best(self) -> Known:
        """The minimiser of the population loss, -(C + v I)^{-1}."""
        inverse = -1 / self.covariance
        return np.diag(inverse), 4 * EPS * float(np.linalg.norm(inverse))

    def training_loss(self, known: Known) -> Enclosure:
        """1/n sum_i ||sigma W X_i + xi_i||^2."""
        (W, error), (X, dX) = known, self.inputs
        left, size = self.sigma * X @ W.T + self.noise, _norm(X)
        off = self.sigma * ((size + dX) * error + _norm(W) * (dX + self.unit * size)) + self.unit * _norm(self.noise)
        value = float(np.square(left).sum())
        return Enclosure.of(value, 2 * _norm(left) * off + off**2 + self.unit * value) / float(self.sample.n)

    def population_loss(self, known: Known) -> Enclosure:
        """E||sigma W X_v + xi||^2."""
        W, error = known
        S, d = self.covariance, self.sample.d
        square, trace = float((W * W * S).sum()), float(np.trace(W))
        slope = 2 * _norm(W * S + np.eye(d)) * error + float(S.max()) * error**2
        rounding = self.unit * (square + 2 * d * float(np.abs(W).max()) + d)
        return Enclosure.of(self.v * (square + 2 * trace) + d, self.v * (slope + rounding) + self.unit * d)

    def score_error(self, known: Known) -> Enclosure:
        """E||W X_v - grad log p_v(X_v)||^2."""
        W, error = known
        S = self.covariance
        miss = W + np.diag(1 / S)
        error = error + 4 * EPS * (_norm(W) + _norm(1 / S))
        value = float((miss * miss * S).sum())
        return Enclosure.of(value, 2 * _norm(miss * S) * error + float(S.max()) * error**2 + self.unit * value)


def _norm(matrix: FloatArray) -> float:
    return float(np.sqrt((matrix * matrix).sum()))


def _least(matrix: FloatArray, error: float) -> float:
    """A lower bound of the smallest eigenvalue of a matrix that is off by at most ``error``."""
    return float(np.linalg.eigvalsh(matrix)[0]) - error


def _over(amount: float, least: float) -> float:
    return amount / least if least > 0 else float("inf")

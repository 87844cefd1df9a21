"""The law of a sampler's output by dense transition matrices, as one writes it in NumPy.

Each noise level has an even axis that resolves the noise on both sides of it; a step is the matrix of all transition
densities from one axis to the next, a million numbers at a time, times the density and the trapezoid rule's weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BATCH = 1 << 20


@dataclass(frozen=True)
class Mixture:
    """sum_j weights[j] N(means[j], stds[j]^2) on the line."""

    weights: Array
    means: Array
    stds: Array

    def denoised(self, x: Array, v: float) -> Array:
        """E[X_0 | X_v = x]."""
        total = self.stds**2 + v
        offset = x[:, None] - self.means
        exponent = -0.5 * offset**2 / total
        shares = self.weights / np.sqrt(total) * np.exp(exponent - exponent.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return (shares * (self.means + offset * self.stds**2 / total)).sum(axis=1)


@dataclass(frozen=True)
class Steps:
    """The steps of the denoiser sampler between the levels v, shape (N+1,), and an axis for each level.

    Attributes:
        mixture: the data.
        v: variances, falling.
        axes: N + 1 even axes.
        noise: standard deviation of the noise of each step, shape (N,).
    """

    mixture: Mixture
    v: Array
    axes: list[Array]
    noise: Array

    @classmethod
    def of(cls, mixture: Mixture, v: Array, resolution: float, reach: float) -> Steps:
        """Axes with ``resolution`` points per length of variation, over ``reach`` standard deviations."""
        noise = np.sqrt(v[1:] * (v[:-1] - v[1:]) / v[:-1])
        axes = []
        for k, level in enumerate(v):
            edge = reach * np.sqrt(level + (mixture.stds**2 if k else 0 * mixture.stds))
            low, high = np.min((mixture.means if k else 0) - edge), np.max((mixture.means if k else 0) + edge)
            before = noise[k - 1] if k else np.sqrt(level)
            varies = before
            if k < len(noise):
                probe = np.linspace(low, high, 2001)
                slope = np.gradient(_mean(mixture, probe, level, v[k + 1]), probe).max()
                varies = 1 / np.hypot(1 / before, slope / noise[k])
            axes.append(np.linspace(low, high, int(np.ceil((high - low) * resolution / varies)) + 1))
        return cls(mixture, v, axes, noise)

    def density(self) -> Array:
        """Of the law after all steps from N(0, v_0), on the last axis."""
        q = np.exp(-0.5 * self.axes[0] ** 2 / self.v[0]) / np.sqrt(2 * np.pi * self.v[0])
        for k in range(len(self.noise)):
            x, ahead, tau = self.axes[k], self.axes[k + 1], self.noise[k]
            mean = _mean(self.mixture, x, self.v[k], self.v[k + 1])
            weight = q * (x[1] - x[0]) / (tau * np.sqrt(2 * np.pi))
            rows = max(1, BATCH // x.size)
            parts = [ahead[i : i + rows, None] for i in range(0, ahead.size, rows)]
            q = np.concatenate([np.exp(-0.5 * ((part - mean) / tau) ** 2) @ weight for part in parts])
        return q


def _mean(mixture: Mixture, x: Array, v: float, v_next: float) -> Array:
    return np.asarray(x * (v_next / v) + mixture.denoised(x, v) * (1 - v_next / v))

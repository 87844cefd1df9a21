"""One-dimensional Gaussian mixtures as plain arrays, for float64 and for ball arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from flint import arb
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Components:
    """sum_i w_i N(means[i], variances[i]) with w = given / sum(given), every weight positive.

    Attributes:
        given, means: float64 parameters as they were typed, shape (K,).
        variances: shape (K,); exact if ``stds`` is None, else stds**2 rounded to float64.
        stds: standard deviations, where these are the parameters.
    """

    given: FloatArray
    means: FloatArray
    variances: FloatArray
    stds: FloatArray | None = None

    @classmethod
    def on_line(
        cls, weights: FloatArray, means: FloatArray, variances: FloatArray, stds: FloatArray | None
    ) -> Components:
        """These components without those of weight 0."""
        keep = weights > 0
        return cls(weights[keep], means[keep], variances[keep], None if stds is None else stds[keep])

    @property
    def weights(self) -> FloatArray:
        return np.asarray(self.given / self.given.sum())

    def centred(self) -> tuple[Components, float]:
        """The mixture moved to mean (about) 0, and by how much: clusters far from 0 keep their digits."""
        centre = float(self.weights @ self.means)
        return replace(self, means=self.means - centre), centre

    def balls(self) -> tuple[list[arb], list[arb], list[arb]]:
        """Weights, means and variances of the law itself, at the current precision of python-flint."""
        given = [arb(float(w)) for w in self.given]
        total = sum(given, arb(0))
        if self.stds is None:
            variances = [arb(float(c)) for c in self.variances]
        else:
            variances = [arb(float(s)) ** 2 for s in self.stds]
        return [w / total for w in given], [arb(float(m)) for m in self.means], variances

    def __len__(self) -> int:
        return len(self.given)

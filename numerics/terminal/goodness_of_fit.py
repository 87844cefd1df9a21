"""Do samples follow a propagated density? Pearson's chi-square test on bins of equal probability.

Under the stated law the statistic sum_b (count_b - n/B)^2 / (n/B) is asymptotically chi-square with B - 1
degrees of freedom; under another law it is non-central, with n sum_b (q_b - 1/B)^2 B. So both error rates are
stated: the test rejects the true law with probability ``alpha``, and ``power`` is the chance that it rejects
a given other law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, ncx2

from numerics.mixture_quadrature import Array
from numerics.terminal.output import OutputDensity


@dataclass(frozen=True)
class ChiSquareTest:
    """Test of the hypothesis that samples come from ``law``.

    Attributes:
        law: the density under test.
        bins: number of bins B of equal probability; each should expect some hundred samples.
        alpha: probability of rejecting the true law.
    """

    law: OutputDensity
    bins: int = 40
    alpha: float = 1e-6

    @property
    def threshold(self) -> float:
        """The statistic above which the law is rejected."""
        return float(chi2.isf(self.alpha, self.bins - 1))

    @property
    def edges(self) -> Array:
        """Inner ends of the bins, shape (B - 1,)."""
        cdf = self.law.cdf(self.law.nodes)
        increasing = np.flatnonzero(np.diff(cdf, prepend=-1.0) > 0)
        ends = np.interp(np.arange(1, self.bins) / self.bins, cdf[increasing], self.law.nodes[increasing])
        return np.asarray(ends)

    def statistic(self, samples: ArrayLike) -> float:
        """Pearson's statistic of ``samples``, shape (n,)."""
        values = np.ravel(np.asarray(samples, dtype=np.float64))
        counts = np.bincount(np.searchsorted(self.edges, values), minlength=self.bins)
        expected = values.size * _probabilities(self.law, self.edges)
        return float(np.sum((counts - expected) ** 2 / expected))

    def rejects(self, samples: ArrayLike) -> bool:
        """Whether ``samples`` refute the law."""
        return self.statistic(samples) > self.threshold

    def power(self, alternative: OutputDensity, n: int) -> float:
        """Probability that ``n`` samples of ``alternative`` are rejected."""
        law, other = (_probabilities(density, self.edges) for density in (self.law, alternative))
        return float(ncx2.sf(self.threshold, self.bins - 1, n * np.sum((other - law) ** 2 / law)))


def _probabilities(law: OutputDensity, edges: Array) -> Array:
    return np.diff(law.cdf(edges), prepend=0.0, append=1.0)

"""Proved limits on mmse and posterior entropy of a uniform law on n points, at every noise level.

Notation: gamma = 1/v, r_ij distances, Q the standard normal tail, C the covariance of the points with
eigenvalues l_a, R a radius such that a ball of radius R holds all points, h(x) the entropy of the posterior
over the n indices, so that I(gamma) = I(X_0; X_v) = ln n - E h(X_v) and dI/dgamma = mmse/2 (I-MMSE).

Upper limits
    linear      mmse <= sum_a l_a v/(l_a + v)                     (the best linear estimate is no better)
    nearest     mmse <= (1/n) sum_{i != j} r_ij^2 Q(r_ij/(2 sqrt v))
                The nearest-point decision takes x_j for x_i only where x_j is nearer to X_v: chance Q(...).
    capacity    I <= (1/2) sum_a ln(1 + gamma l_a)                (a Gaussian maximises I for its covariance)
    nearest     E h <= E h(infinity) + (2/n) sum_{r_ij > 0} [(1 - t^2) Q(t) + t phi(t)],  t = r_ij/(2 sqrt v)
                by integrating the nearest limit: E h = E h(infinity) + int_gamma^inf mmse/2, and
                int r^2 Q(r sqrt(g)/2) dg/2 = 4 int_t^inf s Q(s) ds. E h(infinity) comes from repeated points.
Lower limits
    slope       mmse >= tr C exp(-gamma R^2):  dmmse/dgamma = -E||Cov||_F^2 >= -E (tr Cov)^2 >= -R^2 mmse,
                as a law on a ball of radius R has variance at most R^2 (the mean minimises the second
                moment). Hence I >= tr C (1 - exp(-gamma R^2))/(2 R^2).

Sums over pairs run over a histogram of r_ij^2, each bin evaluated at its unfavourable end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from numerics.enclosures import EPS

FloatArray = NDArray[np.float64]

# Above this many points the n^2 distances are not formed, and the nearest-point limits are left out.
MOST_POINTS = 20_000
_BINS = 16_384
_ROWS = 1024
# relative slack that covers the rounding of the limits themselves
_SLACK = 1e-9


class CloudLimits:
    """Limits for ``points`` (n, d); ``trace`` is tr C, ``radius2`` is R^2."""

    def __init__(self, points: FloatArray) -> None:
        self.n, self.d = points.shape
        centred = points - points.mean(axis=0)
        self.eigenvalues = np.linalg.svd(centred, compute_uv=False) ** 2 / self.n
        self.trace = float((centred**2).sum() / self.n)
        self.radius2 = enclosing_radius2(centred) * (1 + _SLACK)
        _, self._repeats = np.unique(points, axis=0, return_counts=True)
        self._low, self._high, self._pairs = _distance_histogram(centred, self._repeats)

    def mmse(self, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limits at levels ``v`` of any shape."""
        lower = self.trace * np.exp(-self.radius2 / v) * (1 - _SLACK)
        level = v[..., None]
        upper = (self.eigenvalues * level / (self.eigenvalues + level)).sum(axis=-1)
        if len(self._pairs):
            near = _tail(np.sqrt(self._low / level) / 2)
            upper = np.minimum(upper, 2 / self.n * (self._pairs * self._high * near).sum(axis=-1))
        return lower, upper * (1 + _SLACK)

    def information(self, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limits on I(X_0; X_v) in nats."""
        lower = -self.trace * np.expm1(-self.radius2 / v) / (2 * self.radius2) if self.radius2 else 0 * v
        level = v[..., None]
        upper = 0.5 * np.log1p(self.eigenvalues / level).sum(axis=-1)
        entropy = np.log(self.n) - float(self._repeats @ np.log(self._repeats)) / self.n
        if len(self._pairs):
            t = np.sqrt(self._low / level) / 2
            density = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
            # decreasing in t (its derivative is -2 t Q); the last term covers the rounding of the difference
            share = (1 - t**2) * _tail(t) + t * density + 8 * EPS * (t + 1) * density
            doubt = 4 * (self._pairs * share).sum(axis=-1) / self.n
            lower = np.maximum(lower, entropy - doubt * (1 + _SLACK))
        return lower * (1 - _SLACK), np.minimum(upper, entropy) * (1 + _SLACK)


def enclosing_radius2(points: FloatArray, steps: int = 300) -> float:
    """max |x - c|^2 for a centre c near that of the smallest enclosing ball.

    Any centre gives a valid radius; Badoiu & Clarkson's iteration (c moves by 1/(k + 1) towards the farthest
    point) comes within a factor 1 + 1/sqrt(steps) of the least.
    """
    centre = points.mean(axis=0)
    best = np.inf
    for k in range(1, steps + 1):
        distance2 = ((points - centre) ** 2).sum(axis=1)
        farthest = int(distance2.argmax())
        best = min(best, float(distance2[farthest]))
        centre = centre + (points[farthest] - centre) / (k + 1)
    return best


def _distance_histogram(points: FloatArray, repeats: NDArray[np.intp]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bins of squared distances: least, largest value and number of pairs i < j, without exact repeats."""
    n, d = points.shape
    norms = (points**2).sum(axis=1)
    largest = 4 * float(norms.max())
    if n < 2 or n > MOST_POINTS or largest == 0:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    # a squared distance is off by rounding of this size; the first bin holds what it might hide
    fuzz = max(1e-13, 4 * d * EPS) * largest
    edges = np.concatenate([[0.0], np.geomspace(4 * fuzz, largest * (1 + 1e-6), _BINS)])
    counts = np.zeros(len(edges) - 1)
    for start in range(0, n, _ROWS):
        rows = points[start : start + _ROWS]
        block = norms[start : start + _ROWS, None] + norms[None, start:] - 2 * rows @ points[start:].T
        distance2 = block[np.triu_indices(len(rows), 1, block.shape[1])]
        counts += np.histogram(np.clip(distance2, 0.0, largest), edges)[0]
    counts[0] -= float((repeats * (repeats - 1)).sum()) / 2
    used = counts > 0
    return np.maximum(edges[:-1] - fuzz, 0.0)[used], (edges[1:] + fuzz)[used], counts[used]


def _tail(t: FloatArray) -> FloatArray:
    """Q(t) = P(Z > t)."""
    return np.asarray(0.5 * erfc(t / np.sqrt(2)))

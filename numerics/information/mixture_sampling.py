"""Draws behind J, mmse and H of a Gaussian mixture in R^d.

With C_j the component covariances plus v I, r_j the responsibilities, q_j = C_j^{-1}(x - m_j) and the
component posterior means D_j and covariances K_j,

    mmse = sum_j w_j tr K_j + E Var_r(D)          (exact first part, since E r_j = w_j)
    H    = sum_j w_j H(N(m_j, C_j)) + H(w) - E H(r)    (mutual information of component and X_v)
    J    = E|sum_j r_j q_j|^2.

Proved limits cut the intervals: d^2/(tr Cov X_0 + d v) <= J <= sum w_j tr C_j^{-1} (Cramer-Rao; Fisher
information is convex) and sum_j w_j tr K_j <= mmse <= min(d v, tr Cov X_0).

H(r) lies in [0, ln K]. The other two are unbounded, but with X_v = m_i + C_i^{1/2} g they are at most P(|g|),

    J:         P = (rho/kappa)^2
    Var_r(D):  P = (v rho/kappa)^2, the second moment about x, or (Delta + shrink rho)^2, about one m_i

where rho(t) = sqrt(c_max) t + Delta bounds every |x - m_j|, Delta = max |m_i - m_j|, kappa = c_min and
shrink = s2_max/(s2_max + v). So they are cut to 0 where |g| > T, and E[P(|g|); |g| > T], a sum of chi
moments, is what the cut can have taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import gammaincc, gammaln

from numerics.enclosures import Enclosure
from numerics.information.monte_carlo import Draws, SampledMeans, level_seed
from numerics.information.tails import Polynomial

FloatArray = NDArray[np.float64]

NAMES = ("J", "mmse", "H")

# relative rounding error of a draw: float64 with generous room for d and K in the thousands
_ROUNDING = 1e-11


@dataclass
class MixtureSampling:
    """J, mmse and H of sum_j weights[j] N(means[j], basis[j] diag(spectra[j]) basis[j]^T) at any levels.

    Args:
        weights, means, spectra: shapes (K,), (K, d), (K, d); weights positive, sum 1.
        basis: eigenvectors (K, d, d), or None for isotropic components.
        label: names the target in the sources of the results.
        samples, seed, alpha: draws per level, their seed, error probability of a quantity per call.
        per_level: draws of its own for each level; else the same serve every level, so that curves are smooth.
    """

    weights: FloatArray
    means: FloatArray
    spectra: FloatArray
    basis: FloatArray | None
    label: str
    samples: int
    seed: int
    alpha: float
    per_level: bool = False
    _sampled: SampledMeans = field(init=False)

    def __post_init__(self) -> None:
        own = " a level" if self.per_level else ""
        experiment = f"{self.label}, {self.samples} draws{own}, seed {self.seed}"
        self._sampled = SampledMeans(self._draw, experiment, self.alpha)
        self._draw_noise(self.seed)
        gaps = self.means[:, None, :] - self.means[None, :, :]
        centre = self.weights @ self.means
        spread = ((self.means - centre) ** 2 + self.spectra).sum(axis=1)
        self._trace = float(self.weights @ spread)
        self._spread = float(np.sqrt((gaps**2).sum(axis=-1)).max())

    def measure(self, name: str, v: FloatArray) -> Enclosure:
        """``name`` in ``NAMES`` at levels ``v`` > 0 of any shape."""
        level = v[..., None, None]
        total = self.spectra + level
        d = self.means.shape[1]
        # slack for the rounding of the limits themselves
        up, down = 1 + 1e-12, 1 - 1e-12
        if name == "J":
            upper = (self.weights * (1 / total).sum(axis=-1)).sum(axis=-1)
            return self._sampled.measure("J", v, d**2 / (self._trace + d * v) * down, upper * up, 0.0)
        if name == "mmse":
            within = (self.weights * (self.spectra * level / total).sum(axis=-1)).sum(axis=-1)
            most = np.maximum(np.minimum(d * v, self._trace) - within, 0.0) + 1e-12 * within
            return Enclosure.rounded(within, 64) + self._sampled.measure("between", v, 0 * v, most, 0.0)
        most = float(np.log(len(self.weights)))
        entropies = 0.5 * (np.log(2 * np.pi * np.e * total)).sum(axis=-1)
        size = (self.weights * 0.5 * np.abs(np.log(2 * np.pi * np.e * total)).sum(axis=-1)).sum(axis=-1)
        fixed = (self.weights * entropies).sum(axis=-1) - (self.weights * np.log(self.weights)).sum()
        return Enclosure.of(fixed, 1e-14 * (size + 1)) - self._sampled.measure("entropy", v, 0 * v, 0 * v + most, 0.0)

    def _draw_noise(self, seed: int) -> None:
        """Components and standard normal noise of the draws, shapes (samples,) and (samples, d)."""
        generator = torch.Generator().manual_seed(seed)
        chances = torch.from_numpy(self.weights)
        self._component = torch.multinomial(chances, self.samples, replacement=True, generator=generator).numpy()
        size = (self.samples, self.means.shape[1])
        self._noise = torch.randn(size, dtype=torch.float64, generator=generator).numpy()

    def _draw(self, v: float) -> dict[str, Draws]:
        if self.per_level:
            self._draw_noise(level_seed(self.seed, v))
        total = self.spectra + v
        offsets = self._offsets(total)
        slopes = offsets / total
        logits = np.log(self.weights) - 0.5 * (offsets * slopes + np.log(total)).sum(axis=-1)
        share = np.exp(logits - logits.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        means = self.means + self._rotated(offsets * self.spectra / total)
        centre = np.einsum("nk,nkd->nd", share, means)
        between = np.einsum("nk,nkd->n", share, (means - centre[:, None, :]) ** 2)
        score = np.einsum("nk,nkd->nd", share, self._rotated(slopes))
        entropy = -(share * np.log(np.maximum(share, np.finfo(float).tiny))).sum(axis=1)

        distance = np.sqrt((self._noise**2).sum(axis=1))
        rho = Polynomial(self._spread, float(np.sqrt(total.max())))
        q = rho * (1 / total.min())
        top = float(self.spectra.max())
        centred = rho * (top / (top + v)) + self._spread
        return {
            "entropy": _bounded(entropy, float(np.log(max(len(self.weights), 2))), 0.0),
            "J": self._cut((score**2).sum(axis=1), distance, (q * q,)),
            "between": self._cut(between, distance, (q * v * (q * v), centred * centred)),
        }

    def _cut(self, values: FloatArray, distance: FloatArray, majorants: tuple[Polynomial, ...]) -> Draws:
        """``values`` set to 0 where |g| > T, by the majorant and T that give about the least interval."""
        d = self.means.shape[1]
        share = np.log(2 / self.alpha) / self.samples  # of the range, in the width of an interval
        choices = [(p, np.sqrt(d) + t) for p in majorants for t in np.arange(2.0, 12.0, 0.5)]
        p, cut = min(choices, key=lambda c: share * _value(c[0], c[1]) + _chi_tail(c[0], c[1], d))
        return _bounded(np.where(distance <= cut, values, 0.0), _value(p, cut), _chi_tail(p, cut, d))

    def _offsets(self, total: FloatArray) -> FloatArray:
        """U_j^T (x - m_j) for draws x of X_v, shape (n, K, d)."""
        i = self._component
        moved = self._noise * np.sqrt(total)[i]
        if self.basis is None:
            return (self.means[i] + moved)[:, None, :] - self.means
        x = self.means[i] + np.einsum("nde,ne->nd", self.basis[i], moved)
        return np.einsum("nkd,kde->nke", x[:, None, :] - self.means, self.basis)

    def _rotated(self, a: FloatArray) -> FloatArray:
        return a if self.basis is None else np.einsum("nke,kde->nkd", a, self.basis)


def _bounded(values: FloatArray, high: float, tail: float) -> Draws:
    return Draws(np.clip(values, 0.0, high), 0.0, high, rounding=_ROUNDING * high + tail)


def _value(p: Polynomial, t: float) -> float:
    return float(sum(c * t**k for k, c in enumerate(p.coefficients)))


def _chi_tail(p: Polynomial, cut: float, d: int) -> float:
    """E[p(|g|); |g| > cut] for a standard normal g in R^d, whose |g|^2 is chi-squared."""
    total = 0.0
    for k, c in enumerate(p.coefficients):
        moment = np.exp(0.5 * k * np.log(2) + gammaln((d + k) / 2) - gammaln(d / 2))
        total += c * moment * gammaincc((d + k) / 2, cut**2 / 2)
    return float(total)

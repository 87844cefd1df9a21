"""Score and denoiser of a Gaussian mixture sum_k w_k N(m_k, C_k) in noise, as averages over its components.

With C_k = U_k diag(s_k) U_k^T and the offset y_k = U_k^T (x - m_k), each component adds a linear function of y_k:

    grad log p_v(x) = -sum_k r_k U_k y_k / (s_k + v),    E[X_0 | X_v = x] = sum_k r_k (m_k + U_k y_k s_k / (s_k + v)),

with responsibilities r_k proportional to w_k exp(-|y_k / sqrt(s_k + v)|^2 / 2) / sqrt(prod(s_k + v)). Both are written
sum_k r_k (share m_k + U_k (gain_k y_k)).

Arrays have the shape (K, B), points along the last axis: a pass over one is a pass over long rows, and a batch is cut
so that the few that live at once stay in cache. Distances come from differences, not from |x|^2 - 2 x.m + |m|^2, which
loses the digits of |m|^2/v at low noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from numerics.targets.batches import in_chunks
from numerics.targets.parameters import FloatArray

Gain = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

_ARRAYS = 5  # of shape (K, B) that live at once


@dataclass(frozen=True)
class MixturePosterior:
    """Of the mixture with these components.

    Attributes:
        weights: shape (K,), their sum 1.
        means: shape (K, d).
        spectra: eigenvalues of the covariances, shape (K, d).
        basis: their eigenvectors as columns, shape (K, d, d); None where all are s I.
    """

    weights: FloatArray
    means: FloatArray
    spectra: FloatArray
    basis: FloatArray | None = None

    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """grad log p_v at ``x`` of shape (B, d); ``v`` a number or shape (B,)."""
        return self._average(x, v, lambda variance, level: -1 / (variance + level), 0.0)

    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """E[X_0 | X_v = x]; shapes as ``score``."""
        return self._average(x, v, lambda variance, level: variance / (variance + level), 1.0)

    def _average(self, x: torch.Tensor, v: float | torch.Tensor, gain: Gain, share: float) -> torch.Tensor:
        weights, means, spectra = (torch.from_numpy(a).to(x) for a in (self.weights, self.means, self.spectra))
        if self.basis is None:

            def average(x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
                return _spherical(x, level.reshape(1, -1), weights[:, None], means, spectra[:, :1], gain, share)

            arrays = _ARRAYS
        else:
            basis = torch.from_numpy(self.basis).to(x)

            def average(x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
                return _ellipsoidal(x, level.reshape(1, -1), weights[:, None], means, spectra, basis, gain, share)

            arrays = _ARRAYS + len(means[0])
        return in_chunks(average, x, v, arrays * x.element_size() * len(weights))


def _spherical(
    x: torch.Tensor,
    level: torch.Tensor,
    weights: torch.Tensor,
    means: torch.Tensor,
    variance: torch.Tensor,
    gain: Gain,
    share: float,
) -> torch.Tensor:
    """All coordinates have one gain: the average is linear in x."""
    d = x.shape[1]
    distance2 = (x[:, 0] - means[:, :1]).square_()
    for i in range(1, d):
        offset = x[:, i] - means[:, i : i + 1]
        distance2.addcmul_(offset, offset)
    total = variance + level
    r = _unnormalised(distance2.mul_(-0.5 / total).add_(weights.log() - 0.5 * d * total.log()))
    gains = gain(variance, level)
    if gains.shape[1] == 1:
        rows = torch.cat([gains, (share - gains) * means, torch.ones_like(gains)], dim=1)
        slope, offset, mass = (rows.T @ r).split([1, d, 1])
    else:
        slope, offset, mass = (r * gains).sum(0), means.T @ (r * (share - gains)), r.sum(0)
    return torch.addcmul(offset, slope, x.T).div_(mass).T


def _ellipsoidal(
    x: torch.Tensor,
    level: torch.Tensor,
    weights: torch.Tensor,
    means: torch.Tensor,
    spectra: torch.Tensor,
    basis: torch.Tensor,
    gain: Gain,
    share: float,
) -> torch.Tensor:
    """Every eigendirection has its own gain: the offsets are kept, one (K, B) array for each."""
    d = x.shape[1]
    offsets = [torch.addmm(-(basis[:, :, i] * means).sum(1, keepdim=True), basis[:, :, i], x.T) for i in range(d)]
    variances = [spectra[:, i : i + 1] for i in range(d)]
    logits = torch.zeros_like(offsets[0])
    for offset, variance in zip(offsets, variances, strict=True):
        total = variance + level
        logits.addcmul_(offset, offset / total, value=-0.5).sub_(0.5 * total.log())
    r = _unnormalised(logits.add_(weights.log()))
    out = share * (means.T @ r)
    for i, (offset, variance) in enumerate(zip(offsets, variances, strict=True)):
        out = out + basis[:, :, i].T @ (r * gain(variance, level) * offset)
    return (out / r.sum(0)).T


def _unnormalised(logits: torch.Tensor) -> torch.Tensor:
    """exp(logits) over their largest along the first axis, in place."""
    return logits.sub_(logits.detach().amax(0)).exp_()

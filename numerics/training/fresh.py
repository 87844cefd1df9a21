"""The loss of a trained network on fresh data and fresh noise, as a confidence interval for a finite number of draws.

    loss_fresh = E f,   f = 1/2 sum_{j<N} beta_j ||r_j||^2,   r_j = sigma_j S(X_0 + sigma_j xi, sigma_j) + xi.

The average that is reported is of f itself, as anybody would measure it. The average of E[f | X_0 + sigma_j xi] would
vary less, but that is a square plus the posterior variance, so that a loss below the mmse could not be seen.

**The range.** f grows like a square, so that the tails of the normal law are dealt with by drawing differently. Data of
component k are X_0 = m_k + C_k^{1/2} z; with g = (z, xi) in R^D, D = 2d, draws come from the density

    q(g) = w(g) phi(g),   w(g) = (1 + |g|^2/D)/2,

half normal, half with |g|^2 ~ chi-squared of D + 2 degrees, and f/w has the mean E f under it. It is bounded: with G
the gain of ``numerics.training.gain``, c_k the largest variance and rho = |m_k| + sqrt(c_k + v_j) |g|,

    |X_0 + sigma_j xi| <= rho,   ||r_j|| <= sigma_j G sqrt(rho^2 + v_j) + |g|,

so that f/w <= R, the supremum of a function of |g| alone, taken over cells of |g|: the numerator grows, and over
|g|^2 it falls.

**The variance.** Where the network is small, f is mostly the noise's own |xi|^2, whose mean is d: c (|xi|^2 - d) is
taken off, c by regression on draws of a pilot that are not used again.

**The interval.** y = (f - c (|xi|^2 - d))/w lies in [-4 d c, R + 2 d c]. With a level B from the pilot,

    E min(y, B) <= E y <= E min(y, B) + (R + 2dc - B) P(y > B):

betting limits of the first (``numerics.confidence``), the upper Clopper-Pearson limit of the probability. These are
three one-sided limits at alpha/3 each; they hold for every number of draws, whatever the pilot chose.

In one and two dimensions G is sharp and R is some tens of the loss; its share of the width is R ln(3/alpha)/draws. In
many dimensions R follows the product of the spectral norms, and the upper limit needs millions of draws.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from numerics.confidence import betting, proportion
from numerics.enclosures import EPS, Enclosure, Kind
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, PointCloud, Target
from numerics.training.batch import Batch
from numerics.training.gain import Gain, largest_gain, rounding
from numerics.training.network import forward
from numerics.training.setup import Setup

FloatArray = NDArray[np.float64]

DRAWS = 2**15
PILOT = 1 / 8  # draws of the pilot, as a share
HEADROOM = 4.0  # B over the largest draw of the pilot
_ROWS = 2**13  # samples of one forward pass
_CELLS = 4000  # of |g|, for R


def fresh_loss(
    setup: Setup, W: torch.Tensor, target: Target, alpha: float, seed: int = 0, draws: int = DRAWS
) -> Enclosure:
    """E f of the network of ``setup`` at the trained weights, wrong with probability at most ``alpha``.

    Args:
        setup: noise levels, their weights and the frozen layers; its own data and noises are not used.
        W: W_1 ... W_L, (layers, m, m).
        target: the law of X_0: Gaussian, a Gaussian mixture, or a point cloud.
        alpha: strictly between 0 and 1.
        seed: other seeds are independent repetitions; networks, data and seeds that differ draw independently.
        draws: number of draws, fixed beforehand; at least 16.

    Raises:
        NotAvailable: the law is of another kind, or the weights are not finite.
        ValueError: too few draws, or alpha is no probability.
    """
    if draws < 16:
        raise ValueError(f"draws = {draws}: give 16 or more")
    if not torch.isfinite(W).all():
        raise NotAvailable("the network has diverged: its weights are not finite")
    law = _Law.of(target)
    batch, trained = Batch.of([setup]), W[:, None].cpu()
    name = _name(setup, W, target, seed, draws)
    gen = torch.Generator().manual_seed(int(hashlib.sha256(name.encode()).hexdigest()[:8], 16))
    pilot, rest = (_draw(batch, trained, law, n, gen) for n in (max(8, int(PILOT * draws)), draws))
    if not (np.isfinite(pilot.loss).all() and np.isfinite(rest.loss).all()):
        raise NotAvailable("the network's outputs overflow")

    c = pilot.coefficient(float(np.sum(setup.beta)))
    gain = largest_gain(batch, trained)
    low, high = -4 * setup.d * c, law.largest_ratio(setup, gain.bound) + 2 * setup.d * c
    level = float(min(high, HEADROOM * max(pilot.values(c).max(), 2 * setup.d * c)))
    if not high < np.inf:
        raise NotAvailable("the bound of the network's outputs overflows")
    y = np.clip(rest.values(c), low, high)
    lower, upper = betting(np.minimum(y, level), low, level, 2 * alpha / 3)
    above = proportion(int((y > level).sum()), draws, 2 * alpha / 3)[1]
    slack = _rounding(batch, setup, law, gain)
    found = Enclosure.interval(max(0.0, float(lower) - slack), upper + (high - level) * above + slack, Kind.SAMPLED)
    return Enclosure(found.value, found.radius, Kind.SAMPLED, {name: alpha})


def _name(setup: Setup, W: torch.Tensor, target: Target, seed: int, draws: int) -> str:
    """Names the experiment: equal names, equal draws."""
    weights = hashlib.sha256(W.detach().cpu().contiguous().numpy().tobytes()).hexdigest()
    content = (setup.sigmas, setup.beta, setup.m, setup.layers, setup.seed, setup.given, weights, target.label)
    return f"fresh loss {hashlib.sha256(repr((*content, seed, draws)).encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class _Drawn:
    """Draws from q: f, |xi|^2 - d and 1/w, each (draws,)."""

    loss: FloatArray
    noise: FloatArray
    share: FloatArray

    def coefficient(self, weights: float) -> float:
        """The least-squares c, within 0 and the coefficient of |xi|^2 in f where the network is 0."""
        f, h = self.loss * self.share, self.noise * self.share
        spread = np.var(h)
        slope = np.mean((f - f.mean()) * (h - h.mean())) / spread if spread > 0 else 0.0
        return float(np.clip(slope, 0.0, weights / 2))

    def values(self, c: float) -> FloatArray:
        return (self.loss - c * self.noise) * self.share


@dataclass(frozen=True)
class _Law:
    """X_0 = means[k] + basis[k] spectra[k]^{1/2} z with chance weights[k]: shapes (K,), (K, d), (K, d), (K, d, d)."""

    weights: FloatArray
    means: FloatArray
    spectra: FloatArray
    basis: FloatArray | None = None

    @classmethod
    def of(cls, target: Target) -> _Law:
        if isinstance(target, Gaussian):
            basis = None if target.basis is None else target.basis[None]
            return cls(np.ones(1), target.mean[None], target.axis_variances[None], basis)
        if isinstance(target, GaussianMixture):
            return cls(target._weights, target._means, target._spectra, target._basis)
        if isinstance(target, PointCloud):
            return cls(np.full(target.n, 1 / target.n), target.points, np.zeros_like(target.points))
        raise NotAvailable(f"the loss on fresh data of {target.label}: only Gaussians, mixtures and points are sampled")

    @property
    def d(self) -> int:
        return int(self.means.shape[1])

    def sample(self, n: int, gen: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """X_0 and xi of shape (n, d), and 1/w of shape (n,), for g drawn from q."""
        k = torch.multinomial(torch.from_numpy(self.weights), n, replacement=True, generator=gen).numpy()
        g = torch.randn(n, 2 * self.d, dtype=torch.float64, generator=gen)
        # two more squared normals make |g|^2 chi-squared of D + 2 degrees in every second draw
        square = g.square().sum(dim=1)
        more = torch.randn(n, 2, dtype=torch.float64, generator=gen).square().sum(dim=1)
        g = g * (1 + torch.randint(2, (n,), generator=gen) * more / square).sqrt()[:, None]
        share = 2 / (1 + g.square().sum(dim=1) / (2 * self.d))
        z, xi = g.split(self.d, dim=1)
        moved = torch.from_numpy(np.sqrt(self.spectra)[k]) * z
        if self.basis is not None:
            moved = torch.einsum("nij,nj->ni", torch.from_numpy(self.basis[k]), moved)
        return torch.from_numpy(self.means[k]) + moved, xi, share

    def largest_ratio(self, setup: Setup, gain: float, noise: float = 1.0) -> float:
        """R, an upper bound of f/w for residuals of at most sigma_j gain sqrt(rho^2 + v_j) + noise |g|."""
        D = 2 * self.d
        edges = np.concatenate([[0.0], np.sqrt(D) * np.geomspace(1e-3, 1e3, _CELLS)])
        far, spread = np.linalg.norm(self.means, axis=1), self.spectra.max(axis=1)
        pairs = np.unique(np.stack([far, spread], axis=1), axis=0)
        if len(pairs) > 64:  # one pair that is at least as far as every other
            pairs = pairs.max(axis=0, keepdims=True)
        sigma, beta = np.asarray(setup.sigmas)[:, None, None], np.asarray(setup.beta)[:, None, None]
        rho = pairs[:, :1] + np.sqrt(pairs[:, 1:] + sigma**2) * edges
        f = (beta * (sigma * gain * np.sqrt(rho**2 + sigma**2) + noise * edges) ** 2).sum(axis=0) / 2
        within = f[:, 1:] / (0.5 + edges[:-1] ** 2 / (2 * D))
        beyond = f[:, -1] * 2 * D / edges[-1] ** 2
        return float(max(within.max(), beyond.max())) * (1 + 1e-9)


def _draw(batch: Batch, W: torch.Tensor, law: _Law, n: int, gen: torch.Generator) -> _Drawn:
    """``n`` draws of f and what goes with it; the levels of a draw share its X_0 and xi."""
    x, xi, share = law.sample(n, gen)
    sigma = torch.tensor(batch.setups[0].sigmas, dtype=torch.float64)
    scale = torch.tensor(batch.setups[0].beta, dtype=torch.float64).sqrt()
    losses = []
    for points, noise in zip(x.split(max(1, _ROWS // len(sigma))), xi.split(max(1, _ROWS // len(sigma))), strict=True):
        rows = len(points)
        levels = sigma.repeat(rows)[:, None]
        noises = noise.repeat_interleave(len(sigma), dim=0)
        parts = {
            "inputs": torch.cat([points.repeat_interleave(len(sigma), dim=0) + levels * noises, levels], dim=1),
            "noises": noises,
            "sigma": levels,
            "scale": scale.repeat(rows)[:, None],
        }
        changes: dict[str, Any] = {name: part[None] for name, part in parts.items()}
        u = forward(replace(batch, **changes), W).u[0]
        losses.append(u.square().sum(dim=1).reshape(rows, -1).sum(dim=1) / 2)
    return _Drawn(torch.cat(losses).numpy(), (xi.square().sum(dim=1) - law.d).numpy(), share.numpy())


def _rounding(batch: Batch, setup: Setup, law: _Law, gain: Gain) -> float:
    """How far float64 can have moved the mean of f: residuals off by delta make 1/2 sum beta (2 r delta + delta^2)."""
    size = law.largest_ratio(setup, gain.bound)
    moved = law.largest_ratio(setup, rounding(batch, gain.lipschitz), noise=0.0)
    return 2 * float(np.sqrt(moved * size)) + moved + 64 * EPS * size

"""Draws of data and noise that are wider than they are, so that a square under the right mean is bounded.

Asked for is the mean of

    f = 1/2 sum_k beta_k ||r_k||^2,   r_k = reach_k S(X_k, sigma_k) + nu,
    X_k = X_0 + sigma_k (own_k nu + sqrt(1 - own_k^2) eta),

nu and eta standard normal. In the loss on fresh data nu is the whole noise (own = 1, reach = sigma); in a sampler's
path it is the noise of the step that follows.

f grows like a square, so that the tails of the normal law are dealt with by drawing differently. Data of component c
are X_0 = m_c + C_c^{1/2} z; with g = (z, nu, eta) in R^D (without eta where own = 1 at every level), draws come from

    q(g) = w(g) phi(g),   w(g) = (1 + |g|^2/D)/2,

half normal, half with |g|^2 ~ chi-squared of D + 2 degrees, and f/w has the mean E f under it. It is bounded: with G
the gain of ``numerics.training.gain``, c the component's largest variance and rho = |m_c| + sqrt(c + v_k) |g|,

    |X_k| <= rho,   ||r_k|| <= reach_k G sqrt(rho^2 + v_k) + |g|,

so that f/w <= R, the supremum of a function of |g| alone, taken over cells of |g|: the numerator grows, and over
|g|^2 it falls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from numerics.enclosures import EPS
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, PointCloud, Target
from numerics.training.batch import Batch
from numerics.training.gain import Gain, rounding
from numerics.training.network import forward
from numerics.training.setup import Setup

FloatArray = NDArray[np.float64]

_CELLS = 4000  # of |g|, for R
_ROWS = 2**13  # samples of one forward pass


@dataclass(frozen=True)
class Residuals:
    """What is squared: see the module; each of shape (levels,), ``own`` in (0, 1]."""

    sigmas: FloatArray
    beta: FloatArray
    reach: FloatArray
    own: FloatArray

    @classmethod
    def of_loss(cls, setup: Setup) -> Residuals:
        """r_k = sigma_k S(X_0 + sigma_k nu, sigma_k) + nu at the levels and weights of a training problem."""
        sigmas = np.asarray(setup.sigmas)
        return cls(sigmas, np.asarray(setup.beta), sigmas, np.ones_like(sigmas))

    @property
    def noises(self) -> int:
        """How many normal vectors a draw has beside the data's."""
        return 1 if np.all(self.own == 1) else 2


@dataclass(frozen=True)
class Law:
    """X_0 = means[c] + basis[c] spectra[c]^{1/2} z with chance weights[c]: shapes (C,), (C, d), (C, d), (C, d, d)."""

    weights: FloatArray
    means: FloatArray
    spectra: FloatArray
    basis: FloatArray | None = None

    @classmethod
    def of(cls, target: Target) -> Law:
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

    def sample(
        self, n: int, gen: torch.Generator, noises: int = 1, wide: bool = True
    ) -> tuple[torch.Tensor, list[torch.Tensor], torch.Tensor]:
        """X_0 of shape (n, d), the noises nu (and eta), each (n, d), and 1/w, (n,), for g drawn from q.

        Without ``wide`` g is normal, and w is 1.
        """
        D = self.d * (1 + noises)
        c = torch.multinomial(torch.from_numpy(self.weights), n, replacement=True, generator=gen).numpy()
        g = torch.randn(n, D, dtype=torch.float64, generator=gen)
        share = torch.ones(n, dtype=torch.float64)
        if wide:
            # two more squared normals make |g|^2 chi-squared of D + 2 degrees in every second draw
            square = g.square().sum(dim=1)
            more = torch.randn(n, 2, dtype=torch.float64, generator=gen).square().sum(dim=1)
            g = g * (1 + torch.randint(2, (n,), generator=gen) * more / square).sqrt()[:, None]
            share = 2 / (1 + g.square().sum(dim=1) / D)
        z, *drawn = g.split(self.d, dim=1)
        moved = torch.from_numpy(np.sqrt(self.spectra)[c]) * z
        if self.basis is not None:
            moved = torch.einsum("nij,nj->ni", torch.from_numpy(self.basis[c]), moved)
        return torch.from_numpy(self.means[c]) + moved, drawn, share

    def largest_ratio(self, of: Residuals | Setup, gain: float, noise: float = 1.0) -> float:
        """R, an upper bound of f/w for residuals of at most reach_k gain sqrt(rho^2 + v_k) + noise |g|.

        A training problem stands for the residuals of its loss.
        """
        of = of if isinstance(of, Residuals) else Residuals.of_loss(of)
        D = self.d * (1 + of.noises)
        edges = np.concatenate([[0.0], np.sqrt(D) * np.geomspace(1e-3, 1e3, _CELLS)])
        far, spread = np.linalg.norm(self.means, axis=1), self.spectra.max(axis=1)
        pairs = np.unique(np.stack([far, spread], axis=1), axis=0)
        if len(pairs) > 64:  # one pair that is at least as far as every other
            pairs = pairs.max(axis=0, keepdims=True)
        sigma, beta, reach = (x[:, None, None] for x in (of.sigmas, of.beta, of.reach))
        rho = pairs[:, :1] + np.sqrt(pairs[:, 1:] + sigma**2) * edges
        f = (beta * (reach * gain * np.sqrt(rho**2 + sigma**2) + noise * edges) ** 2).sum(axis=0) / 2
        within = f[:, 1:] / (0.5 + edges[:-1] ** 2 / (2 * D))
        beyond = f[:, -1] * 2 * D / edges[-1] ** 2
        return float(max(within.max(), beyond.max())) * (1 + 1e-9)


@dataclass(frozen=True)
class Drawn:
    """Draws of f, |nu|^2 - d and 1/w, each (draws,)."""

    loss: FloatArray
    noise: FloatArray
    share: FloatArray

    def coefficient(self, weights: float) -> float:
        """The least-squares c, within 0 and the coefficient of |nu|^2 in f where the network is 0."""
        f, h = self.loss * self.share, self.noise * self.share
        spread = np.var(h)
        slope = np.mean((f - f.mean()) * (h - h.mean())) / spread if spread > 0 else 0.0
        return float(np.clip(slope, 0.0, weights / 2))

    def values(self, c: float) -> FloatArray:
        return (self.loss - c * self.noise) * self.share


def draw(
    batch: Batch, W: torch.Tensor, law: Law, of: Residuals, n: int, gen: torch.Generator, wide: bool = True
) -> Drawn:
    """``n`` draws of f and what goes with it; the levels of a draw share X_0 and the noises.

    Args:
        batch, W: one network and its weights, (layers, 1, m, m).
        law, of: data, and what is squared.
        wide: draw from q, else from the normal law.
    """
    x, noises, share = law.sample(n, gen, of.noises, wide)
    nu, eta = noises[0], noises[-1]
    sigma, reach, scale, own = (torch.from_numpy(a) for a in (of.sigmas, of.reach, np.sqrt(of.beta), of.own))
    other = (1 - own.square()).sqrt()
    losses = []
    rows = max(1, _ROWS // len(sigma))
    for points, noise, second in zip(x.split(rows), nu.split(rows), eta.split(rows), strict=True):
        whole = own[:, None] * noise[:, None] + other[:, None] * second[:, None]
        noisy = (points[:, None] + sigma[:, None] * whole).flatten(0, 1)
        levels = sigma.repeat(len(points))[:, None]
        parts = {
            "inputs": torch.cat([noisy, levels], dim=1),
            "noises": noise.repeat_interleave(len(sigma), dim=0),
            "sigma": reach.repeat(len(points))[:, None],
            "scale": scale.repeat(len(points))[:, None],
        }
        changes: dict[str, Any] = {name: part[None] for name, part in parts.items()}
        u = forward(replace(batch, **changes), W).u[0]
        losses.append(u.square().sum(dim=1).reshape(len(points), -1).sum(dim=1) / 2)
    return Drawn(torch.cat(losses).numpy(), (nu.square().sum(dim=1) - law.d).numpy(), share.numpy())


def rounding_error(batch: Batch, of: Residuals, law: Law, gain: Gain) -> float:
    """How far float64 can have moved the mean of f: residuals off by delta make 1/2 sum beta (2 r delta + delta^2)."""
    size = law.largest_ratio(of, gain.bound)
    moved = law.largest_ratio(of, rounding(batch, gain.lipschitz), noise=0.0)
    return 2 * float(np.sqrt(moved * size)) + moved + 64 * EPS * size

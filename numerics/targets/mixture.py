"""Gaussian mixtures, p_0 = sum_k w_k N(m_k, C_k) in R^d, point masses (C_k = 0) included.

The marginal p_v has components N(m_k, C_k + v I); score and denoiser are in ``numerics.targets.posterior``.

One dimension: quantities by quadrature (``measure``) and in ball arithmetic (``ball``), see
``numerics.information``. Two and more: J, mmse and H by Monte Carlo with a finite-sample interval.
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
import torch
from flint import acb, arb
from numpy.typing import ArrayLike

from numerics.enclosures import Enclosure
from numerics.information import balls, curves, mixture_sampling, two_level
from numerics.information.components import Components
from numerics.information.mixture_sampling import MixtureSampling
from numerics.targets.base import NotAvailable, Target
from numerics.targets.distribution import mixture_cdf, mixture_cdf_ball
from numerics.targets.parameters import (
    FloatArray,
    finite_array,
    noise_levels,
    nonnegative,
    spectrum,
    typed,
)
from numerics.targets.posterior import MixturePosterior


class GaussianMixture(Target):
    """sum_k weights[k] N(means[k], stds[k]^2 I), or with full covariances ``covs``.

    Args:
        weights: K numbers >= 0 that sum to 1 within 1e-9; the law is that of weights / sum(weights).
        means: K numbers (d = 1) or shape (K, d).
        stds: K numbers >= 0, isotropic standard deviations; 0 is a point mass.
        covs: shape (K, d, d), instead of ``stds``.
        samples, seed, alpha: draws, seed and error probability per quantity and call of the Monte Carlo
            estimates (d > 1 only).

    Raises:
        ValueError: bad or contradictory parameters.
    """

    def __init__(
        self,
        weights: ArrayLike,
        means: ArrayLike,
        stds: ArrayLike | None = None,
        *,
        covs: ArrayLike | None = None,
        samples: int = 4096,
        seed: int = 0,
        alpha: float = 1e-8,
    ) -> None:
        w = nonnegative("weights", finite_array("weights", weights, 1))
        if abs(w.sum() - 1) > 1e-9:
            raise ValueError(f"weights sum to {w.sum():.12g}: divide them by their sum so that it is 1")
        centres = finite_array("means", means, 1, 2)
        _same_length("means", len(centres), len(w))
        shape = f"weights={typed(w)}, means={typed(centres)}"
        centres = centres.reshape(len(w), -1)
        self.d = centres.shape[1]
        if (stds is None) == (covs is None):
            raise ValueError("stds and covs are two ways to give the spread: give exactly one of them")
        self._basis: FloatArray | None = None
        scale: FloatArray | None = None
        if covs is not None:
            matrices = finite_array("covs", covs, 3)
            _same_length("covs", len(matrices), len(w))
            if matrices.shape[1:] != (self.d, self.d):
                raise ValueError(f"covs has shape {matrices.shape}: give ({len(w)}, {self.d}, {self.d})")
            pairs = [spectrum(f"covs[{k}]", matrix) for k, matrix in enumerate(matrices)]
            spectra, self._basis = np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])
            shape += f", covs={typed(matrices)}"
        else:
            scale = nonnegative("stds", finite_array("stds", stds, 1))
            _same_length("stds", len(scale), len(w))
            spectra = np.repeat(scale[:, None] ** 2, self.d, axis=1)
            shape += f", stds={typed(scale)}"
        if samples < 2:
            raise ValueError(f"samples = {samples}: a confidence interval needs 2 or more")
        self.label = f"mixture({shape})"
        self._weights, self._means, self._spectra = w / w.sum(), centres, spectra
        self._posterior = MixturePosterior(self._weights, centres, spectra, self._basis)
        self._samples, self._seed, self._alpha, self._per_level = samples, seed, alpha, False
        self._rated: dict[tuple[float, int], GaussianMixture] = {}
        self.mean = self._weights @ centres
        second = (Enclosure.of(centres) ** 2 + Enclosure.rounded(spectra)).sum(axis=1)
        self.m2 = (second * Enclosure.rounded(self._weights)).sum()
        self.line = Components.on_line(w, centres[:, 0], spectra[:, 0], scale) if self.d == 1 else None

    # --- the process ------------------------------------------------------------------------------------

    def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
        device = generator.device
        weights = torch.from_numpy(self._weights).to(device)
        k = torch.multinomial(weights, n, replacement=True, generator=generator)
        z = torch.randn(n, self.d, dtype=torch.float64, device=device, generator=generator)
        z = z * torch.from_numpy(self._spectra).to(device).sqrt()[k]
        if self._basis is not None:
            z = torch.einsum("bij,bj->bi", torch.from_numpy(self._basis).to(device)[k], z)
        return torch.from_numpy(self._means).to(device)[k] + z

    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        return self._posterior.score(x, v)

    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        return self._posterior.denoiser(x, v)

    @cached_property
    def _sampling(self) -> MixtureSampling:
        keep = self._weights > 0
        return MixtureSampling(
            weights=self._weights[keep],
            means=self._means[keep],
            spectra=self._spectra[keep],
            basis=None if self._basis is None else self._basis[keep],
            label=self.label,
            samples=self._samples,
            seed=self._seed,
            alpha=self._alpha,
            per_level=self._per_level,
        )

    def at_error_rate(self, alpha: float, seed: int = 0) -> GaussianMixture:
        if self.d == 1:
            return self
        if (alpha, seed) not in self._rated:
            rated = copy(self)
            rated.__dict__.pop("_sampling", None)
            rated._alpha, rated._seed, rated._per_level, rated._rated = alpha, seed, True, {}
            self._rated[alpha, seed] = rated
        return self._rated[alpha, seed]

    # --- quantities -------------------------------------------------------------------------------------

    def measure(self, name: str, *args: ArrayLike) -> Enclosure:
        if name == "m2":
            return self.m2
        if self.line is None:
            if name not in mixture_sampling.NAMES:
                raise NotAvailable(f"{name} of a mixture for d > 1: only J, mmse and H are sampled")
            (v,) = noise_levels(*args)
            return self._sampling.measure(name, v)
        if name == "cdf":
            (v,) = noise_levels(args[1])
            line = self.line
            return mixture_cdf(line.weights, line.means, line.variances, np.asarray(args[0], dtype=np.float64), v)
        if name in curves.NAMES:
            (v,) = noise_levels(*args)
            return curves.measure(name, self.line, v)
        if name in curves.POINTWISE:
            (v,) = noise_levels(args[1])
            return curves.measure_at(name, self.line, np.asarray(args[0], dtype=np.float64), v)
        if name == "drift2":
            v, u = noise_levels(*args)
            return two_level.drift2(self.line, v, u)
        if name in two_level.AHEAD:
            v, u = noise_levels(*args[1:])
            return two_level.ahead(name, self.line, np.asarray(args[0], dtype=np.float64), v, u)
        raise NotAvailable(f"{self.label} has no quadrature for {name}")

    def ball(self, name: str, *args: Any) -> Any:
        """Proved enclosures for d = 1: the curves of v, and score, denoiser, cov, dscore of (x, v)."""
        if self.line is None:
            raise NotAvailable(f"{name} of a mixture in {self.d} dimensions has no proved enclosure")
        if any(isinstance(a, acb) for a in args):
            raise NotAvailable(f"{name} of a mixture has no proved enclosure at complex arguments")
        numbers = [a if isinstance(a, arb) else arb(a) for a in args]
        if name == "m2":
            return balls.second_moment(self.line)
        if name == "cdf":
            return mixture_cdf_ball(*self.line.balls(), *numbers)
        if name in balls.NAMES:
            return balls.curve(name, self.line, *numbers)
        if name in balls.POINTWISE:
            return balls.at(name, self.line, *numbers)
        raise NotAvailable(f"{self.label} has no proved enclosure of {name}")


def _same_length(name: str, found: int, weights: int) -> None:
    if found != weights:
        raise ValueError(f"{name} has length {found} but there are {weights} weights: give one per component")

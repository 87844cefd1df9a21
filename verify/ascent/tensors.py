"""What a claim's names are worth as torch tensors, differentiable in the case: to find where to look, not to decide.

Gaussian data by closed forms, mixtures on the line by quadrature in each component. Errors are not followed: whatever
the climb finds is measured again, with its error, before it counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from numerics.targets.base import NotAvailable
from theory.vocabulary import VOCABULARY
from verify.ascent.coordinates import Movable

NODES, REACH = 160, 9.0  # Gauss-Legendre nodes in each component, over so many standard deviations
_T, _W = (torch.as_tensor(part) for part in np.polynomial.legendre.leggauss(NODES))
_T = _T * REACH
_W = _W * REACH * torch.exp(-(_T**2) / 2) / math.sqrt(2 * math.pi)


class TensorMeasurements(Mapping[str, Any]):
    """Vocabulary names to tensors for one case; KeyError-free: NotAvailable for what has no tensor form here."""

    def __init__(self, here: Movable, sampler: str, start: str, steps: int):
        self.here, self.sampler, self.start, self.steps = here, sampler, start, steps
        self.law = _Product(here) if here.product else _Line(here)

    def __iter__(self) -> Iterator[str]:
        return iter(VOCABULARY)

    def __len__(self) -> int:
        return len(VOCABULARY)

    def __contains__(self, name: object) -> bool:
        return name in VOCABULARY and not (name in ("v", "sigma", "gamma", "N") and not self.steps)

    def __getitem__(self, name: str) -> Any:
        if name in self.here.free:
            return self.here.free[name]
        own = getattr(self, f"_{name}", None)
        if own is not None:
            return own()
        if name in ("J", "mmse", "H", "KLn"):
            return getattr(self.law, name)
        raise NotAvailable(f"{name} has no tensor form")

    def _N(self) -> int:
        return self.steps

    def _d(self) -> float:
        return float(self.law.d)

    def _v(self) -> Tensor:
        return self.here.v

    def _sigma(self) -> Tensor:
        return self.here.v.sqrt()

    def _gamma(self) -> Tensor:
        return 1 / self.here.v

    def _m2(self) -> Tensor:
        return self.law.m2

    def _lam(self) -> Tensor:
        return self._single()[0]

    def _mu(self) -> Tensor:
        return self._single()[1]

    def _single(self) -> tuple[Tensor, Tensor]:
        if not self.here.product or self.law.d != 1:
            raise NotAvailable("lam and mu name one-dimensional Gaussian data")
        return self.here.variances[0], self.here.means[0]

    def _eps2(self) -> Tensor:
        return self.here.a**2 * self.law.J(self.here.v) + self.law.d * self.here.b**2

    def _excess(self) -> Tensor:
        return self.here.v * self._eps2()

    def _loss(self) -> Tensor:
        return self.law.mmse(self.here.v) / self.here.v + self._excess()

    def _mse(self) -> Tensor:
        return self.here.v * self._loss()

    def _dmse(self) -> Tensor:
        return self.here.v**2 * self._eps2()

    def _E_I(self) -> Tensor:
        return self.law.KLn(self.here.v[0])

    def _E_S(self) -> Tensor:
        return (self._width() * self._eps2()[:-1]).sum() / 2

    def _width(self) -> Tensor:
        v = self.here.v
        if self.sampler not in ("score", "denoiser"):
            raise NotAvailable(f"the {self.sampler} sampler has no path KL")
        return v[:-1] - v[1:] if self.sampler == "score" else (v[:-1] - v[1:]) * v[:-1] / v[1:]

    def _E_D(self) -> Tensor:
        v, width = self.here.v, self._width()
        ends = self.law.H(torch.stack([v[0], v[-1]]))
        if self.sampler == "score":
            return ends[0] - ends[1] - (width * self.law.J(v[:-1])).sum() / 2
        rise = (width / v[:-1] ** 2 * self.law.mmse(v[:-1])).sum() / 2
        return rise - (ends[1] - ends[0] + self.law.d / 2 * torch.log(v[0] / v[-1]))

    def _KL_path(self) -> Tensor:
        start = self._E_I() if self.start == "noise" else 0.0
        return start + self._E_S() + self._E_D()

    def _KL(self) -> Tensor:
        """KL(p_{v_N} || output): the sampler's steps are affine on Gaussian data, axis by axis."""
        here, v = self.here, self.here.v
        if not here.product or self.sampler not in ("score", "denoiser"):
            raise NotAvailable("the output KL has a tensor form for Gaussian data and stochastic samplers")
        exact = here.variances + v[:, None]  # (N+1, d)
        slope = -(1 + here.a) / exact
        offset = -slope * here.means + here.b
        mean, variance = (
            (here.means, exact[0]) if self.start == "exact" else (0.0 * here.means, v[0] + 0.0 * here.means)
        )
        for k in range(self.steps):
            kept = v[k + 1] / v[k] if self.sampler == "denoiser" else 1.0
            width = v[k] - v[k + 1]
            factor = 1 + width * slope[k]  # for both samplers: v'/v + (1 - v'/v)(1 + v slope)
            mean = factor * mean + width * offset[k]
            variance = factor**2 * variance + width * kept
        ratio = exact[-1] / variance
        return ((ratio - 1 - torch.log(ratio) + (mean - here.means) ** 2 / variance) / 2).sum()


class _Product:
    """Gaussian data: one entry an axis."""

    def __init__(self, here: Movable):
        self.means, self.variances, self.d = here.means, here.variances, len(here.means)
        self.m2 = (self.variances + self.means**2).sum()

    def _axes(self, f: Callable[[Tensor], Tensor], v: Tensor) -> Tensor:
        return f(v[..., None]).sum(-1)

    def J(self, v: Tensor) -> Tensor:
        return self._axes(lambda v: 1 / (self.variances + v), v)

    def mmse(self, v: Tensor) -> Tensor:
        return self._axes(lambda v: self.variances * v / (self.variances + v), v)

    def H(self, v: Tensor) -> Tensor:
        return self._axes(lambda v: torch.log(2 * math.pi * math.e * (self.variances + v)) / 2, v)

    def KLn(self, v: Tensor) -> Tensor:
        rest = self.means**2
        return self._axes(lambda v: (rest / v + self.variances / v - torch.log1p(self.variances / v)) / 2, v)


class _Line:
    """A mixture on the line; each curve is a mean over the components, by quadrature in each."""

    d = 1

    def __init__(self, here: Movable):
        self.weights, self.means, self.variances = here.weights, here.means, here.variances
        self.m2 = (self.weights * (self.variances + self.means**2)).sum()

    def _mean(self, f: Callable[[Tensor, Tensor, Tensor], Tensor], v: Tensor) -> Tensor:
        """E f(log p, share of each component, residual (x - mean)/scale^2 of each) at X_v, shaped as v."""
        wide = self.variances + v[..., None]  # (..., K)
        x = self.means[:, None] + wide.sqrt()[..., None] * _T  # (..., K, nodes)
        away = x[..., None] - self.means  # (..., K, nodes, K)
        spread = wide[..., None, None, :]
        logs = torch.log(self.weights) - away**2 / (2 * spread) - torch.log(2 * math.pi * spread) / 2
        values = f(torch.logsumexp(logs, -1), torch.softmax(logs, -1), away / spread)
        return ((values * _W).sum(-1) * self.weights).sum(-1)

    def J(self, v: Tensor) -> Tensor:
        return self._mean(lambda log_p, share, pull: (share * pull).sum(-1) ** 2, v)

    def mmse(self, v: Tensor) -> Tensor:
        ratio = (self.variances / (self.variances + v[..., None]))[..., None, None, :]
        level = v[..., None, None, None]

        def spread(log_p: Tensor, share: Tensor, pull: Tensor) -> Tensor:
            # E[X_0 | x, component] = x - v pull, up to the common x
            centre = (share * pull).sum(-1, keepdim=True)
            return (share * (ratio * level + (level * (pull - centre)) ** 2)).sum(-1)

        return self._mean(spread, v)

    def H(self, v: Tensor) -> Tensor:
        return self._mean(lambda log_p, share, pull: -log_p, v)

    def KLn(self, v: Tensor) -> Tensor:
        return (torch.log(2 * math.pi * v) + (self.m2 + v) / v) / 2 - self.H(v)

"""The output law of a deterministic sampler in one dimension: the start density carried along its map T.

The output has density q(T(x)) = q_0(x) / T'(x), and with y = T(x)

    KL(p_{v_N} || q) = int p_{v_N}(T(x)) T'(x) log[ p_{v_N}(T(x)) T'(x) / q_0(x) ] dx,

an integral over the start, by Gauss-Legendre panels that are halved until both halves agree with the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike

from numerics.enclosures import EPS, Enclosure
from numerics.mixture_quadrature import ORDER, Array, MixtureLaw, gauss_panels
from numerics.samplers.base import Model, Sampler
from numerics.samplers.clock import as_variances, from_noise
from numerics.targets.base import NotAvailable

REACH = 9.0
MOST_HALVINGS = 40


@dataclass(frozen=True)
class Transport:
    """The map T of a deterministic sampler from v_0 to v_N, and the two laws at its ends."""

    law: MixtureLaw
    model: Model
    levels: list[float]
    sampler: Sampler
    start: MixtureLaw

    @classmethod
    def of(cls, law: MixtureLaw, model: Model, v: ArrayLike, sampler: Sampler, start: str) -> Transport:
        noise = MixtureLaw(np.ones(1), np.zeros(1), np.zeros(1))
        return cls(law, model, as_variances(v).tolist(), sampler, law if not from_noise(start) else noise)

    def image(self, x: Array) -> tuple[Array, Array]:
        """T(x) and ln T'(x), x of shape (M,).

        Raises:
            NotAvailable: a step decreases somewhere, so that the output law is not a change of variables.
        """
        y, log_slope = torch.from_numpy(x)[:, None], np.zeros_like(x)
        for v, v_next in pairwise(self.levels):
            y = y.detach().requires_grad_()
            ahead = self.sampler.mean(self.model, y, v, v_next)
            slope = torch.autograd.grad(ahead.sum(), y)[0].numpy()[:, 0]
            if not np.all(slope > 0):
                raise NotAvailable(
                    f"the {self.sampler.name} step from v = {v:.6g} to {v_next:.6g} is not increasing: "
                    "its output law has no density by change of variables; use more steps"
                )
            log_slope, y = log_slope + np.log(slope), ahead
        return y.detach().numpy()[:, 0], log_slope

    def log_output(self, x: Array) -> tuple[Array, Array]:
        """T(x) and the log density of the output there."""
        y, log_slope = self.image(x)
        return y, self.start.log_density(x, self.levels[0]) - log_slope

    def support(self) -> tuple[float, float]:
        """An interval of starts whose image holds all but about 1e-18 of p_{v_N}."""
        v_0, v_n = self.levels[0], self.levels[-1]
        edge, spread = REACH * self.law.spread(v_n), self.start.spread(v_0)
        low_y, high_y = float(np.min(self.law.means - edge)), float(np.max(self.law.means + edge))
        low = float(np.min(self.start.means - REACH * spread))
        high = float(np.max(self.start.means + REACH * spread))
        for _ in range(64):
            y = self.image(np.array([low, high]))[0]
            if y[0] <= low_y and y[1] >= high_y:
                return low, high
            width = high - low
            low, high = low - width * (y[0] > low_y) / 4, high + width * (y[1] < high_y) / 4
        raise NotAvailable(f"the outputs of {self.sampler.name} do not cover the data")

    def integrate(self) -> tuple[Enclosure, Array]:
        """KL(p_{v_N} || output law), and the ends of the panels (in x) that it took."""
        active, done = np.linspace(*self.support(), 65), []
        pairs = np.stack([active[:-1], active[1:]], axis=1)
        whole, size = self._panels(pairs)
        value = error = total = 0.0
        for _ in range(MOST_HALVINGS):
            middle = pairs.mean(axis=1, keepdims=True)
            halves = np.concatenate([pairs[:, :1], middle, middle, pairs[:, 1:]], axis=1).reshape(-1, 2)
            parts, sizes = self._panels(halves)
            gap = np.abs(parts.reshape(-1, 2).sum(axis=1) - whole)
            scale = max(1.0, total + float(np.sum(sizes)))
            agreed = gap <= 1e-15 * scale + 8 * EPS * size
            value += float(np.sum(parts.reshape(-1, 2)[agreed]))
            error += float(np.sum(gap[agreed]))
            total += float(np.sum(sizes.reshape(-1, 2)[agreed]))
            done.append(halves[np.repeat(agreed, 2)])
            rest = np.repeat(~agreed, 2)
            pairs, whole, size = halves[rest], parts[rest], sizes[rest]
            if pairs.size == 0:
                break
        else:
            value, error = value + float(np.sum(whole)), error + float(np.sum(size))
            done.append(pairs)
        rounding = (len(self.levels) + 32) * EPS * total
        ends = np.unique(np.concatenate(done))
        return Enclosure.of(value, error + rounding), ends

    def _panels(self, pairs: Array) -> tuple[Array, Array]:
        """Integral over each panel, and the integral of the integrand's absolute value."""
        x, w = gauss_panels(pairs.ravel())
        # gauss_panels joins consecutive ends: every second panel is the gap between two of ours
        keep = (np.arange(x.size) // ORDER) % 2 == 0
        x, w = x[keep], w[keep]
        y, log_output = self.log_output(x)
        log_p = self.law.log_density(y, self.levels[-1])
        log_start = self.start.log_density(x, self.levels[0])
        terms = w * np.exp(log_p + log_start - log_output) * (log_p - log_output)
        return terms.reshape(-1, ORDER).sum(axis=1), np.abs(terms).reshape(-1, ORDER).sum(axis=1)

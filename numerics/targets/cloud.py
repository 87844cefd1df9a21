"""The uniform law on a finite set of points in R^d: an empirical data set.

The posterior given X_v = x is a softmax, r_j(x) proportional to exp(-|x - x_j|^2/(2v)), so the exact denoiser
is softmax attention with the points as keys and values (temperature v), the exact score its residual over v.
mmse, J, H and KLn are sampled: with V(x) the posterior variance and h(x) the posterior entropy,

    mmse = E V(X_v),  I(X_0; X_v) = ln n - E h(X_v),
    J = d/v - mmse/v^2,  H = (d/2) ln(2 pi e v) + I,  KLn = m2/(2v) - I.

Both variables are bounded: 0 <= h <= ln n, and 0 <= V <= R^2 where a ball of radius R holds the points (the
posterior mean minimises the second moment, so V is at most the second moment about the ball's centre).
The confidence intervals are cut to the proved limits of ``numerics.information.cloud_limits``, which leave
little at both ends of the noise scale.
"""

from __future__ import annotations

import zlib
from copy import copy
from functools import cached_property

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn.functional import scaled_dot_product_attention

from numerics.enclosures import EPS, Enclosure
from numerics.information.cloud_limits import CloudLimits
from numerics.information.monte_carlo import Draws, SampledMeans, level_seed
from numerics.targets.base import NotAvailable, Target
from numerics.targets.batches import in_chunks
from numerics.targets.parameters import FloatArray, finite_array, level_column, noise_levels, typed

_SPELLED_OUT = 256
_NAMES = ("mmse", "J", "H", "KLn")


class PointCloud(Target):
    """The uniform law on ``points``.

    Args:
        points: shape (n, d), or (n,) for d = 1; repeated points count as often as they occur.
        label: text that names the data set; default ``cloud(points=[[...], ...])``, or for more than
            ``_SPELLED_OUT`` numbers their shape and checksum.
        samples: draws (x_i, xi) per level; the same draws serve every level, so that curves are smooth.
        seed: their seed.
        alpha: probability that any interval of one quantity, over all levels asked in one call, is wrong.

    Raises:
        ValueError: no points, or a point that is not finite.
    """

    def __init__(
        self,
        points: ArrayLike,
        label: str | None = None,
        *,
        samples: int = 4096,
        seed: int = 0,
        alpha: float = 1e-8,
    ) -> None:
        data = finite_array("points", points, 1, 2)
        self.points: FloatArray = data.reshape(len(data), -1)
        self.n, self.d = self.points.shape
        if samples < 2:
            raise ValueError(f"samples = {samples}: a confidence interval needs 2 or more")
        checksum = f"{zlib.crc32(self.points.tobytes()):08x}"
        if label is None and self.points.size <= _SPELLED_OUT:
            label = f"cloud(points={typed(self.points)})"
        self.label = label if label is not None else f"cloud_{self.n}x{self.d}_{checksum}"
        self.mean = self.points.mean(axis=0)
        # x_j - mean and |x_j - mean|^2/2, the keys of every softmax: inner products of far-off data lose digits
        centred = self.points - self.mean
        self._keys = np.column_stack([centred, (centred**2).sum(axis=1) / 2])
        squares = (self.points**2).sum(axis=1)
        self.m2 = Enclosure.of(squares.mean(), 4 * (self.d + self.n) * EPS * squares.mean())
        self._samples, self._seed, self._per_level = samples, seed, False
        self._experiment = f"points {checksum}, {samples} draws"
        self._sampled = SampledMeans(self._draw_posterior, f"{self._experiment}, seed {seed}", alpha)
        self._rated: dict[tuple[float, int], PointCloud] = {}

    def at_error_rate(self, alpha: float, seed: int = 0) -> PointCloud:
        if (alpha, seed) not in self._rated:
            _ = self._limits  # which the copies share
            rated = copy(self)
            rated.__dict__.pop("_noise", None)
            rated._seed, rated._per_level, rated._rated = seed, True, {}
            label = f"{self._experiment} a level, seed {seed}"
            rated._sampled = SampledMeans(rated._draw_posterior, label, alpha)
            self._rated[alpha, seed] = rated
        return self._rated[alpha, seed]

    # --- the process ------------------------------------------------------------------------------------

    def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
        index = torch.randint(self.n, (n,), device=generator.device, generator=generator)
        return torch.from_numpy(self.points).to(generator.device)[index]

    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        mean = torch.from_numpy(self.mean).to(x)
        return self._attention(x - mean, v) + mean

    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        centred = x - torch.from_numpy(self.mean).to(x)
        return (self._attention(centred, v) - centred) / level_column(x, v)

    def _attention(self, centred: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        """E[X_0 | X_v = x] less the mean, at points (B, d) less the mean."""
        keys = torch.from_numpy(self._keys).to(centred)[None, None]

        def attend(centred: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
            # the keys are values too: torch takes its path that never holds a (B, n) array for values of equal length
            queries = _queries(centred, level)[None, None]
            return scaled_dot_product_attention(queries, keys, keys, scale=1.0)[0, 0, :, :-1]

        return in_chunks(attend, centred, v, self._bytes_per_row(centred))

    def _bytes_per_row(self, x: torch.Tensor) -> int:
        """A few rows of length d; without the fused attention of a CPU, logits and weights too."""
        fused = x.device.type == "cpu"
        return x.element_size() * (6 * (self.d + 1) + (0 if fused else 2 * self.n))

    # --- quantities -------------------------------------------------------------------------------------

    def measure(self, name: str, *args: ArrayLike) -> Enclosure:
        if name == "m2":
            return self.m2
        if name not in _NAMES:
            raise NotAvailable(f"{self.label} has no estimate of {name}: only {', '.join(_NAMES)} are sampled")
        (v,) = noise_levels(*args)
        level = Enclosure.of(v)
        if name in ("mmse", "J"):
            width = self._sampled.resolution(self._samples, self._limits.radius2)
            mmse = self._sampled.measure("posterior variance", v, *self._limits.mmse(v), width)
            return mmse if name == "mmse" else self.d / level - mmse / (level * level)
        most = float(np.log(self.n))
        least, largest = self._limits.information(v)
        width = self._sampled.resolution(self._samples, most)
        entropy = self._sampled.measure("posterior entropy", v, most - largest, most - least, width)
        # the difference from ln n has the rounding of ln n, the limits themselves need not
        information = (most - entropy).intersect(least, largest)
        if name == "H":
            return 0.5 * self.d * ((2 * np.pi * np.e) * level).log() + information
        return (self.m2 / (2.0 * level) - information).intersect(0.0, np.inf)

    @cached_property
    def _limits(self) -> CloudLimits:
        return CloudLimits(self.points)

    @cached_property
    def _noise(self) -> tuple[torch.Tensor, torch.Tensor]:
        """What serves every level: see :meth:`_draw_noise`."""
        return self._draw_noise(self._seed)

    def _draw_noise(self, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Points (centred) and standard normal noise of the draws, each (samples, d)."""
        generator = torch.Generator().manual_seed(seed)
        index = torch.randint(self.n, (self._samples,), generator=generator)
        noise = torch.randn(self._samples, self.d, dtype=torch.float64, generator=generator)
        return torch.from_numpy(self._keys)[index, :-1], noise

    def _draw_posterior(self, v: float) -> dict[str, Draws]:
        data, noise = self._draw_noise(level_seed(self._seed, v)) if self._per_level else self._noise
        x = data + v**0.5 * noise
        keys = torch.from_numpy(self._keys)

        def moments(x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
            logits = _queries(x, level) @ keys.T
            r = torch.softmax(logits, dim=1)
            averages = r @ keys
            variance = 2 * averages[:, -1] - (averages[:, :-1] ** 2).sum(dim=1)
            # -sum r ln r with ln r_j = logit_j - ln Z and ln Z = max logit - ln max r
            entropy = logits.amax(dim=1) - r.amax(dim=1).log() - torch.einsum("bn,bn->b", r, logits)
            return torch.stack([variance, entropy], dim=1)

        variance, entropy = in_chunks(moments, x, v, x.element_size() * (2 * self.n + 6 * self.d)).numpy().T
        radius2, most = self._limits.radius2, float(np.log(max(self.n, 2)))
        size = float(keys[:, -1].max()) * 2
        # a logit is off by this much, hence every r_j by twice that factor
        reach = float((x**2).sum(dim=1).max()) ** 0.5 * size**0.5 + size
        doubt = 8 * self.d * EPS * (1 + reach / v)
        return {
            "posterior variance": _bounded(variance, radius2, doubt * size),
            "posterior entropy": _bounded(entropy, most, doubt * (1 + most)),
        }


def _queries(x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """(x, -1)/v, shape (B, d + 1): times the keys -|x - x_j|^2/(2v), but for the |x|^2 that all j share."""
    return torch.cat([x, -torch.ones_like(x[:, :1])], dim=1) / level


def _bounded(values: FloatArray, high: float, rounding: float) -> Draws:
    # a cloud that is one point has range 0, which no interval can rescale
    high = max(high, np.finfo(float).tiny)
    return Draws(np.clip(values, 0.0, high), 0.0, high, rounding)

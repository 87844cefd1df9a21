"""How far the sampler is from data: two statistics, their differences between grids, and simultaneous intervals.

**Path**: the mean misfit (see ``samples``) of data's paths minus that of the sampler's paths, in nats. It estimates the
part of the path KL that the grid decides.

**Output**: the energy distance (Szekely & Rizzo 2013) 2 E|A - Y| - E|A - A'| - E|Y - Y'| between samples A and data Y,
primes for independent copies: 0 where the laws are equal and positive elsewhere. Estimated without bias by means over
pairs. Data are images, each noised several times: the images are what is counted.

Both are, the second to first order, a sum of what each sample and each image adds. Such sums are asymptotically normal
and their variance is estimated from their terms. All grids meet the same images, whose part in a difference is taken
image by image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import torch
from scipy.stats import norm


@dataclass(frozen=True)
class Pair:
    """Distance of ``first`` minus that of ``second``: negative where ``first`` is nearer to the data.

    Attributes:
        difference: the estimate.
        error: its standard error.
        radius: half the width of its interval; the intervals of all pairs hold together.
        seen: least true difference that would be certain in 90 % of repetitions.
    """

    first: str
    second: str
    difference: float
    error: float
    radius: float
    seen: float

    @property
    def order(self) -> int:
        """-1 where ``first`` is certainly nearer, 1 where ``second`` is, 0 where it cannot be told."""
        return 0 if abs(self.difference) <= self.radius else (1 if self.difference > 0 else -1)


@dataclass(frozen=True)
class Distances:
    """Distances of several sets of samples from the same data.

    Attributes:
        values: the estimate for each set, by name.
        by_sample: what each sample adds to it, to first order, shape (n,), by name.
        by_image: what each image adds, shape (m,), by name.
    """

    values: Mapping[str, float]
    by_sample: Mapping[str, torch.Tensor]
    by_image: Mapping[str, torch.Tensor]

    def error(self, name: str) -> float:
        """Standard error of one distance."""
        return _error(self.by_sample[name], self.by_image[name])

    def pairs(self, alpha: float) -> tuple[Pair, ...]:
        """All pairs, in the order of the names; all their intervals hold with probability 1 - ``alpha``."""
        names = list(combinations(self.values, 2))
        quantile = float(norm.ppf(1 - alpha / (2 * len(names)))) if names else 0.0
        return tuple(self._pair(first, second, quantile) for first, second in names)

    def _pair(self, first: str, second: str, quantile: float) -> Pair:
        error = _error(self.by_sample[first], self.by_sample[second], self.by_image[first] - self.by_image[second])
        difference = self.values[first] - self.values[second]
        return Pair(first, second, difference, error, quantile * error, (quantile + float(norm.ppf(0.9))) * error)


def path_distances(data: Mapping[str, torch.Tensor], sampler: Mapping[str, torch.Tensor]) -> Distances:
    """The path statistic from the misfits of data's paths, shape (m,), and of the sampler's, shape (n,), by grid."""
    values = {name: float(one.mean() - sampler[name].mean()) for name, one in data.items()}
    return Distances(values, {name: -one for name, one in sampler.items()}, dict(data))


def energy_distances(samples: Mapping[str, torch.Tensor], data: torch.Tensor) -> Distances:
    """The energy distance of each set of ``samples``, shape (n, d), from ``data``, shape (m, draws, d).

    Raises:
        ValueError: fewer than two samples or images.
    """
    if len(data) < 2 or any(len(one) < 2 for one in samples.values()):
        raise ValueError("an energy distance wants two or more samples, and two or more images")
    m, draws, _ = data.shape
    rows = data.reshape(m * draws, -1)
    # pairs of one image with itself are no independent copies: they are left out
    within = torch.stack([_distance_sums(image, image).sum() for image in data])
    own = _distance_sums(rows, rows).reshape(m, draws).sum(dim=1)
    own = (own - within) / (draws**2 * (m - 1))
    values, by_sample, by_image = {}, {}, {}
    for name, a in samples.items():
        to_data = _distance_sums(a, rows) / len(rows)
        to_samples = _distance_sums(a, a) / (len(a) - 1)
        from_data = _distance_sums(rows, a).reshape(m, draws).mean(dim=1) / len(a)
        values[name] = float(2 * to_data.mean() - to_samples.mean() - own.mean())
        by_sample[name], by_image[name] = 2 * (to_data - to_samples), 2 * (from_data - own)
    return Distances(values, by_sample, by_image)


def noised(images: torch.Tensor, sigma: float, draws: int, seed: int) -> torch.Tensor:
    """Each image with ``draws`` noises of its own at one level, shape (n, draws, d)."""
    generator = torch.Generator().manual_seed(seed)
    return images[:, None] + sigma * torch.randn(len(images), draws, images.shape[1], generator=generator)


def _error(*parts: torch.Tensor) -> float:
    return float(sum(float(part.var()) / len(part) for part in parts)) ** 0.5


def _distance_sums(x: torch.Tensor, y: torch.Tensor, block: int = 2048) -> torch.Tensor:
    """Sum over y of |x_i - y|, shape (len(x),), in float64."""
    return torch.cat([torch.cdist(part, y).sum(dim=1, dtype=torch.float64) for part in x.split(block)])

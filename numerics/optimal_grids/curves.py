"""The curve whose left staircase is the discretisation error of a stochastic sampler.

Along the sampler's own clock t (t = -v for ``score``, t = 1/v for ``denoiser``)

    E_D = 1/2 sum_k (t_{k+1} - t_k) h(t_k) - 1/2 int h dt,    h = -J for score, mmse for denoiser,

and h falls with the slope s = -dh/dt: s = E||hess log p_v||_F^2 for score, E||Cov(X_0|X_v)||_F^2 for denoiser.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import Enclosure
from numerics.optimal_grids.cloud import PosteriorSpread
from numerics.targets import PointCloud, Target
from numerics.targets.base import NotAvailable

FloatArray = NDArray[np.float64]
CLOCKS = ("score", "denoiser")


@dataclass(frozen=True)
class Curve:
    """h, s and the clock of one sampler on one target.

    Attributes:
        target: the law of X_0.
        sampler: "score" or "denoiser".

    Raises:
        NotAvailable: the sampler has no path KL.
    """

    target: Target
    sampler: str

    def __post_init__(self) -> None:
        if self.sampler not in CLOCKS:
            raise NotAvailable(f"the {self.sampler} sampler has no path KL; use one of {', '.join(CLOCKS)}")

    @property
    def sampled(self) -> bool:
        """Whether h and s come from random draws."""
        return isinstance(self.target, PointCloud)

    def clock(self, v: FloatArray) -> FloatArray:
        """t(v), increasing along the sampler's path."""
        return -v if self.sampler == "score" else 1 / v

    def pace(self, v: FloatArray) -> FloatArray:
        """dt/d ln v, negative."""
        return -v if self.sampler == "score" else -1 / v

    def height(self, v: FloatArray) -> Enclosure:
        """h at levels ``v``, shaped as ``v``."""
        return -self.target.measure("J", v) if self.sampler == "score" else self.target.measure("mmse", v)

    def slope(self, v: FloatArray) -> Enclosure:
        """s at levels ``v``, shaped as ``v``.

        Raises:
            NotAvailable: the target can give no second moment of its score's derivative.
        """
        if isinstance(self.target, PointCloud):
            return PosteriorSpread(self.target).slope(v, self.sampler)
        return self.target.measure("hess2" if self.sampler == "score" else "cov2", v)

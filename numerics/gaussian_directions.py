"""Gaussian data and a linear score error, direction by direction.

Along each eigenvector of the covariance the data is N(mean, variance) and the learned score is affine,

    s_theta(v, x) = -(1 + a)(x - mean)/(variance + v) + shift,

where ``shift`` is the component, along that eigenvector, of the constant b that the error adds to every
coordinate. All laws that a sampler makes are then products over directions.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from flint import arb
from numpy.typing import NDArray

from numerics.enclosures import EPS, Enclosure
from numerics.samplers.affine import AffineModel
from numerics.score_errors import LinearError, ScoreError
from numerics.targets import Gaussian
from numerics.targets.base import NotAvailable, Target


class Direction(NamedTuple):
    """One eigendirection (balls), or all of them at once (enclosures of shape (d,))."""

    variance: Any
    mean: Any
    shift: Any

    def model(self, error: LinearError) -> AffineModel:
        """The affine score along this direction, in numbers of the type of the fields."""
        gain = self.variance * 0.0 + 1.0 + error.a

        def slope(v: Any) -> Any:
            return -(gain / (self.variance + v))

        def offset(v: Any) -> Any:
            return gain * self.mean / (self.variance + v) + self.shift

        return AffineModel(slope, offset)

    def column(self) -> Direction:
        """The same enclosures with shape (d, 1), to be broadcast against levels."""
        return Direction(*(part.reshape(-1, 1) for part in self))


def is_affine(target: Target, error: ScoreError | None) -> bool:
    """Whether the learned score is affine, so that every law in sight is Gaussian."""
    return isinstance(target, Gaussian) and (error is None or isinstance(error, LinearError))


def require_affine(target: Target, error: ScoreError | None) -> tuple[Gaussian, LinearError]:
    """The same pair, typed, with the exact score as the linear error of size 0.

    Raises:
        NotAvailable: the target is not Gaussian or the error is not linear.
    """
    if isinstance(target, Gaussian) and (error is None or isinstance(error, LinearError)):
        return target, error or LinearError()
    score = "its exact score" if error is None else error.label
    raise NotAvailable(f"{target.label} with {score} is not Gaussian data with an affine score")


def directions(target: Gaussian, error: LinearError) -> Direction:
    """All eigendirections in float64, enclosures of shape (d,)."""
    variance, basis = _axes(target)
    mean, ones = target.mean, np.ones(target.d)
    if basis is None:
        return Direction(Enclosure.of(variance), Enclosure.of(mean), Enclosure.of(error.b * ones))
    rounding = 4 * target.d * EPS
    turned = Enclosure.of(basis.T @ mean, rounding * float(np.linalg.norm(mean)))
    shift = Enclosure.of(error.b * (basis.T @ ones), rounding * abs(error.b) * target.d**0.5)
    return Direction(Enclosure.of(variance), turned, shift)


def direction_balls(target: Gaussian, error: LinearError) -> Counter[tuple[float, float, float]]:
    """The distinct directions (variance, mean, shift), exact numbers, with how often each occurs.

    Raises:
        NotAvailable: the eigenvectors matter (the covariance is not axis-aligned, and the mean or b is not
            0); they are known in floating point only.
    """
    variance, basis = _axes(target)
    if basis is not None and (np.any(target.mean) or error.b):
        raise NotAvailable(f"no proved eigenvectors for {target.label}: give it by its eigenvalues")
    return Counter((float(lam), float(m), float(error.b)) for lam, m in zip(variance, target.mean, strict=True))


def as_ball(direction: tuple[float, float, float]) -> Direction:
    return Direction(*(arb(number) for number in direction))


def _axes(target: Gaussian) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    # ``Gaussian.eigenvalues`` is sorted; the order that goes with ``mean`` is the one of the axes
    return target.axis_variances, target.basis

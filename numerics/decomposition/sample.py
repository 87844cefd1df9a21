"""A training set for linear scores: points of Gaussian data of mean 0 and one noise for each point and noise level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from numerics.targets import Gaussian
from numerics.targets.base import NotAvailable, Target
from numerics.training.weightings import WEIGHTINGS

FloatArray = NDArray[np.float64]
MOST_POINTS = 4096


@dataclass(frozen=True)
class Sample:
    """What linear scores are trained on, and how.

    The points, the noises and the start are float64 numbers that follow from the arguments; whatever is computed from
    them takes them as exact.

    Attributes:
        variances: of the data's directions, shape (d,), each >= 0.
        v: the grid, N + 1 levels, strictly decreasing; scores are trained at the first N.
        n: number of points >= 1.
        draw: seed of points and noises, a whole number >= 0.
        weighting: of the levels, a key of ``numerics.training.weightings.WEIGHTINGS``.
        eta: step size > 0 at each level, on the loss 1/n sum_i ||W X_i + xi_i/sqrt(v)||^2.
        w0: the start's diagonal.
        steps: number of steps >= 0.

    Raises:
        ValueError: an argument is outside its domain.
    """

    variances: tuple[float, ...]
    v: tuple[float, ...]
    n: int
    draw: int
    weighting: str
    eta: float
    w0: float
    steps: int

    def __post_init__(self) -> None:
        if not self.variances or min(self.variances) < 0:
            raise ValueError(f"variances = {self.variances}: give one or more numbers >= 0")
        if len(self.v) < 2 or self.v[-1] <= 0 or any(a <= b for a, b in zip(self.v[:-1], self.v[1:], strict=True)):
            raise ValueError(f"v = {self.v}: give two or more positive levels, strictly decreasing")
        if self.weighting not in WEIGHTINGS:
            raise ValueError(f"there is no weighting {self.weighting!r}; there are {', '.join(WEIGHTINGS)}")
        if not self.eta > 0:
            raise ValueError(f"eta = {self.eta}: a step size is positive")
        for name, number, least in (("n", self.n, 1), ("draw", self.draw, 0), ("steps", self.steps, 0)):
            if number < least or number != int(number):
                raise ValueError(f"{name} = {number}: give a whole number >= {least}")
        if self.n > MOST_POINTS:
            raise ValueError(f"n = {self.n}: give at most {MOST_POINTS} points")

    @classmethod
    def of(
        cls, target: Target, v: tuple[float, ...], n: int, draw: int, weighting: str, eta: float, w0: float, steps: int
    ) -> Sample:
        """The sample of a data distribution.

        Raises:
            NotAvailable: the data are not Gaussian with mean 0.
        """
        if not isinstance(target, Gaussian) or np.any(target.mean):
            raise NotAvailable(f"linear scores are trained on Gaussian data of mean 0, not on {target.label}")
        return cls(tuple(float(x) for x in target.axis_variances), v, n, draw, weighting, eta, w0, steps)

    @property
    def d(self) -> int:
        return len(self.variances)

    @property
    def N(self) -> int:
        return len(self.v) - 1

    @cached_property
    def points(self) -> FloatArray:
        """x_i, shape (n, d); the same for every grid."""
        rng = np.random.default_rng((self.draw, self.n, self.d))
        return np.asarray(rng.standard_normal((self.n, self.d)) * np.sqrt(self.variances))

    @cached_property
    def noises(self) -> FloatArray:
        """xi_ik, shape (N, n, d)."""
        return np.random.default_rng((self.draw, self.n, self.d, 1)).standard_normal((self.N, self.n, self.d))

    @cached_property
    def start(self) -> FloatArray:
        """W_0, shape (d, d): w0 on the diagonal; above it numbers that keep it from commuting with any covariance."""
        aside = 0.5 / (max(self.variances) + self.v[0])
        return np.asarray(self.w0 * np.eye(self.d) + aside * np.triu(np.ones((self.d, self.d)), 1))

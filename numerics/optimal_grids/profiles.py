"""h, the cost of a step per unit of the sampler's clock, as a function of y = ln v that can be searched.

    score:     t = -v,   h = (loss - d)/v = mse/v^2 - d/v    (-J for the exact score)
    denoiser:  t = 1/v,  h = v loss = mse                    (mmse for the exact denoiser)

so that 1/2 sum (t_{k+1} - t_k) h(v_k) is all of the path KL that a grid between fixed ends decides. ``ExactProfile``
asks a target; ``TabulatedProfile`` interpolates rows, for a loss curve or for a target whose mmse is drawn, with PCHIP
(Fritsch and Carlson 1980) of ln mse over ln v, as ``LossCurve`` does.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from numerics.enclosures import EPS
from numerics.optimal_grids.curves import CLOCKS, Curve
from numerics.targets import LossCurve, PointCloud, Target
from numerics.targets.base import NotAvailable

FloatArray = NDArray[np.float64]
ROWS_SAMPLED = 61
LEAST = 1e-30  # a drawn mmse below it is 0


class Profile(Protocol):
    """One sampler on one source.

    Attributes:
        sampler: "score" or "denoiser".
        knots: y where the curve may be rough, which an axis should hold.
    """

    sampler: str
    knots: FloatArray

    def height(self, y: FloatArray) -> FloatArray:
        """h at ``y``."""
        ...

    def floor(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """A lower bound of h between neighbouring y, ``left > right``, no knot between them."""
        ...


def clock(sampler: str, y: FloatArray) -> FloatArray:
    """t(y), increasing along the sampler's path, as y falls."""
    return -np.exp(y) if sampler == "score" else np.exp(-y)


def profile_of(source: Target, sampler: str, sigma_max: float, sigma_min: float) -> ExactProfile | TabulatedProfile:
    """What a search between two noise levels runs on.

    Raises:
        NotAvailable: the sampler has no path KL, or the source no loss.
        ValueError: a loss curve does not reach one of the ends; the message names it and the curve's range.
    """
    if sampler not in CLOCKS:
        raise NotAvailable(f"the {sampler} sampler has no path KL; use one of {', '.join(CLOCKS)}")
    if isinstance(source, LossCurve):
        source.estimate(np.array([sigma_max, sigma_min]) ** 2)
        y = 2 * np.log(source.sigmas)
        return TabulatedProfile(sampler, y, np.log(source.losses) + y, source.d)
    if isinstance(source, PointCloud):
        y = np.linspace(2 * np.log(sigma_min), 2 * np.log(sigma_max), ROWS_SAMPLED)
        mmse = source.measure("mmse", np.exp(y)).value
        return TabulatedProfile(sampler, y, np.log(np.maximum(mmse, LEAST)), source.d)
    return ExactProfile(source, sampler)


class ExactProfile:
    """A target's own -J or mmse, which fall along the path since J' = -E||hess log p||_F^2 and mmse' >= 0.

    Values are kept: the same y is asked for often.
    """

    knots: FloatArray = np.empty(0)

    def __init__(self, target: Target, sampler: str) -> None:
        self.sampler, self.curve = sampler, Curve(target, sampler)
        self._known: dict[float, tuple[float, float]] = {}

    def height(self, y: FloatArray) -> FloatArray:
        return self._asked(y)[0]

    def floor(self, left: FloatArray, right: FloatArray) -> FloatArray:
        return self._asked(right)[1]

    def _asked(self, y: FloatArray) -> FloatArray:
        """h and its lower limit, shape (2, n)."""
        new = np.array([one for one in y.tolist() if one not in self._known])
        if len(new):
            h = self.curve.height(np.exp(new))
            # y and v = e^y are rounded: h moves by less than twice itself per unit of y
            lower = h.lower - 8 * EPS * (1 + np.abs(new)) * np.abs(h.value)
            self._known |= dict(zip(new.tolist(), zip(h.value.tolist(), lower.tolist(), strict=True), strict=True))
        return np.array([self._known[one] for one in y.tolist()]).reshape(-1, 2).T


class TabulatedProfile:
    """PCHIP through rows of ln mse.

    Args:
        sampler: "score" or "denoiser".
        y: ln v of the rows, increasing, shape (R,).
        log_mse: ln of E||X_0 - D||^2 there, shape (R,).
        d: dimension.
    """

    def __init__(self, sampler: str, y: FloatArray, log_mse: FloatArray, d: int) -> None:
        self.sampler, self.knots, self.d = sampler, y, d
        self._cubic = PchipInterpolator(y, log_mse)

    def height(self, y: FloatArray) -> FloatArray:
        return self.derivatives(y)[0]

    def derivatives(self, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """h, dh/dy and d^2h/dy^2 at ``y`` (limited to the rows, for ends that are rounded)."""
        y = np.clip(y, self.knots[0], self.knots[-1])
        p, p1, p2 = (np.asarray(self._cubic(y, order)) for order in range(3))
        if self.sampler == "denoiser":
            m = np.exp(p)
            return m, m * p1, m * (p1**2 + p2)
        m, one = np.exp(p - 2 * y), self.d * np.exp(-y)
        slope = p1 - 2
        return m - one, m * slope + one, m * (slope**2 + p2) - one

    def floor(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """PCHIP is monotone between knots, so that mse is least at an end. For score h has two parts of opposite sign.

        The bound is then the better of two: the least of each part, and the chord's lower end less w^2/8 times the most
        that h'' can be.
        """
        h = np.stack([self.height(left), self.height(right)])
        rounding = 64 * EPS * (1 + np.abs(right)) * (np.abs(h).max(axis=0) + self.d * np.exp(-right))
        if self.sampler == "denoiser":
            return np.asarray(h.min(axis=0) - rounding)
        y = np.stack([left, right])
        p = np.asarray(self._cubic(np.clip(y, self.knots[0], self.knots[-1])))
        parts = np.exp(p.min(axis=0) - 2 * left) - self.d * np.exp(-right)
        width = left - right
        inside = np.clip(np.stack([left - 1e-9 * width, right + 1e-9 * width]), self.knots[0], self.knots[-1])
        bend = np.asarray(self._cubic(inside, 2))  # linear between knots, where it may jump
        # |p'| <= its ends + w max|p''| / 2
        slope = np.abs(np.asarray(self._cubic(inside, 1)) - 2).max(axis=0) + width * np.abs(bend).max(axis=0) / 2
        curvature = np.exp(p.max(axis=0) - 2 * right) * np.maximum(slope**2 + bend.max(axis=0), 0)
        curvature = np.maximum(curvature - self.d * np.exp(-left), 0)
        return np.asarray(np.maximum(parts, h.min(axis=0) - width**2 / 8 * curvature) - rounding)

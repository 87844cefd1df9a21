"""A trained model of which only its denoising loss per noise level is known.

    loss(v) = E||sqrt(v) s_theta(v, X_v) + xi||^2,    mse(v) = E||X_0 - D_theta(v, X_v)||^2 = v loss(v),

sums over the d coordinates, from rows (sigma, loss) such as a validation run gives. Between the rows the point
estimate is the monotone cubic interpolation (PCHIP, Fritsch & Carlson 1980) of ln mse over ln sigma. Its error is the
range over all curves of one shape (``numerics.targets.curve_shape``), which is an assumption about the model and told
in ``LossCurve.assumption``.
"""

from __future__ import annotations

import zlib
from functools import cached_property
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator
from scipy.stats import norm

from numerics.enclosures import EPS, Enclosure, Kind
from numerics.targets.base import NotAvailable, Target
from numerics.targets.curve_range import Sum, weighted_sum
from numerics.targets.curve_shape import Shape, shapes, turns
from numerics.targets.parameters import FloatArray, finite_array

ENDS = 1e-6  # relative: how far beyond the rows a level may lie by rounding, as float32 does
MAX_ROWS = 10_000
SMOOTH_ROWS = 4


class LossCurve(Target):
    """The data behind a model, known only through the model's loss.

    Args:
        sigma: noise levels of the rows, strictly increasing or strictly decreasing, shape (R,), R >= 2.
        loss: E||sqrt(v) s_theta + xi||^2 there, summed over coordinates, not averaged; shape (R,), positive.
        d: dimension of the data.
        error: standard errors of ``loss``, shape (R,), or None where the rows are exact.
        label: text that names the curve.
        rounding: half a unit of the last digit of ``loss``, where it was rounded, shape (R,); None for exact numbers.
        alpha: probability that any row lies outside its interval: normal intervals of all rows together, whatever
            their dependence (a validation set is usually shared by all levels).
        smooth: assume a smooth curve (see ``numerics.targets.curve_shape``), which takes four rows or more.

    Raises:
        ValueError: rows that are no curve; the message names the row, counted from 1, and the value.
    """

    def __init__(
        self,
        sigma: ArrayLike,
        loss: ArrayLike,
        d: int,
        error: ArrayLike | None = None,
        label: str = "loss curve",
        *,
        rounding: ArrayLike | None = None,
        alpha: float = 1e-3,
        smooth: bool = False,
    ) -> None:
        sigmas, values = finite_array("sigma", sigma, 1), finite_array("loss", loss, 1)
        errors = np.zeros_like(values) if error is None else finite_array("error", error, 1)
        rounded = np.zeros_like(values) if rounding is None else finite_array("rounding", rounding, 1)
        _require_rows(sigmas, values, errors, rounded)
        if smooth and len(values) < SMOOTH_ROWS:
            raise ValueError(f"{len(values)} rows: a smooth curve is read from {SMOOTH_ROWS} or more; leave smooth out")
        if isinstance(d, bool) or not d >= 1 or d == np.inf or int(d) != d:
            raise ValueError(f"d = {d!r}: give the dimension of the data, a whole number of 1 or more")
        if not 0 < alpha < 1:
            raise ValueError(f"alpha = {alpha!r}: give an error probability between 0 and 1")
        order = slice(None) if sigmas[0] < sigmas[-1] else slice(None, None, -1)
        self.d, self.label, self.alpha, self.smooth = int(d), label, float(alpha), smooth
        self.sigmas, self.losses, self.errors = sigmas[order], values[order], errors[order]
        self.rounding = rounded[order]

    @property
    def assumption(self) -> str:
        """What the error of anything interpolated rests on, one sentence."""
        smooth = (
            "; the slope of ln mse over ln sigma lies among the mean slopes of the interval and its two neighbours, "
            "or beyond them by half their range at most, or their range where these bend unevenly"
        )
        noise = f"; rows within normal intervals that all hold but with probability {self.alpha:g}"
        exact = "; rows exact but for the rounding of their last digit, as they have no standard errors"
        steepest = max(shape.steepest for shape in self.shapes)
        return (
            "between rows the mse rises with sigma unless the rows show that it falls or turns, and the loss is "
            "monotone as the rows show, but where it turns or bends unevenly, or in the first and last interval; "
            f"ln mse changes by at most {max(8.0, 4 * steepest):.3g} for each unit of ln v, and by at most "
            f"{steepest:.3g} where no direction is known"
            + (smooth if self.smooth else "")
            + (noise if np.any(self.errors) else exact)
        )

    @property
    def turns(self) -> int:
        """How often the loss changes direction between the rows, fewest that their errors allow."""
        return turns(2 * np.log(self.sigmas), *self._intervals())

    def loss(self, v: ArrayLike) -> Enclosure:
        """E||sqrt(v) s_theta + xi||^2, shaped as ``v``: the interpolated value and the farther of both limits.

        Raises:
            ValueError: a level beyond the rows.
        """
        lower, upper = self.limits(v)
        value = np.clip(self.estimate(v), lower, upper)
        return self._enclosure(value, np.nextafter(np.maximum(upper - value, value - lower), np.inf))

    def limits(self, v: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """The least and the largest loss at each level, shaped as ``v``: tighter than ``loss``, whose value is not in
        the middle of them.

        Raises:
            ValueError: a level beyond the rows.
        """
        t = np.log(self._levels(v))
        bounds = [shape.limits(t) for shape in self.shapes]
        room = 64 * EPS * (1 + np.abs(t))
        lower = np.exp(np.min([low for low, _ in bounds], axis=0) - t) * (1 - room)
        upper = np.exp(np.max([high for _, high in bounds], axis=0) - t) * (1 + room)
        return lower, upper

    def mse(self, v: ArrayLike) -> Enclosure:
        """E||X_0 - D_theta||^2 = v loss, shaped as ``v``."""
        return self.loss(v) * np.asarray(v, dtype=np.float64)

    def estimate(self, v: ArrayLike) -> FloatArray:
        """The interpolated loss without its error, shaped as ``v``; smooth in v."""
        t = np.log(self._levels(v))
        return np.exp(self._interpolant(np.clip(t, *self._ends)) - t)

    def slope(self, v: ArrayLike) -> FloatArray:
        """d ln mse / d ln v of the interpolated curve, shaped as ``v``."""
        t = np.clip(np.log(self._levels(v)), *self._ends)
        return np.asarray(self._interpolant.derivative()(t))

    def sum(self, v: ArrayLike, weights: ArrayLike) -> tuple[Enclosure, Sum]:
        """sum_j weights_j loss(v_j), one curve for all levels, so that errors of common cells cancel.

        Args:
            v: levels within the rows, shape (L,), in any order; one may occur often.
            weights: of any sign, shape (L,).

        Returns:
            The sum, whose interval is the exact range over all curves of the shape (a linear programme, bounded
            safely from its dual), and what makes the interval wide.
        """
        level, weight = self._levels(v), np.asarray(weights, dtype=np.float64)
        if level.shape != weight.shape or level.ndim != 1:
            raise ValueError(f"levels of shape {level.shape}, weights of shape {weight.shape}: give one weight a level")
        found = weighted_sum(self.shapes, np.log(level), weight)
        return self._enclosure(*_middle(found.lower, found.upper)), found

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The sets of curves that the rows allow; the true one lies in one of them."""
        return shapes(2 * np.log(self.sigmas), *self._intervals(), self.smooth)

    @cached_property
    def digest(self) -> str:
        """Eight characters that change where any number of the curve does."""
        numbers = np.stack([self.sigmas, self.losses, self.errors]).tobytes()
        return f"{zlib.crc32(numbers + str(self.d).encode()):08x}"

    def _intervals(self) -> tuple[FloatArray, FloatArray]:
        """Limits of the mse at the rows, by Bonferroni over those that have an error."""
        count = max(1, int(np.count_nonzero(self.errors)))
        reach = norm.isf(self.alpha / (2 * count)) * self.errors + self.rounding
        v = self.sigmas**2
        return np.maximum(self.losses - reach, 0.0) * v, (self.losses + reach) * v

    @cached_property
    def _interpolant(self) -> PchipInterpolator:
        t = 2 * np.log(self.sigmas)
        return PchipInterpolator(t, np.log(self.losses) + t, extrapolate=False)

    @property
    def _ends(self) -> tuple[float, float]:
        low, high = self._interpolant.x[[0, -1]]
        return float(low), float(high)

    def _levels(self, v: ArrayLike) -> FloatArray:
        level = np.asarray(v, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            sigma = np.sqrt(level)
        inside = (sigma >= self.sigmas[0] * (1 - ENDS)) & (sigma <= self.sigmas[-1] * (1 + ENDS))
        if not np.all(inside):
            raise ValueError(
                f"sigma = {float(sigma[~inside].flat[0]):.6g} is outside the rows of {self.label}, "
                f"{self.sigmas[0]:.6g} to {self.sigmas[-1]:.6g}: measure the loss there too"
            )
        return level

    def _enclosure(self, value: ArrayLike, radius: ArrayLike) -> Enclosure:
        if not np.any(self.errors):
            return Enclosure.of(value, radius, Kind.EXACT)
        return Enclosure.sampled(value, radius, f"rows of {self.label} {self.digest}", self.alpha)

    def at_error_rate(self, alpha: float, seed: int = 0) -> Target:
        rows = self.sigmas, self.losses, self.d, self.errors, self.label
        return LossCurve(*rows, rounding=self.rounding, alpha=alpha, smooth=self.smooth)

    @property
    def mean(self) -> np.ndarray:  # type: ignore[override]
        self._unknown("the mean of the data")

    @property
    def m2(self) -> Enclosure:  # type: ignore[override]
        self._unknown("the second moment of the data")

    def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
        self._unknown("samples")

    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        self._unknown("the score")

    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        self._unknown("the denoiser")

    def measure(self, name: str, *args: ArrayLike) -> Enclosure:
        self._unknown(name)

    def ball(self, name: str, *args: Any) -> Any:
        self._unknown(name)

    def _unknown(self, what: str) -> NoReturn:
        raise NotAvailable(
            f"{self.label} is a loss curve, which does not tell {what}; it ranks grids (scoreproof schedule rank)"
        )


def _middle(lower: float, upper: float) -> tuple[float, float]:
    middle = lower / 2 + upper / 2
    return middle, float(np.nextafter(max(upper - middle, middle - lower), np.inf))


def _require_rows(sigmas: FloatArray, values: FloatArray, errors: FloatArray, rounding: FloatArray) -> None:
    """Raises ValueError with the first row, counted from 1, that is at fault."""
    if not sigmas.size == values.size == errors.size == rounding.size:
        raise ValueError(f"{sigmas.size} sigmas, {values.size} losses, {errors.size} errors: give one of each a row")
    if sigmas.size < 2:
        raise ValueError("one row: a curve has two or more, from sigma_min to sigma_max of the grids")
    if sigmas.size > MAX_ROWS:
        raise ValueError(f"{sigmas.size} rows: give at most {MAX_ROWS}")
    for name, numbers, fine in (
        ("sigma", sigmas, (sigmas >= 1e-50) & (sigmas <= 1e50)),
        ("loss", values, (values > 0) & (values <= 1e100)),
        ("error", errors, (errors >= 0) & (errors <= 1e100)),
        ("rounding", rounding, (rounding >= 0) & (rounding <= 1e100)),
    ):
        for at in np.flatnonzero(~fine)[:1]:
            need = "positive" if name in ("sigma", "loss") else "0 or larger"
            raise ValueError(f"row {at + 1}: {name} = {numbers[at]:g}; it must be {need} and of moderate size")
    step = np.diff(sigmas) * np.sign(sigmas[-1] - sigmas[0] or 1.0)
    for at in np.flatnonzero(step <= 0)[:1]:
        said = "repeats the row before" if step[at] == 0 else f"is out of order after {sigmas[at]:g}"
        raise ValueError(f"row {at + 2}: sigma = {sigmas[at + 1]:g} {said}; sort the rows by sigma, each once")

"""Gaussian data, X_0 ~ N(m, C) in R^d: every quantity in closed form, per eigenvalue lambda of C.

With a = lambda + v the marginal X_v is N(m, C + v I), and along each eigenvector

    J = 1/a,  mmse = lambda v/a,  H = (1/2) ln(2 pi e a),  KL(p_v || N(0, vI)) = (r - ln(1 + r))/2 + m^2/(2v)

with r = lambda/v. The formulas are written once and evaluated on ``Enclosure`` (float64 with its error) and
on python-flint numbers (``arb``, ``acb``; power series for the derivatives in v, so that these do not rest
on the identities that they are used to test).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from flint import acb, acb_series, arb, arb_series, ctx
from numpy.typing import ArrayLike

from numerics.enclosures import EPS, Enclosure
from numerics.targets.base import NotAvailable, Target
from numerics.targets.distribution import mixture_cdf, mixture_cdf_ball
from numerics.targets.parameters import (
    FloatArray,
    finite_array,
    level_column,
    noise_levels,
    nonnegative,
    spectrum,
    typed,
)

LOG_2PI = float(np.log(2 * np.pi))

# One eigenvalue's share of a quantity, for any number type with arithmetic.
_CURVES: dict[str, Callable[[Any, Any], Any]] = {
    "J": lambda lam, v: 1 / (lam + v),
    "mmse": lambda lam, v: lam * v / (lam + v),
    "hess2": lambda lam, v: 1 / ((lam + v) * (lam + v)),
    "cov2": lambda lam, v: (lam * v / (lam + v)) * (lam * v / (lam + v)),
}
# Their derivatives in v, by hand; ball arithmetic differentiates _CURVES itself instead.
_DERIVATIVES: dict[str, Callable[[Any, Any], Any]] = {
    "J'": lambda lam, v: -1 / ((lam + v) * (lam + v)),
    "mmse'": lambda lam, v: (lam / (lam + v)) * (lam / (lam + v)),
    "H'": lambda lam, v: 0.5 / (lam + v),
}


def _drift2(lam: Any, v: Any, u: Any) -> Any:
    """E(s(v, Y_v) - s(u, Y_u))^2 with Y_v = Y_u + W, W ~ N(0, v - u) independent of Y_u.

    The difference is (Y_u - m)(1/a_u - 1/a_v) - W/a_v, a sum of two independent Gaussians.
    """
    step = v - u
    shrink = step / ((lam + u) * (lam + v))
    return (lam + u) * shrink * shrink + step / ((lam + v) * (lam + v))


# One dimension: functions of the data (m, lam), the point x and the level v (then u < v).
def _score(m: Any, lam: Any, x: Any, v: Any) -> Any:
    return (m - x) / (lam + v)


def _denoiser(m: Any, lam: Any, x: Any, v: Any) -> Any:
    return m + lam * (x - m) / (lam + v)


def _earlier(m: Any, lam: Any, x: Any, v: Any, u: Any) -> Any:
    """E[Y_u | Y_v = x] by regression: Cov(Y_u, Y_v)/Var(Y_v) = (lam + u)/(lam + v)."""
    return m + (lam + u) * (x - m) / (lam + v)


_POINTWISE: dict[str, Callable[..., Any]] = {
    "score": _score,
    "denoiser": _denoiser,
    "cov": lambda m, lam, x, v: lam * v / (lam + v) + 0 * x,
    "dscore": lambda m, lam, x, v: -1 / (lam + v) + 0 * x,
    "score_ahead": lambda m, lam, x, v, u: _score(m, lam, _earlier(m, lam, x, v, u), u),
    "denoiser_ahead": lambda m, lam, x, v, u: _denoiser(m, lam, _earlier(m, lam, x, v, u), u),
}


class Gaussian(Target):
    """N(mean, C): isotropic ``Gaussian(d, var)``, or by ``eigenvalues`` (axis-aligned), or by ``cov``.

    Args:
        d: dimension; not needed with ``eigenvalues`` or ``cov``.
        var: variance of every coordinate (default 1; 0 is data at one point).
        mean: a number or a vector of length d.
        eigenvalues: variances of the coordinates, in the coordinates' order.
        cov: symmetric positive semi-definite (d, d) matrix. The law is the one of its computed float64
            eigenvalues.

    Attributes:
        eigenvalues: the spectrum of C, ascending, shape (d,).
        axis_variances: the same in the order of the axes that ``mean`` is given in, or of the columns of ``basis``.
        basis: eigenvectors of a full covariance as columns, shape (d, d); None where C is axis-aligned.

    Raises:
        ValueError: bad or contradictory parameters.
    """

    def __init__(
        self,
        d: int | None = None,
        var: float | None = None,
        mean: ArrayLike = 0.0,
        *,
        eigenvalues: ArrayLike | None = None,
        cov: ArrayLike | None = None,
    ) -> None:
        if sum(p is not None for p in (var, eigenvalues, cov)) > 1:
            raise ValueError("var, eigenvalues and cov name the same thing: give only one of them")
        self.basis: FloatArray | None = None
        if cov is not None:
            matrix = finite_array("cov", cov, 2)
            axes, self.basis = spectrum("cov", matrix)
            shape = f"cov={typed(matrix)}"
        elif eigenvalues is not None:
            axes = nonnegative("eigenvalues", finite_array("eigenvalues", eigenvalues, 1))
            shape = f"eigenvalues={typed(axes)}"
        else:
            if d is None:
                d = 1
            if not isinstance(d, (int, np.integer)) or isinstance(d, bool) or d < 1:
                raise ValueError(f"d = {d!r} is not a dimension: give a whole number, 1 or larger")
            scale = nonnegative("var", finite_array("var", 1.0 if var is None else var, 0))
            axes = np.full(d, float(scale))
            shape = f"d={d}, var={typed(float(scale))}"
        if d is not None and d != len(axes):
            raise ValueError(f"d = {d} but the covariance has {len(axes)} eigenvalue(s): leave d out")
        self.d = len(axes)
        centre = finite_array("mean", mean, 0, 1)
        if centre.ndim and len(centre) != self.d:
            raise ValueError(f"mean has length {len(centre)}: give a number or a vector of length {self.d}")
        self.mean = np.array(np.broadcast_to(centre, (self.d,)))
        self.axis_variances = axes
        self.eigenvalues = np.sort(axes)
        self._lam, count = np.unique(axes, return_counts=True)
        self._count = count.astype(np.float64)
        self.m2 = Enclosure.of(self.axis_variances).sum() + (Enclosure.of(self.mean) ** 2).sum()
        shift = "" if not np.any(self.mean) else f", mean={typed(centre if centre.ndim else float(centre))}"
        self.label = f"gaussian({shape}{shift})"

    # --- the process ------------------------------------------------------------------------------------

    def _tensors(self, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
        """Mean, spectrum and eigenvectors on the device and in the dtype of ``like``."""
        basis = None if self.basis is None else torch.from_numpy(self.basis).to(like)
        return torch.from_numpy(self.mean).to(like), torch.from_numpy(self.axis_variances).to(like), basis

    def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
        z = torch.randn(n, self.d, dtype=torch.float64, device=generator.device, generator=generator)
        mean, axes, basis = self._tensors(z)
        z = z * axes.sqrt()
        return mean + (z if basis is None else z @ basis.T)

    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        mean, axes, basis = self._tensors(x)
        z = x - mean if basis is None else (x - mean) @ basis
        z = -z / (axes + level_column(x, v))
        return z if basis is None else z @ basis.T

    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        mean, axes, basis = self._tensors(x)
        z = x - mean if basis is None else (x - mean) @ basis
        z = z * (axes / (axes + level_column(x, v)))
        return mean + (z if basis is None else z @ basis.T)

    # --- quantities -------------------------------------------------------------------------------------

    def measure(self, name: str, *args: ArrayLike) -> Enclosure:
        if name == "m2":
            return self.m2
        if name in _POINTWISE:
            self._require_one_dimension(name)
            points = Enclosure.of(np.asarray(args[0], dtype=np.float64))
            levels = [Enclosure.of(v) for v in noise_levels(*args[1:])]
            return _POINTWISE[name](float(self.mean[0]), float(self.axis_variances[0]), points, *levels)
        if name == "cdf":
            self._require_one_dimension(name)
            (level,) = noise_levels(args[1])
            return mixture_cdf(np.ones(1), self.mean, self.axis_variances, np.asarray(args[0], float), level)
        if name == "drift2":
            v, u = (Enclosure.of(level[..., None]) for level in noise_levels(*args))
            return (_drift2(self._lam, v, u) * self._count).sum(axis=-1)
        (level,) = noise_levels(*args)
        v = Enclosure.of(level[..., None])
        formula = _CURVES.get(name) or _DERIVATIVES.get(name)
        if formula is not None:
            return (formula(Enclosure.of(self._lam), v) * self._count).sum(axis=-1)
        if name == "H":
            return ((0.5 * (v + self._lam).log() + 0.5 * (1 + LOG_2PI)) * self._count).sum(axis=-1)
        if name == "KLn":
            ratio = self._lam / v.value
            # condition number of r - log(1 + r) is at most 2
            gap = _minus_log1p(ratio)
            spread = (Enclosure.of(0.5 * gap, 16 * EPS * gap) * self._count).sum(axis=-1)
            return spread + (Enclosure.of(self.mean) ** 2).sum() / (2 * Enclosure.of(level))
        if name == "KLn'":
            spread = ((self._lam / v) ** 2 / (v + self._lam) * self._count).sum(axis=-1)
            return -0.5 * (spread + (Enclosure.of(self.mean) ** 2).sum() / (Enclosure.of(level) ** 2))
        raise NotAvailable(f"{self.label} has no closed form of {name}")

    def ball(self, name: str, *args: Any) -> Any:
        """Proved enclosures of every name of ``measure``; ``acb`` arguments (Re v > 0) give ``acb``.

        An ``acb`` on which a logarithm is not analytic gives a non-finite result, as ``acb.integral`` asks.
        """
        if name == "m2":
            return sum((arb(float(lam)) for lam in self.axis_variances), _norm2(self.mean))
        numbers = [a if isinstance(a, (arb, acb)) else arb(a) for a in args]
        if name in _POINTWISE:
            self._require_one_dimension(name)
            return _POINTWISE[name](arb(float(self.mean[0])), arb(float(self.axis_variances[0])), *numbers)
        if name == "cdf":
            self._require_one_dimension(name)
            return mixture_cdf_ball([1], [arb(float(self.mean[0]))], [arb(float(self.axis_variances[0]))], *numbers)
        if name == "drift2":
            return self._total(lambda lam: _drift2(lam, *numbers))
        (v,) = numbers
        with ctx.extraprec(self._lost_bits(v) if name.startswith("KLn") else 0):
            if not name.endswith("'"):
                return self._ball_curve(name, v)
            saved, ctx.cap = ctx.cap, 2
            try:
                series = acb_series([v, 1]) if isinstance(v, acb) else arb_series([v, 1])
                return self._ball_curve(name[:-1], series)[1]
            finally:
                ctx.cap = saved

    def _lost_bits(self, v: Any) -> int:
        """What r - log(1 + r) loses for r = lambda/v below 1."""
        ratio = float(abs(v).mid()) / max(float(self.eigenvalues[-1]), float(np.finfo(float).tiny))
        return int(2 * max(0.0, np.log2(max(ratio, 1.0)))) if self.eigenvalues[-1] > 0 else 0

    def _ball_curve(self, name: str, v: Any) -> Any:
        if name in _CURVES:
            return self._total(lambda lam: _CURVES[name](lam, v))
        if name == "H":
            return self._total(lambda lam: (1 + _log(2 * arb.pi() * (lam + v))) / 2)
        if name == "KLn":
            return self._total(lambda lam: (lam / v - _log(1 + lam / v)) / 2) + _norm2(self.mean) / (2 * v)
        raise NotAvailable(f"{self.label} has no closed form of {name}")

    def _total(self, share: Callable[[arb], Any]) -> Any:
        """The sum over eigenvalues of ``share(eigenvalue)``."""
        return sum(int(n) * share(arb(float(lam))) for lam, n in zip(self._lam, self._count, strict=True))

    def _require_one_dimension(self, name: str) -> None:
        if self.d != 1:
            raise NotAvailable(f"{name} is a function of (x, v) for d = 1 only; {self.label} has d = {self.d}")


def _norm2(vector: FloatArray) -> arb:
    return sum((arb(float(entry)) ** 2 for entry in vector), arb(0))


def _log(z: Any) -> Any:
    return z.log(analytic=True) if isinstance(z, acb) else z.log()


def _minus_log1p(r: FloatArray) -> FloatArray:
    """r - log(1 + r) for r >= 0 to a few units in the last place.

    With y = r/(2 + r): log(1 + r) = 2 artanh(y) and r - 2y = r y, so below r = 1 the value is
    r y - 2 y^3 (1/3 + y^2/5 + ...), which loses no digits; 17 terms reach 1e-17 as y^2 <= 1/9.
    """
    y = r / (2 + r)
    series = np.zeros_like(y)
    for k in range(17, 0, -1):
        series = series * y**2 + 1 / (2 * k + 1)
    with np.errstate(over="ignore"):
        return np.where(r < 1, r * y - 2 * y**3 * series, r - np.log1p(r))

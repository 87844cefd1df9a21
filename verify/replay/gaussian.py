"""Gaussian data in d dimensions, X_0 ~ N(m, diag(lambda)): every curve from X_v ~ N(m, diag(lambda + v)).

With a = lambda + v, along each axis: grad log p = -(x - m)/a, so J = E (x - m)^2/a^2 = 1/a and the Hessian is -1/a;
Var(X_0 | X_v) = lambda v/a by conditioning a Gaussian; the entropy is ln(2 pi e a)/2; and
KL(N(m, a) || N(0, v)) = ((a + m^2)/v - 1 - ln(a/v))/2. Derivatives in v are taken by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.replay.errors import CannotCheck
from verify.replay.intervals import exp, log, over, pi, real, sqrt, square
from verify.replay.normal import normal_cdf


@dataclass(frozen=True)
class GaussianData:
    """N(means, diag(variances)), all numbers exact, both of length d."""

    variances: tuple[Fraction, ...]
    means: tuple[Fraction, ...]

    @property
    def d(self) -> int:
        return len(self.variances)

    @property
    def axes(self) -> Counter[tuple[Fraction, Fraction]]:
        """The distinct (variance, mean), with how often each occurs."""
        return Counter(zip(self.variances, self.means, strict=True))

    @property
    def m2(self) -> Fraction:
        return sum(self.variances, Fraction(0)) + sum((m * m for m in self.means), Fraction(0))

    def curve(self, name: str, v: Any) -> Any:
        """A curve of the vocabulary, or its derivative ``name'``, at the level ``v`` (real or complex interval)."""
        share = _SHARES[name]
        total = real(0)
        for (lam, m), count in self.axes.items():
            total = total + share(real(lam), real(m), v) * count
        return total

    def point(self, name: str, x: Any, v: Any) -> Any:
        """score, denoiser, cov, dscore or cdf at (x, v).

        Raises:
            CannotCheck: the data are not one-dimensional.
        """
        lam, m = (real(number) for number in self.line(name))
        a = lam + v
        match name:
            case "score":
                return over(m - x, a)
            case "denoiser":
                return over(v * m + lam * x, a)  # precisions 1/lambda and 1/v weigh m and x
            case "cov":
                return over(lam * v, a)
            case "dscore":
                return over(real(-1), a)
            case "cdf":
                return normal_cdf(over(x - m, sqrt(a)))
        raise CannotCheck(f"{name} is not a function of (x, u) here")

    def ahead(self, name: str, x: Any, u: Any, w: Any) -> Any:
        """E[score or denoiser (Y_w, w) | Y_u = x]: both are affine, so the conditional mean of Y_w is enough."""
        lam, m = (real(number) for number in self.line(name))
        expected = over((lam + w) * x + (u - w) * m, lam + u)
        return self.point(name, expected, w)

    def drift2(self, u: Any, w: Any) -> Any:
        """E|L_w - L_u|^2 of the martingale L = score along the reverse process: E|L_w|^2 - E|L_u|^2."""
        total = real(0)
        for (lam, _), count in self.axes.items():
            total = total + over(u - w, (real(lam) + u) * (real(lam) + w)) * count
        return total

    def line(self, what: str) -> tuple[Fraction, Fraction]:
        """(variance, mean) of one-dimensional data.

        Raises:
            CannotCheck: the data have more dimensions.
        """
        if self.d != 1:
            raise CannotCheck(f"{what} is defined for d = 1, the data have d = {self.d}")
        return self.variances[0], self.means[0]


Share = Callable[[Any, Any, Any], Any]


def _entropy(lam: Any, m: Any, v: Any) -> Any:
    return log((lam + v) * (2 * pi() * exp(real(1)))) * real(Fraction(1, 2))


def _to_noise(lam: Any, m: Any, v: Any) -> Any:
    """((a + m^2)/v - 1 - ln(a/v))/2 = (r - ln(1 + r) + m^2/v)/2 with r = lambda/v."""
    r = over(lam, v)
    return (r - log(r + 1) + over(square(m), v)) * real(Fraction(1, 2))


def _to_noise_slope(lam: Any, m: Any, v: Any) -> Any:
    """d/dv of it: -(m2 - mmse)/(2 v^2) with lambda - mmse = lambda^2/a."""
    return -over(over(square(lam), lam + v) + square(m), 2 * square(v))


_SHARES: dict[str, Share] = {
    "J": lambda lam, m, v: over(real(1), lam + v),
    "mmse": lambda lam, m, v: over(lam * v, lam + v),
    "H": _entropy,
    "hess2": lambda lam, m, v: over(real(1), square(lam + v)),
    "cov2": lambda lam, m, v: square(over(lam * v, lam + v)),
    "KLn": _to_noise,
    "J'": lambda lam, m, v: -over(real(1), square(lam + v)),
    "mmse'": lambda lam, m, v: square(over(lam, lam + v)),
    "H'": lambda lam, m, v: over(real(1), 2 * (lam + v)),
    "hess2'": lambda lam, m, v: -over(real(2), (lam + v) * square(lam + v)),
    "cov2'": lambda lam, m, v: over(2 * lam * square(lam) * v, (lam + v) * square(lam + v)),
    "KLn'": _to_noise_slope,
}

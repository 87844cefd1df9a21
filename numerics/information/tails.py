"""Proved bounds on the part of an integral over the line that a truncation leaves out.

Setting: p = sum_i w_i N(m_i, c_i), c_i = s_i^2 + v, integrand f p (for a derivative: d/dv (f p)), and a
truncation interval that contains every [m_i - T sqrt(c_i), m_i + T sqrt(c_i)].

Proof of the bound. Outside the interval each component's standard variable z = (x - m_i)/sqrt(c_i) has
|z| > T, so the part left out is at most sum_i w_i E[P(|Z|); |Z| > T] = E[P(|Z|); |Z| > T], Z ~ N(0, 1),
for any polynomial P with nonnegative coefficients that majorises the integrand over p for every i. With
Delta = max m - min m, c_max and kappa the largest and smallest c_i, any x = m_i + sqrt(c_i) z has

    |x - m_j| <= rho(|z|) = sqrt(c_max) |z| + Delta       for every j,

hence for q_j = (x - m_j)/c_j, D_j - x = -v q_j (component posterior means), k_j = s_j^2 v/c_j <= v <= kappa,
t_j = d/dv log N(x; m_j, c_j) = (q_j^2 - 1/c_j)/2, tau = sum_j r_j t_j = d/dv log p, q = rho/kappa:

    |score| <= q,  |d score/dx| = |-sum r/c + Var_r(q)| <= 1/kappa + q^2,
    posterior variance sum r k + Var_r(D) <= v + (v q)^2,
    |log p| <= L = |log w_max| + |log 2 pi kappa|/2 + |log 2 pi c_max|/2 + rho^2/(2 kappa)
               (from above by p <= (2 pi kappa)^(-1/2), from below by the heaviest component alone),
    |t_j|, |tau| <= theta = (q^2 + 1/kappa)/2,  sum_j |r_j'| = sum_j r_j |t_j - tau| <= 2 theta,
    |q_j'| = |q_j|/c_j <= q/kappa,  0 <= k_j' <= 1,  |(D_j - x)'| = |q_j + v q_j'| <= 2 q,

and the product rule gives the majorants of the derivatives. For KL(p || N(0, v)) also |x| <= rho + max|m|.
The truncated moments M_k = E[|Z|^k; |Z| > T] obey M_0 = erfc(T/sqrt 2), M_1 = 2 phi(T) and, by parts,
M_k = 2 T^(k-1) phi(T) + (k - 1) M_(k-2).

The same code serves numpy arrays (one entry per noise level) and python-flint ``arb``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Polynomial:
    """Coefficients of 1, t, t^2, ... in any number type."""

    def __init__(self, *coefficients: Any) -> None:
        self.coefficients = list(coefficients)

    def __add__(self, other: Any) -> Polynomial:
        a, b = self.coefficients, other.coefficients if isinstance(other, Polynomial) else [other]
        short, long = (a, b) if len(a) < len(b) else (b, a)
        return Polynomial(*(c + short[k] if k < len(short) else c for k, c in enumerate(long)))

    def __mul__(self, other: Any) -> Polynomial:
        if not isinstance(other, Polynomial):
            return Polynomial(*(c * other for c in self.coefficients))
        out: list[Any] = [0] * (len(self.coefficients) + len(other.coefficients) - 1)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients):
                out[i + j] = out[i + j] + a * b
        return Polynomial(*out)

    __radd__ = __add__
    __rmul__ = __mul__


@dataclass(frozen=True)
class Scales:
    """What the majorants need to know of the mixture at level v.

    Attributes:
        spread: Delta = max m - min m.
        root: square root of c_max.
        kappa: c_min.
        v: the noise level.
        logs: the constant of L, |log w_max| + |log 2 pi kappa|/2 + |log 2 pi c_max|/2.
        far: max |m_i| (used by KLn only).
        log_v: |log 2 pi v| / 2 (used by KLn only).
    """

    spread: Any
    root: Any
    kappa: Any
    v: Any
    logs: Any
    far: Any = 0
    log_v: Any = 0

    @property
    def rho(self) -> Polynomial:
        return Polynomial(self.spread, self.root)

    @property
    def q(self) -> Polynomial:
        return self.rho * (1 / self.kappa)

    @property
    def theta(self) -> Polynomial:
        return (self.q * self.q + 1 / self.kappa) * 0.5

    @property
    def log_p(self) -> Polynomial:
        return self.rho * self.q * 0.5 + self.logs

    @property
    def variance(self) -> Polynomial:
        return self.q * self.q * (self.v * self.v) + self.v

    @property
    def dscore(self) -> Polynomial:
        return self.q * self.q + 1 / self.kappa

    @property
    def theta_normal(self) -> Polynomial:
        """|d/dv log N(x; 0, v)|."""
        x = (self.rho + self.far) * (1 / self.v)
        return (x * x + 1 / self.v) * 0.5

    @property
    def log_ratio(self) -> Polynomial:
        """|log p - log N(x; 0, v)|."""
        x = self.rho + self.far
        return self.log_p + x * x * (0.5 / self.v) + self.log_v


def _j_derivative(s: Scales) -> Polynomial:
    score_v = s.theta * s.q * 2 + s.q * (1 / s.kappa)
    return s.q * score_v * 2 + s.q * s.q * s.theta


def _mmse_derivative(s: Scales) -> Polynomial:
    moved = s.q * s.v  # |D_j - x|
    second = s.theta * (moved * moved + s.v) * 2 + moved * s.q * 4 + 1
    mean_squared = moved * (s.theta * moved * 2 + s.q * 2) * 2
    return second + mean_squared + s.variance * s.theta


MAJORANTS: dict[str, Callable[[Scales], Polynomial]] = {
    "J": lambda s: s.q * s.q,
    "mmse": lambda s: s.variance,
    "H": lambda s: s.log_p,
    "hess2": lambda s: s.dscore * s.dscore,
    "cov2": lambda s: s.variance * s.variance,
    # integrand p |log ratio| + |p - N(0, v)|, whose mass outside is counted at both laws
    "KLn": lambda s: s.log_ratio + 2,
    "J'": _j_derivative,
    "mmse'": _mmse_derivative,
    "H'": lambda s: s.theta * (s.log_p + 1),
    "KLn'": lambda s: (s.theta + s.theta_normal) * s.log_ratio + s.theta_normal * (s.log_ratio + 2),
}


def tail_bound(majorant: Polynomial, cut: Any, density: Any, mass: Any) -> Any:
    """E[majorant(|Z|); |Z| > cut] for Z ~ N(0, 1).

    Args:
        majorant: polynomial with nonnegative coefficients.
        cut: T >= 0.
        density: phi(T), the standard normal density there (an upper bound keeps the result one).
        mass: P(|Z| > T) = erfc(T/sqrt 2).
    """
    moments = [mass, 2 * density]
    power = cut
    for k in range(2, len(majorant.coefficients)):
        moments.append(2 * power * density + (k - 1) * moments[k - 2])
        power = power * cut
    return sum((c * m for c, m in zip(majorant.coefficients, moments, strict=False)), 0 * mass)

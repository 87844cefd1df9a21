"""Wang-He-Tao 2024, Appendix I.1: rates of E_I + E_D on polynomial and exponential grids.

Setting: score sampler with the exact score, N steps from time T to time delta, R = T/delta, a the exponent of a
polynomial time grid, t_k^{1/a} linear in k. For sigma_bar_t = t: T = sigma_0, delta = sigma_N. For
sigma_bar_t = sqrt(t): T = v_0, delta = v_N, and the sigmas are a Karras grid of rho = a/2, as sigma_k^{2/a} is linear.

As printed (the constants are unnamed):

    sigma_bar_t = t        polynomial   m2/T^2 + d a^2 R^{1/a}/N + (m2 + d)(a^2 R^{1/a}/N + a^3 R^{2/a}/N^2)
                           exponential  m2/T^2 + d ln^2(R)/N + (m2 + d)(ln^2(R)/N + ln^3(R)/N^2)
    sigma_bar_t = sqrt(t)  polynomial   m2/T + (2d + m2) a^2 R^{1/a}/N
                           exponential  m2/T + (2d + m2) ln^2(R)/N

All four hold with constant 1, for polynomial grids if a >= 1, which the claims keep to by a maximum. It follows from
the explicit Theorem 2 for any data: their log-steps do not decrease, so that its last sum telescopes, and

    E_I + E_D <= m2/(2 v_0) + d D/N + (1/2) min(m2/v_0, d) (1 - e^{-x_0}) + (d/2) (e^{-x_0} - e^{-x_{N-1}}),

with D the limit of N times the d-term (``wht24_table1``) and x_{N-1} <= 2 rho (R^{1/rho} - 1)/N, R = sigma_0/sigma_N.
For a < 1 the last step may be long: where the mmse jumps, as that of a random code in many dimensions does, the first
right side is too small by some percent from 10^5 steps on. The terms in m2 beside m2/T^2 could be spared: m2 + d has no
unit, and d alone would do.

The grid is written out between the ends of the case's grid, and E_D as H(v_0) - H(v_N) - 1/2 sum Delta_k J(v_k), which
is its value on every grid (``budget.score.discretisation``). Upper bounds, far from tight but for m2/T^2.
"""

from typing import Any

from sympy import Le, Max, Rational, Sum, log

from theory.claims.claim import Cases, Claim, Form
from theory.claims.wht24_table1 import R, exponential, polynomial
from theory.vocabulary import E_I, H, J, N, d, k, m2, rho, v

_SOURCE = "Wang, He, Tao 2024, Appendix I.1"
_CASES = Cases(samplers=("score",), max_steps=6)
_FROM = ("wht24.thm2.corrected", "budget.score.discretisation")


def discretisation(here: Any, after: Any) -> Any:
    """E_D of the grid whose sigma_k and sigma_{k+1} are expressions in k."""
    staircase = Sum((here**2 - after**2) * J(here**2), (k, 0, N - 1))
    return H(v[0]) - H(v[N]) - staircase / 2


def _polynomial(exponent: Any) -> Any:
    """E_I + E_D of the polynomial grid with this exponent of sigma."""
    return E_I + discretisation(polynomial(k, exponent), polynomial(k + 1, exponent))


_EXPONENTIAL = E_I + discretisation(exponential(k), exponential(k + 1))
_LOG = log(R)  # of T/delta where sigma_bar_t = t; half of it where sigma_bar_t = sqrt(t)
_A = Max(rho, 1)  # a where sigma_bar_t = t
_POWER, _CUBE = _A**2 * R ** (1 / _A), _A**3 * R ** (2 / _A)
_HALF_A = Max(rho, Rational(1, 2))  # a/2 where sigma_bar_t = sqrt(t)
_POWER_SQRT = 4 * _HALF_A**2 * R ** (1 / _HALF_A)  # a^2 (T/delta)^{1/a}

CLAIMS = (
    Claim(
        id="wht24.i1.edm.polynomial",
        title="rate of E_I + E_D on polynomial grids, sigma_bar = t, with constant 1",
        relation=Le(_polynomial(_A), m2 / v[0] + d * _POWER / N + (m2 + d) * (_POWER / N + _CUBE / N**2)),
        source=_SOURCE,
        form=Form.PRINTED,
        setting="polynomial grid of exponent a = max(rho, 1) between the case's ends",
        cases=_CASES,
        derived_from=(*_FROM, "wht24.table1.polynomial"),
    ),
    Claim(
        id="wht24.i1.edm.exponential",
        title="rate of E_I + E_D on exponential grids, sigma_bar = t, with constant 1",
        relation=Le(_EXPONENTIAL, m2 / v[0] + d * _LOG**2 / N + (m2 + d) * (_LOG**2 / N + _LOG**3 / N**2)),
        source=_SOURCE,
        form=Form.PRINTED,
        setting="exponential grid between the case's ends",
        cases=_CASES,
        derived_from=(*_FROM, "wht24.table1.exponential"),
    ),
    Claim(
        id="wht24.i1.sqrt.polynomial",
        title="rate of E_I + E_D on polynomial grids, sigma_bar = sqrt(t), with constant 1",
        relation=Le(_polynomial(_HALF_A), m2 / v[0] + (2 * d + m2) * _POWER_SQRT / N),
        source=_SOURCE,
        form=Form.PRINTED,
        setting="polynomial grid in t of exponent a = 2 max(rho, 1/2) between the case's ends; R = v_0/v_N",
        cases=_CASES,
        derived_from=(*_FROM, "wht24.table1.polynomial"),
    ),
    Claim(
        id="wht24.i1.sqrt.exponential",
        title="rate of E_I + E_D on exponential grids, sigma_bar = sqrt(t), with constant 1",
        relation=Le(_EXPONENTIAL, m2 / v[0] + (2 * d + m2) * (2 * _LOG) ** 2 / N),
        source=_SOURCE,
        form=Form.PRINTED,
        setting="exponential grid between the case's ends; R = v_0/v_N",
        cases=_CASES,
        derived_from=(*_FROM, "wht24.table1.exponential"),
    ),
)

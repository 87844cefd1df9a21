"""Wang-He-Tao 2024, Table 2: the factor in front of the training error, for EDM's weighting.

Setting: E_S <= max_j (sigma_j^2/w_j) * (training error), where w_j is EDM's weight

    beta(sigma) = exp(-(ln sigma - P_mean)^2/(2 P_std^2)) (sigma^2 + sigma_data^2)/(sigma sigma_data^2)

over the time step, so that the factor of level j is, with the normalising constant C_1 = 1,

    polynomial grid,  sigma_bar_t = t:        (sigma_j - sigma_{j+1})/beta(sigma_j)
    exponential grid, sigma_bar_t = sqrt(t):  (v_j - v_{j+1})/(2 sigma_j beta(sigma_j)).

As printed, and read here for all parameters: the maximum over j is P X, with P = 1/beta(sigma_0) and

    polynomial   X = sigma_0 - (sigma_0^{1/rho} - (sigma_0^{1/rho} - sigma_N^{1/rho})/N)^rho
    exponential  X = (sigma_0 - sigma_0 (v_N/v_0)^{1/N})/2,

the factor of the noisiest level. That depends on the parameters: where training prefers noise above the middle of the
range (P_mean large), or the range reaches far down, another level is worse.

What is true: the noisiest level is the worst if

    exponential  P_mean <= ln(sigma_0 sigma_N)/2
    polynomial   P_mean <= ln(sigma_0 sigma_N)/2 - P_std^2/rho,  rho >= 1,

for every N and sigma_data. For then |ln sigma_j - P_mean| is largest at sigma_0, sigma^2/(sigma^2 + sigma_data^2)
increases, and for rho >= 1 steps grow at most as sigma^{1 - 1/rho}. EDM's defaults (P_mean = -1.2, P_std = 1.2,
rho = 7, sigma from 80 to 0.002) satisfy both: ln(80 * 0.002)/2 = -0.916, and -0.916 - 1.44/7 = -1.122 is above -1.2.
In the claims P_mean and rho are moved into that range where they are outside. Tight: equality at j = 0.
"""

from typing import Any

from sympy import Le, Max, Min, exp, log

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.claims.wht24_table1 import exponential, polynomial
from theory.vocabulary import N, P_mean, P_std, level, rho, sigma, sigma_data, v

_SOURCE = "Wang, He, Tao 2024, Table 2"
_GRIDS = Cases(families=(Family.POINT,), max_steps=12)


def edm_weight(at: Any, mean: Any = P_mean) -> Any:
    """EDM's weight of the noise level ``at`` (a sigma) on ||sigma s + xi||^2."""
    return exp(-((log(at) - mean) ** 2) / (2 * P_std**2)) * (at**2 + sigma_data**2) / (at * sigma_data**2)


def factor_polynomial(mean: Any = P_mean, exponent: Any = rho) -> Any:
    """The factor of ``level`` on the polynomial grid."""
    here, after = polynomial(level, exponent), polynomial(level + 1, exponent)
    return (here - after) / edm_weight(here, mean)


def factor_exponential(mean: Any = P_mean) -> Any:
    """The factor of ``level`` on the exponential grid."""
    here, after = exponential(level), exponential(level + 1)
    return (here**2 - after**2) / (2 * here * edm_weight(here, mean))


def printed_polynomial(mean: Any = P_mean, exponent: Any = rho) -> Any:
    """P X as Table 2 gives it."""
    top, bottom = sigma[0] ** (1 / exponent), sigma[N] ** (1 / exponent)
    return (sigma[0] - (top - (top - bottom) / N) ** exponent) / edm_weight(sigma[0], mean)


def printed_exponential(mean: Any = P_mean) -> Any:
    """P X as Table 2 gives it."""
    return (sigma[0] - sigma[0] * (v[N] / v[0]) ** (1 / N)) / (2 * edm_weight(sigma[0], mean))


_MIDDLE = log(sigma[0] * sigma[N]) / 2
_RHO = Max(rho, 1)
LOW_MEAN_POLYNOMIAL = Min(P_mean, _MIDDLE - P_std**2 / _RHO)
LOW_MEAN_EXPONENTIAL = Min(P_mean, _MIDDLE)

CLAIMS = (
    Claim(
        id="wht24.table2.polynomial.printed",
        title="the largest factor of a polynomial grid is that of the noisiest level, for all parameters",
        relation=Le(factor_polynomial(), printed_polynomial()),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_GRIDS,
        note="false where P_mean lies above the middle of the range of ln sigma",
    ),
    Claim(
        id="wht24.table2.exponential.printed",
        title="the largest factor of an exponential grid is that of the noisiest level, for all parameters",
        relation=Le(factor_exponential(), printed_exponential()),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_GRIDS,
        note="false where P_mean lies above the middle of the range of ln sigma",
    ),
    Claim(
        id="wht24.table2.polynomial.corrected",
        title="the largest factor of a polynomial grid where P_mean <= ln(sigma_0 sigma_N)/2 - P_std^2/rho, rho >= 1",
        relation=Le(factor_polynomial(LOW_MEAN_POLYNOMIAL, _RHO), printed_polynomial(LOW_MEAN_POLYNOMIAL, _RHO)),
        source=_SOURCE,
        form=Form.CORRECTED,
        setting="P_mean and rho are moved into the range that the title names where they are outside",
        cases=_GRIDS,
        note="EDM's defaults are in that range: the paper's formula holds for them",
    ),
    Claim(
        id="wht24.table2.exponential.corrected",
        title="the largest factor of an exponential grid where P_mean <= ln(sigma_0 sigma_N)/2",
        relation=Le(factor_exponential(LOW_MEAN_EXPONENTIAL), printed_exponential(LOW_MEAN_EXPONENTIAL)),
        source=_SOURCE,
        form=Form.CORRECTED,
        setting="P_mean is moved into the range that the title names where it is outside",
        cases=_GRIDS,
        note="EDM's defaults are in that range: the paper's formula holds for them",
    ),
)

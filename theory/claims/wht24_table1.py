"""Wang-He-Tao 2024, Table 1: what the d-term of Theorem 2 costs on exponential and polynomial (Karras) grids.

Setting: grids of N steps from sigma_0 down to sigma_N, R = sigma_0/sigma_N,

    exponential  sigma_k = sigma_0 R^{-k/N}
    polynomial   sigma_k^{1/rho} linear in k

and the d-term 1/2 sum_k (x_k - 1 + e^{-x_k}), x_k = 2 ln(sigma_k/sigma_{k+1}).

The paper gives rates in N with unnamed constants, ln^2 R for exponential and rho^2 R^{1/rho} for polynomial grids. N
times the d-term tends to 1/4 int_0^1 (d ln v/du)^2 du, which is

    exponential  ln^2 R
    polynomial   4 rho^2 sinh^2(ln R/(2 rho)) = rho^2 (R^{1/rho} - 2 + R^{-1/rho}),

and since x - 1 + e^{-x} <= x^2/2 and by Cauchy-Schwarz no N exceeds its limit. Tight as N grows: the limits are
attained. The polynomial limit decreases in rho to the exponential one (``wht24_remark3``).
"""

from typing import Any

from sympy import Le, S, Sum, log, sinh, symbols

from theory.claims.claim import Cases, Claim, Family, Form
from theory.grids import FORMULAS
from theory.vocabulary import N, k, rho, sigma

_SOURCE = "Wang, He, Tao 2024, Table 1"
GRIDS = Cases(families=(Family.POINT,), max_steps=24)
R = sigma[0] / sigma[N]
_ENDS = dict(zip(symbols("sigma_max sigma_min", positive=True), (S.One, 1 / R), strict=True))  # over sigma_0


def exponential(index: Any) -> Any:
    """sigma at ``index`` of the exponential grid with the ends and the N of the case's grid."""
    return sigma[0] * FORMULAS["exponential"].xreplace({k: index} | _ENDS)


def polynomial(index: Any, exponent: Any = rho) -> Any:
    """sigma at ``index`` of the polynomial (Karras) grid with the ends and the N of the case's grid."""
    return sigma[0] * FORMULAS["karras"].xreplace({k: index, rho: exponent} | _ENDS)


def d_term(here: Any, after: Any) -> Any:
    """1/2 sum_k (x_k - 1 + e^{-x_k}), from sigma_k and sigma_{k+1} as expressions in k."""
    shrink = after**2 / here**2
    return Sum(log(1 / shrink) - 1 + shrink, (k, 0, N - 1)) / 2


def polynomial_d_term(exponent: Any = rho) -> Any:
    """The d-term of the polynomial grid."""
    return d_term(polynomial(k, exponent), polynomial(k + 1, exponent))


EXPONENTIAL_D_TERM = d_term(exponential(k), exponential(k + 1))

CLAIMS = (
    Claim(
        id="wht24.table1.exponential",
        title="N times the d-term of an exponential grid is at most its limit ln^2 R",
        relation=Le(N * EXPONENTIAL_D_TERM, log(R) ** 2),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=GRIDS,
        derived_from=("wht24.thm2.dterm.quadratic",),
    ),
    Claim(
        id="wht24.table1.polynomial",
        title="N times the d-term of a polynomial grid is at most its limit 4 rho^2 sinh^2(ln R/(2 rho))",
        relation=Le(N * polynomial_d_term(), 4 * rho**2 * sinh(log(R) / (2 * rho)) ** 2),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=GRIDS,
        derived_from=("wht24.thm2.dterm.quadratic",),
    ),
)

"""Optimal grids of Gaussian data N(mu, lam), for every N, with a_k = lam + v_k.

Score sampler: E_D = 1/2 sum f(ln(a_k/a_{k+1})), f(x) = x - 1 + e^{-x} convex, so that

    E_D >= (N/2) (y - 1 + e^{-y}),   y = ln(a_0/a_N)/N,

and the optimal grid is geometric in lam + v, not in v.

Deterministic sampler (``ode``, exact start): the standard deviation of the output is that of the data times
prod cos(alpha_k - alpha_{k+1}), alpha_k = arctan(sigma_k/sqrt(lam)). ln cos is concave, so that

    output variance <= a_N cos((alpha_0 - alpha_N)/N)^{2N},

and the optimal grid is sigma_k = sqrt(lam) tan(linear in k) (Sabour, Fidler, Kreis 2024, Theorem 3.1, for lam = 1).

Tight: equality on these grids, and at N = 1. Reference: Jensen.
"""

from sympy import Ge, Le, atan, cos, exp, log, sqrt

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import E_D, N, V_out, lam, sigma, v

_FIRST, _LAST = lam + v[0], lam + v[N]
_MEAN_STEP = log(_FIRST / _LAST) / N
_MEAN_ANGLE = (atan(sigma[0] / sqrt(lam)) - atan(sigma[N] / sqrt(lam))) / N

CLAIMS = (
    Claim(
        id="design.optimal.gaussian.score",
        title="no grid of the score sampler beats the one that is geometric in lam + v",
        relation=Ge(E_D, N * (_MEAN_STEP - 1 + exp(-_MEAN_STEP)) / 2),
        source="own derivation",
        cases=Cases(families=(Family.GAUSSIAN_1D,), samplers=("score",)),
        derived_from=("budget.score.discretisation", "gauss.fisher"),
    ),
    Claim(
        id="design.optimal.gaussian.ode",
        title="no grid of the ode sampler keeps more variance than sigma = sqrt(lam) tan(linear)",
        relation=Le(V_out, _LAST * cos(_MEAN_ANGLE) ** (2 * N)),
        source="Sabour, Fidler, Kreis 2024, Theorem 3.1",
        cases=Cases(families=(Family.GAUSSIAN_1D,), samplers=("ode",), start="exact", spread=True),
        derived_from=("gauss.ode",),
    ),
)

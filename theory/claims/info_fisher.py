"""Fisher information, its relation to mmse and its derivative (I2, I3).

Setting: any data with finite second moment, X_u = X_0 + sqrt(u) xi.

    J(u)     = d/u - mmse(u)/u^2
    J'(u)    = -E||hess log p_u||_F^2
    hess log p_u(x) = -I/u + Cov(X_0 | X_u = x)/u^2
    mmse'(u) = E||Cov(X_0 | X_u)||_F^2 / u^2
    mmse(u) <= min(m2, d u)

J' and mmse' are measured by differentiating their defining integrals in u.
Reference: Guo, Shamai, Verdu 2005; Payaro, Palomar 2009. Tight: equalities.
"""

from sympy import Derivative, Eq, Le, Min

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import J, cov, cov2, d, dscore, hess2, m2, mmse, u, x

_LINE = Cases(families=(Family.GAUSSIAN_1D, Family.MIXTURE))

CLAIMS = (
    Claim(
        id="info.fisher_mmse",
        title="Fisher information from mmse",
        relation=Eq(J(u), d / u - mmse(u) / u**2),
        source="Guo, Shamai, Verdu 2005",
        derived_from=("info.tweedie",),
    ),
    Claim(
        id="info.fisher_derivative",
        title="Fisher information falls by the mean squared Hessian",
        relation=Eq(Derivative(J(u), u), -hess2(u)),
        source="Payaro, Palomar 2009",
    ),
    Claim(
        id="info.hessian",
        title="Hessian of log p from the posterior covariance",
        relation=Eq(dscore(x, u), -1 / u + cov(x, u) / u**2),
        source="Payaro, Palomar 2009",
        cases=_LINE,
        derived_from=("info.tweedie",),
    ),
    Claim(
        id="info.mmse_derivative",
        title="mmse grows by the mean squared posterior covariance",
        relation=Eq(Derivative(mmse(u), u), cov2(u) / u**2),
        source="Payaro, Palomar 2009",
        derived_from=("info.fisher_mmse", "info.fisher_derivative", "info.hessian"),
    ),
    Claim(
        id="info.mmse_bound",
        title="mmse is at most the signal and at most the noise",
        relation=Le(mmse(u), Min(m2, d * u)),
        source="Guo, Shamai, Verdu 2005",
        derived_from=("info.fisher_mmse",),
    ),
)

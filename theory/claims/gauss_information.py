"""Gaussian data N(mu, lam): Fisher information and mmse in closed form.

    J(u) = 1/(lam + u),    mmse(u) = lam u/(lam + u).

Any covariance follows eigenvalue by eigenvalue. Tight: equalities.
"""

from sympy import Eq

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import J, lam, mmse, u

_CASES = Cases(families=(Family.GAUSSIAN_1D,))

CLAIMS = (
    Claim(
        id="gauss.fisher",
        title="Fisher information of Gaussian data",
        relation=Eq(J(u), 1 / (lam + u)),
        source="own derivation",
        cases=_CASES,
    ),
    Claim(
        id="gauss.mmse",
        title="mmse of Gaussian data",
        relation=Eq(mmse(u), lam * u / (lam + u)),
        source="own derivation",
        cases=_CASES,
    ),
)

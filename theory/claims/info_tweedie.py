"""Tweedie's formula (I1).

Setting: X_u = X_0 + sqrt(u) xi. The score of the noisy law is the posterior mean's displacement:

    grad log p_u(x) = (E[X_0 | X_u = x] - x) / u.

The score is measured as the derivative of log p_u, the denoiser as a posterior mean.
Reference: Robbins 1956; Efron 2011, "Tweedie's Formula and Selection Bias". Tight: equality.
"""

from sympy import Eq

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import denoiser, score, u, x

CLAIMS = (
    Claim(
        id="info.tweedie",
        title="Tweedie: the score from the denoiser",
        relation=Eq(score(x, u), (denoiser(x, u) - x) / u),
        source="Efron 2011",
        setting="any one-dimensional data, any noise level u, any point x",
        cases=Cases(families=(Family.GAUSSIAN_1D, Family.MIXTURE)),
    ),
)

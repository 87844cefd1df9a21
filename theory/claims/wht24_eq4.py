"""Denoising score matching, Wang-He-Tao 2024 eq. (4) and App. C (I6).

Setting: s_theta any square-integrable score at noise level v[0] (sigma = sqrt(v)), X ~ p_v, and the denoising
loss l = E||sigma s_theta(X) + xi||^2. Then

    E||s_theta - grad log p||^2 = l/sigma^2 + C_t,    C_t = -mmse/sigma^4.

As printed the weight on the loss is 1/sigma instead of 1/sigma^2, true only at sigma = 1 or where the loss is 0.
Reference: Vincent 2011 for the identity. Tight: equality.
"""

from sympy import Eq

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import eps2, excess, loss, mmse, sigma, v

_CASES = Cases(families=(Family.GAUSSIAN, Family.MIXTURE), score_error=True, max_steps=1)

CLAIMS = (
    Claim(
        id="info.dsm",
        title="denoising loss = excess loss + its irreducible part",
        relation=Eq(loss[0], excess[0] + mmse(v[0]) / v[0]),
        source="Vincent 2011",
        cases=_CASES,
        derived_from=("info.tweedie",),
    ),
    Claim(
        id="wht24.eq4.printed",
        title="eq. (4) with the weight 1/sigma_bar",
        relation=Eq(eps2[0], loss[0] / sigma[0] - mmse(v[0]) / v[0] ** 2),
        source="Wang, He, Tao 2024, eq. (4)",
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_CASES,
        note="true only at sigma_bar = 1, or where the loss is 0",
    ),
    Claim(
        id="wht24.eq4.corrected",
        title="eq. (4) with the weight 1/sigma_bar^2",
        relation=Eq(eps2[0], loss[0] / v[0] - mmse(v[0]) / v[0] ** 2),
        source="Wang, He, Tao 2024, eq. (4)",
        form=Form.CORRECTED,
        cases=_CASES,
        derived_from=("info.dsm",),
    ),
)

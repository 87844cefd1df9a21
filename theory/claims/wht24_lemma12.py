"""Wang-He-Tao 2024 Lemma 12: how far the score moves within a step. Exact as printed.

Setting: Y the reverse process, w < u. With L the score along Y,

    E||L_w - L_u||^2 = d (1/w - 1/u) + mmse(u)/u^2 - mmse(w)/w^2.

The left side is measured from the joint law of (Y_u, Y_w). Tight: equality.
"""

from sympy import Eq

from theory.claims.claim import Cases, Claim, Family, Form
from theory.vocabulary import d, drift2, mmse, u, w

CLAIMS = (
    Claim(
        id="wht24.lemma12",
        title="mean squared change of the score within a step",
        relation=Eq(drift2(u, w), d * (1 / w - 1 / u) + mmse(u) / u**2 - mmse(w) / w**2),
        source="Wang, He, Tao 2024, Lemma 12",
        form=Form.PRINTED,
        cases=Cases(families=(Family.GAUSSIAN_1D, Family.MIXTURE)),
        derived_from=("info.martingale_score", "info.fisher_mmse"),
    ),
)

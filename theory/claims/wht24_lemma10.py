"""The initialisation error, and Wang-He-Tao 2024 Lemma 10.

Setting: the sampler starts from N(0, v_0 I) instead of p_{v_0}. Exactly,

    E_I = KL(p_{v_0} || N(0, v_0 I)) = 1/2 int_{v_0}^inf (m2 - mmse(u))/u^2 du <= m2/(2 v_0).

The bound is Lemma 10, KL(p * q || q) <= m2/(2 sigma^2), true with the constant 1/2.
Tight: equality for data at one point.
"""

from sympy import Eq, Integral, Le, oo

from theory.claims.claim import Claim, Form
from theory.vocabulary import E_I, m2, mmse, v, w

CLAIMS = (
    Claim(
        id="budget.initial",
        title="initialisation error as an integral of the signal",
        relation=Eq(E_I, Integral((m2 - mmse(w)) / w**2, (w, v[0], oo)) / 2),
        source="own derivation",
        derived_from=("info.kl_to_noise",),
    ),
    Claim(
        id="wht24.lemma10",
        title="initialisation error at most m2/(2 v_0)",
        relation=Le(E_I, m2 / (2 * v[0])),
        source="Wang, He, Tao 2024, Lemma 10",
        form=Form.PRINTED,
        derived_from=("budget.initial",),
    ),
)

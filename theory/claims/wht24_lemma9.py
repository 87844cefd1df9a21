"""Wang-He-Tao 2024 Lemma 9 / display (19): the constant of Girsanov's theorem.

Setting: sigma_t is the paper's diffusion coefficient, dX = sqrt(2 sigma_t^2) dW, so dv = 2 sigma_t^2 dt. The
lemma bounds KL(p_{v_N} || output) by E_I + c int sigma_t^2 E||s_theta(t_k) - grad log p_t||^2 dt. Girsanov's
theorem gives c = 1, where the integral equals E_S + E_D; printed is c = 1/2.

The printed form fails for the output law itself, not only for the path law.
"""

from sympy import Eq, Le

from theory.claims.claim import Cases, Claim, Expected, Form
from theory.vocabulary import E_D, E_I, E_S, KL, KL_path

_CASES = Cases(samplers=("score",), score_error=True, max_steps=4)

CLAIMS = (
    Claim(
        id="wht24.lemma9.printed",
        title="output KL at most E_I + (E_S + E_D)/2",
        relation=Le(KL, E_I + (E_S + E_D) / 2),
        source="Wang, He, Tao 2024, Lemma 9 and display (19)",
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_CASES,
        note="the factor 1/2 on the integral is 1 by Girsanov's theorem",
    ),
    Claim(
        id="wht24.lemma9.corrected",
        title="output KL at most E_I + E_S + E_D",
        relation=Le(KL, E_I + E_S + E_D),
        source="Wang, He, Tao 2024, Lemma 9 and display (19)",
        form=Form.CORRECTED,
        cases=_CASES,
        derived_from=("wht24.lemma9.constant", "path.data_processing"),
    ),
    Claim(
        id="wht24.lemma9.constant",
        title="the constant of Lemma 9 for the path law is exactly 1",
        relation=Eq(KL_path, E_I + E_S + E_D),
        source="Girsanov",
        cases=_CASES,
        derived_from=("budget.score", "budget.score.discretisation", "budget.score.excess", "info.de_bruijn"),
    ),
)

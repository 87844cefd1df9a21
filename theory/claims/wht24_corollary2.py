"""Wang-He-Tao 2024 Corollary 2: where all f_ij are nearly equal, the rate may use the largest g_j.

Setting: as in Lemma 1, with weights beta_j = n/sum_i ||r_ij||^2, under which every noise level has the same loss at
theta_0 (with n = 1 all f_ij are equal exactly). Then, for some C6,

    ||grad L||^2 >= C6 m d^{(a_0-1)/2}/(n^3 N^2) max_j g_j L,     g_j = beta_j sigma_j^2.

Tested as a rate: the implied constants must not drift to 0 along m, d, n, N. What weights of this kind are worth in
training is an experiment (``benchmarks.weightings``), not a theorem.
"""

from sympy import Ge

from theory.claims.claim import Cases, Claim, Form, TrainingSpace
from theory.claims.wht24_lemma1 import EXPONENT, at_start
from theory.vocabulary import C6, N, a_0, d, g_max, grad2, loss_em, m, n

CLAIMS = (
    Claim(
        id="wht24.cor2",
        title="with equal losses at all levels the initial gradient is bounded below by the largest g_j",
        relation=Ge(grad2[0], C6 * m * d ** ((a_0 - 1) / 2) / (n**3 * N**2) * g_max * loss_em[0]),
        source="Wang, He, Tao 2024, Corollary 2",
        form=Form.PRINTED,
        cases=Cases(training=TrainingSpace()),
        design=at_start("C6", "equal", EXPONENT),
        derived_from=("wht24.lemma1",),
    ),
)

"""Wang-He-Tao 2024 Lemma 5: upper bound of each layer's gradient at the random initial network.

Setting: theta_0 random, data with ||x_i||^2 of order d, g_j = beta_j sigma_j^2. For every layer l and some C6,

    ||grad_{W_l} L||^2 <= C6 m N max_j g_j L.

Tested as a rate: the implied constants must not drift to infinity along m, d, n, N. True and loose in d, n and N; how
loose, the verdict measures.
"""

from sympy import Le

from theory.claims.claim import Cases, Claim, Form, TrainingSpace
from theory.claims.wht24_lemma1 import at_start
from theory.vocabulary import C6, N, g_max, layer2, loss_em, m

CLAIMS = (
    Claim(
        id="wht24.lemma5",
        title="upper bound of the initial gradient of each layer, rate in m, d, n, N",
        relation=Le(layer2[0], C6 * m * N * g_max * loss_em[0]),
        source="Wang, He, Tao 2024, Lemma 5",
        form=Form.PRINTED,
        cases=Cases(training=TrainingSpace()),
        design=at_start("C6"),
        derived_from=("ntk.gradient",),
    ),
)

"""Wang-He-Tao 2024 Lemma 1 and Lemma 5: lower and upper bounds of the gradient at the random initial network.

Setting: theta_0 random, data with ||x_i||^2 of order d; g_j = beta_j sigma_j^2, (i*, j*) the largest f_ij = beta_j ||r_ij||^2.
For 1/2 < a_0 < 1 and constants that are left unnamed,

    ||grad L||^2          >= C6 m d^{(a_0-1)/2}/(n^3 N^2) g_{j*} L      (Lemma 1)
    ||grad_{W_l} L||^2    <= C6 m N max_j g_j L, every layer l          (Lemma 5)

They are tested as rates: the implied constants must not drift to 0 (to infinity) along m, d, n, N. Both are true and
loose; how loose, the verdicts measure.
"""

from sympy import Ge, Le

from theory.claims.claim import Cases, Claim, Form, TrainingSpace
from theory.claims.design import Design
from theory.vocabulary import C6, N, a_0, d, g_max, g_star, grad2, layer2, loss_em, m, n

_LEVELS = (
    ("m", (32, 64, 128, 256)),
    ("d", (1, 2, 4, 8)),
    ("n", (1, 2, 4, 8)),
    ("N", (2, 4, 8, 16)),
    ("layers", (2,)),
)


def _design(free: tuple[tuple[str, float], ...] = ()) -> Design:
    """theta_0 is looked at, so that the step size does not matter: the printed one needs no eigenvalues."""
    ends = {"sigma_max": 2.0, "sigma_min": 0.5}
    return Design(levels=_LEVELS, constant="C6", seeds=4, rule="printed", free=free, **ends)


_CASES = Cases(training=TrainingSpace())

CLAIMS = (
    Claim(
        id="wht24.lemma1",
        title="lower bound of the initial gradient, rate in m, d, n, N",
        relation=Ge(grad2[0], C6 * m * d ** ((a_0 - 1) / 2) / (n**3 * N**2) * g_star[0] * loss_em[0]),
        source="Wang, He, Tao 2024, Lemma 1",
        form=Form.PRINTED,
        cases=_CASES,
        design=_design(free=(("a_0", 0.75),)),
        derived_from=("ntk.gradient",),
    ),
    Claim(
        id="wht24.lemma5",
        title="upper bound of the initial gradient of each layer, rate in m, d, n, N",
        relation=Le(layer2[0], C6 * m * N * g_max * loss_em[0]),
        source="Wang, He, Tao 2024, Lemma 5",
        form=Form.PRINTED,
        cases=_CASES,
        design=_design(),
        derived_from=("ntk.gradient",),
    ),
)

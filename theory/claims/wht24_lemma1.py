"""Wang-He-Tao 2024 Lemma 1: lower bound of the gradient at the random initial network.

Setting: theta_0 random, data with ||x_i||^2 of order d; g_j = beta_j sigma_j^2, (i*, j*) the largest
f_ij = beta_j ||r_ij||^2. For 1/2 < a_0 < 1 and some C6,

    ||grad L||^2 >= C6 m d^{(a_0-1)/2}/(n^3 N^2) g_{j*} L.

Tested as a rate: the implied constants must not drift to 0 along m, d, n, N. True and very loose in n and N; how loose,
the verdict measures.
"""

from sympy import Ge

from theory.claims.claim import Cases, Claim, Form, TrainingSpace
from theory.claims.design import Design
from theory.vocabulary import C6, N, a_0, d, g_star, grad2, loss_em, m, n

SIZES = (
    ("m", (32, 64, 128, 256)),
    ("d", (1, 2, 4, 8)),
    ("n", (1, 2, 4, 8)),
    ("N", (2, 4, 8, 16)),
    ("layers", (2,)),
)
EXPONENT = (("a_0", 0.75),)


def at_start(constant: str, weighting: str = "uniform", free: tuple[tuple[str, float], ...] = ()) -> Design:
    """theta_0 is looked at, so that the step size does not matter: the printed one needs no eigenvalues."""
    return Design(
        levels=SIZES,
        constant=constant,
        seeds=4,
        weighting=weighting,
        rule="printed",
        sigma_max=2.0,
        sigma_min=0.5,
        free=free,
    )


CLAIMS = (
    Claim(
        id="wht24.lemma1",
        title="lower bound of the initial gradient, rate in m, d, n, N",
        relation=Ge(grad2[0], C6 * m * d ** ((a_0 - 1) / 2) / (n**3 * N**2) * g_star[0] * loss_em[0]),
        source="Wang, He, Tao 2024, Lemma 1",
        form=Form.PRINTED,
        cases=Cases(training=TrainingSpace()),
        design=at_start("C6", free=EXPONENT),
        derived_from=("ntk.gradient",),
    ),
)

"""Wang-He-Tao 2024 Theorem 1: gradient descent on the training loss converges, as printed and corrected.

Setting: K steps of size h from the random initial network; g_j = beta_j sigma_j^2 (the paper's w(t_j)(t_j - t_{j-1})
sigma_bar_j); j*(s) the level of the largest f_ij at step s. As printed, for networks wide enough,

    L_K <= prod_s (1 - C5 h g_{j*(s)} m d^{(a_0-1)/2}/(n^3 N^2)) L_0      with h = Theta(n N/(m min_j g_j)).

This step size is unstable. lambda_max of the NTK Gram matrix is at least its mean eigenvalue, Theta(m mean(g)/n), so
that h lambda_max >= c N, where stability asks for h lambda_max < 2: on real networks the first step makes the loss
larger by orders of magnitude. A step of order 1/(m N max_j g_j) is stable for some constant. With h a share of
1/lambda_max the product form is true with the kernel's own constant,

    L_K <= prod_s (1 - h lambda_min(theta_s)) L_0,

at noise levels from 1 up, on networks of width 128 and more and with h <= 1/(2 lambda_max(theta_0)); the printed rate
is true for some C5, and loose (``verify.rates``). The conditions are needed. lambda_max grows along the run, of narrow
networks by orders of magnitude, so that h = 1/lambda_max(theta_0) alone does not even keep the loss from growing; and
at small noise levels the residual asks for an output of size 1/sigma, which takes more width.
That is observed, not derived: the obvious way, 2 lambda_min L <= ||grad L||^2 and a step that takes h ||grad L||^2/2
off the loss, fails in its second half, as units that switch can undo most of a step whose gradient has become small.
"""

from sympy import Ge, Le, Product

from theory.claims.claim import Cases, Claim, Expected, Form, TrainingSpace
from theory.claims.design import Design
from theory.claims.wht24_lemma1 import EXPONENT, SIZES
from theory.vocabulary import (
    C5,
    C_h,
    K,
    N,
    a_0,
    d,
    g_max,
    g_min,
    g_star,
    growth,
    h,
    lambda_max,
    lambda_min,
    loss_em,
    m,
    n,
    s,
)

_SOURCE = "Wang, He, Tao 2024, Theorem 1"
_WIDE = TrainingSpace(factors=(0.05, 0.5), widths=(128, 256), by_hand=False, least_sigma=1.0)
_PRINTED_RATE = h * g_star[s] * m * d ** ((a_0 - 1) / 2) / (n**3 * N**2)


def _design(constant: str, steps: int = 1, step: int = 0, free: tuple[tuple[str, float], ...] = ()) -> Design:
    return Design(
        levels=SIZES,
        constant=constant,
        seeds=4,
        steps=steps,
        step=step,
        factor=0.5,
        weighting="1/sigma2",
        sigma_max=2.0,
        sigma_min=0.5,
        free=free,
    )


CLAIMS = (
    Claim(
        id="wht24.thm1.step.printed",
        title="with the printed step size, constant 1, the loss does not grow in the first step",
        relation=Le(loss_em[1], loss_em[0]),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=Cases(training=TrainingSpace(step="printed", factors=(1.0, 1.0), widths=(64, 128), by_hand=False)),
        note="h = n N/(m min_j g_j); see wht24.thm1.step.rate.printed for other constants",
    ),
    Claim(
        id="wht24.thm1.step.rate.printed",
        title="the printed step size is stable for some constant: h lambda_max stays bounded",
        relation=Le(lambda_max[0] * n * N / (m * g_min), C_h),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=Cases(training=TrainingSpace()),
        design=_design("C_h"),
        derived_from=("ntk.trace",),
        note="h lambda_max at constant 1 grows at least like N, whatever the constant",
    ),
    Claim(
        id="wht24.thm1.step.rate.corrected",
        title="a step size of order 1/(m N max_j g_j) is stable for some constant",
        relation=Le(lambda_max[0], C_h * m * N * g_max),
        source="own derivation",
        form=Form.CORRECTED,
        cases=Cases(training=TrainingSpace()),
        design=_design("C_h"),
        derived_from=("ntk.gram",),
        note="what replaces n N/(m min_j g_j)",
    ),
    Claim(
        id="wht24.thm1.corrected",
        title="Theorem 1 with h at most half of 1/lambda_max, the kernel's constant, wide networks",
        relation=Le(loss_em[K], Product(1 - h * lambda_min[s], (s, 0, K - 1)) * loss_em[0]),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=Cases(training=_WIDE),
        note="noise levels from 1 up, width 128 and more; no proof covers all widths",
    ),
    Claim(
        id="wht24.thm1.narrow",
        title="h = 1/lambda_max at the start keeps the loss from growing, for networks of every width",
        relation=Le(growth, 1),
        source="own derivation",
        form=Form.CONJECTURE,
        expected=Expected.REFUTED,
        cases=Cases(
            training=TrainingSpace(factors=(1.0, 1.0), widths=(4, 8, 16), most_layers=6, most_steps=8, by_hand=False)
        ),
        note="lambda_max grows along the run, in narrow and deep networks far beyond 2/h",
    ),
    Claim(
        id="wht24.thm1.rate",
        title="the rate of Theorem 1 at a stable step holds for some C5, in the first step",
        relation=Ge(1 - loss_em[s + 1] / loss_em[s], C5 * _PRINTED_RATE),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=Cases(training=TrainingSpace()),
        design=_design("C5", free=EXPONENT),
        derived_from=("wht24.lemma1",),
    ),
    Claim(
        id="wht24.thm1.rate.later",
        title="the rate of Theorem 1 at a stable step holds for some C5, in the sixth step",
        relation=Ge(1 - loss_em[s + 1] / loss_em[s], C5 * _PRINTED_RATE),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=Cases(training=TrainingSpace()),
        design=_design("C5", steps=6, step=5, free=EXPONENT),
        derived_from=("wht24.thm1.rate",),
    ),
)

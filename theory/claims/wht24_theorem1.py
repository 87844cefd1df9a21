"""Wang-He-Tao 2024 Theorem 1: gradient descent on the training loss converges, as printed and corrected.

Setting: K steps of size h from the random initial network; g_j = beta_j sigma_j^2 (the paper's w(t_j)(t_j - t_{j-1})
sigma_bar_j); j*(s) the level of the largest f_ij at step s. As printed, for networks wide enough,

    L_K <= prod_s (1 - C5 h g_{j*(s)} m d^{(a_0-1)/2}/(n^3 N^2)) L_0      with h = Theta(n N/(m min_j g_j)).

This step size is unstable. lambda_max of the NTK Gram matrix is at least its mean eigenvalue, Theta(m mean(g)/n), so
that h lambda_max >= c N, where stability asks for h lambda_max < 2: on real networks the first step makes the loss
larger by orders of magnitude. A step of order 1/(m N max_j g_j) is stable for some constant.

What is true at every width, step size and noise level needs a term for what the network bends. With K_s the NTK Gram
matrix at theta_s, u_{s+1} = (I - h K_s) u_s + e_s defines e_s, and bend_s = ||e_s||/||u_s||. By the triangle inequality

    sqrt(L_K) <= prod_s (max(1 - h lambda_min(theta_s), h lambda_max(theta_s) - 1) + bend_s) sqrt(L_0).

Proved, and close to the definition of the bend: its content is how small bend_s is on real runs. Tight where there is
one residual and e_s points its way. While h lambda_max <= 1 and bend_s <= h lambda_min/2
this gives the theorem's form with the kernel's own constant, as (1 - x/2)^2 <= 1 - 3x/4 for x <= 1:

    L_K <= prod_s (1 - 3/4 h lambda_min(theta_s)) L_0.

Without the bend, L_K <= prod_s (1 - h lambda_min(theta_s)) L_0 is observed, not proved, and for one data point at one
noise level from 1 up alone, on networks of width 128 and more and with h <= 1/(10 lambda_max(theta_0)). Large noise at
an input of small norm asks for a long move of the weights, along which the network bends: at width 128 this breaks it
with h = 1/(2 lambda_max(theta_0)), and at 1/(4 lambda_max(theta_0)) two inputs that nearly agree, with noises that do
not, break it as well, since 1 - h lambda_min is then almost 1. lambda_max grows along the run, of narrow networks by
orders of magnitude, so that h = 1/lambda_max(theta_0) alone does not even keep the loss from growing. The printed rate
is true for some C5 at a stable step, and loose (``verify.rates``).
"""

from dataclasses import replace

from sympy import Ge, Le, Max, Product, sqrt

from theory.claims.claim import Cases, Claim, Expected, Form, TrainingSpace
from theory.claims.design import Design
from theory.claims.wht24_lemma1 import EXPONENT, at_start
from theory.vocabulary import (
    C5,
    C_h,
    K,
    N,
    a_0,
    bend,
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
_WIDE = TrainingSpace(
    factors=(0.02, 0.1), widths=(128, 256), most_points=1, most_levels=1, by_hand=False, least_sigma=1.0
)
_PRINTED_RATE = h * g_star[s] * m * d ** ((a_0 - 1) / 2) / (n**3 * N**2)
_CONTRACTION = Max(1 - h * lambda_min[s], h * lambda_max[s] - 1)


def _design(constant: str, steps: int = 1, step: int = 0, free: tuple[tuple[str, float], ...] = ()) -> Design:
    """The sizes of Lemma 1, trained with half the largest stable step and the same g at all levels."""
    return replace(at_start(constant, "1/sigma2", free), rule="stable", factor=0.5, steps=steps, step=step)


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
        title="Theorem 1 with the kernel's extreme eigenvalues and the bend of each step, every width and step size",
        relation=Le(sqrt(loss_em[K]), Product(_CONTRACTION + bend[s], (s, 0, K - 1)) * sqrt(loss_em[0])),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=Cases(training=TrainingSpace(factors=(0.05, 1.9))),
        derived_from=("ntk.gram",),
        note="proved by the triangle inequality; bend[s] is measured on the run",
    ),
    Claim(
        id="wht24.thm1.observed",
        title="Theorem 1 with h at most 1/(10 lambda_max), the kernel's constant, one residual, wide networks",
        relation=Le(loss_em[K], Product(1 - h * lambda_min[s], (s, 0, K - 1)) * loss_em[0]),
        source="own observation",
        form=Form.CONJECTURE,
        cases=Cases(training=_WIDE),
        note="observed for n = N = 1, noise levels from 1 up, widths from 128 up; no proof, and false at larger steps",
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

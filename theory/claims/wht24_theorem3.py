"""Wang-He-Tao 2024 Theorem 3: the score error taken apart into training, statistical, estimation and approximation.

Setting: the score sampler's path KL is E_I + E_S + E_D (``budget.score``). With the weighted population loss L_bar of
the trained scores and its smallest possible value -C_bar = 1/2 sum_k beta_k mmse(v_k)/v_k, in explicit constants (the
words are those of ``theory.vocabulary.decomposition``),

    E_S = 1/2 sum_k (Delta_k/v_k) excess_k <= max_k [Delta_k/(v_k beta_k)] (L_bar + C_bar)             (factor)
    L_bar + C_bar <= eps_train + eps_n + eps_est + eps_approx                                          (triangle)

so that the theorem is true with the constants of the corrected Theorem 2. The factor is an equality where
Delta_k/(v_k beta_k) is the same at all levels, as on a geometric grid with equal weights; what the maximum costs is at
most the largest over the smallest of these.

The second line cannot be tight where the minimiser of the training loss interpolates. Whatever was trained,

    eps_n + eps_train >= L_bar(W^K) + L_bar(W^*) - 2 L_em(W^*) >= -2 C_bar - 2 L_em(W^*),              (floor)

which is the paper's own remark: with L_em(W^*) = 0 the right side stays above -2 C_bar > 0 (unless all data are at one
point), though the left side is 0 for the exact score. No constant brings the four errors below a multiple of
L_bar + C_bar. With many more points than parameters L_em(W^*) comes near -C_bar, and the floor near 0.

Measured: real matrices trained on a finite sample with one fixed noise at each point and level. The training set, its
number, size, step size, start and weighting are drawn. Tight: factor (equality), floor (ratio near 1).
"""

from sympy import Ge, Le, Rational, Sum

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.claims.wht24_theorem2 import DISCRETISATION
from theory.vocabulary import (
    E_D,
    E_I,
    C,
    E_S_em,
    L_em_star,
    L_pop,
    N,
    beta_lin,
    eps_approx,
    eps_est,
    eps_n,
    eps_train,
    k,
    m2,
    mmse,
    v,
    weight_max,
    weight_min,
)

FLOOR = Rational(1, 2) * Sum(beta_lin[k] * mmse(v[k]) / v[k], (k, 0, N - 1))
FOUR = eps_train + eps_n + eps_est + eps_approx
_SOURCE = "Wang, He, Tao 2024, Theorem 3"
_SAMPLES = Cases(families=(Family.GAUSSIAN,), samplers=("score",), centred=True, max_steps=4)

CLAIMS = (
    Claim(
        id="wht24.thm3.factor",
        title="the score part of the path KL is at most max_k Delta_k/(v_k beta_k) times the excess loss",
        relation=Le(E_S_em, weight_max * (L_pop - FLOOR)),
        source=_SOURCE,
        cases=_SAMPLES,
        derived_from=("budget.score.excess", "info.dsm"),
    ),
    Claim(
        id="wht24.thm3.max",
        title="what the maximum costs: with the smallest Delta_k/(v_k beta_k) the bound is from below",
        relation=Ge(E_S_em, weight_min * (L_pop - FLOOR)),
        source="own derivation",
        cases=_SAMPLES,
        derived_from=("budget.score.excess", "info.dsm"),
        note="so that the factor is an equality where all Delta_k/(v_k beta_k) are equal",
    ),
    Claim(
        id="wht24.thm3.triangle",
        title="the excess loss is at most the sum of the four errors",
        relation=Le(L_pop - FLOOR, FOUR),
        source=_SOURCE,
        cases=_SAMPLES,
    ),
    Claim(
        id="wht24.thm3",
        title="Theorem 3 with explicit constants, every grid, of the whole path divergence",
        relation=Le(E_I + E_S_em + E_D, m2 / (2 * v[0]) + DISCRETISATION + weight_max * FOUR),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=_SAMPLES,
        derived_from=(
            "linear.budget",
            "wht24.lemma10",
            "wht24.thm2.discretisation.corrected",
            "wht24.thm3.factor",
            "wht24.thm3.triangle",
        ),
        note="with the discretisation term of the corrected Theorem 2",
    ),
    Claim(
        id="wht24.thm3.floor",
        title="statistical and training error together are at least -2 C_bar - 2 L_em(theta*)",
        relation=Ge(eps_n + eps_train, 2 * FLOOR - 2 * L_em_star),
        source=_SOURCE,
        cases=_SAMPLES,
        derived_from=("info.dsm",),
        note="-2 C_bar > 0 where the minimiser interpolates",
    ),
    Claim(
        id="wht24.thm3.vanishing",
        title="the four errors are at most a constant times the excess loss, so that they vanish with it",
        relation=Le(FOUR, C * (L_pop - FLOOR)),
        source="own derivation",
        form=Form.CONJECTURE,
        expected=Expected.REFUTED,
        cases=_SAMPLES,
        derived_from=("wht24.thm3.floor",),
        note="the exact score has no excess loss, and the sum is a positive number: no constant helps",
    ),
)

"""The whole error of the score sampler with a trained network: what training, steps and start add up to.

Setting: the network after K >= 0 steps of gradient descent is the score of the score sampler, on the grid whose levels
k < N it was trained on. With Delta_k = v_k - v_{k+1}, for every network, any data and any grid,

    KL_path = E_I + E_D + E_S,    E_S = 1/2 sum_k (Delta_k/v_k) (loss_k - mmse(v_k)/v_k),

loss_k = E||sigma_k S + xi||^2 on fresh data: training enters by its losses alone, each with the weight Delta_k/v_k of
the sampler, whatever weights it was trained with. Both sides are sampled: KL_path from the transition densities of the
two chains, without loss, mmse or score (``numerics.full_error``). With the discretisation part of the corrected
Theorem 2,

    KL_path <= m2/(2 v_0) + E_S + DISCRETISATION.

The paper writes the weight of the loss as 1/sigma_bar in place of 1/sigma_bar^2 (eq. 4); with it, the budget is false
unless sigma_bar = 1. Tight: equalities; the bound as far as that of ``wht24.thm2.corrected`` is.
"""

from sympy import Eq, Le, Rational, Sum

from theory.claims.claim import Cases, Claim, Expected, Form, TrainingSpace
from theory.claims.wht24_theorem2 import DISCRETISATION
from theory.vocabulary import E_D, E_I, E_S_net, KL_path_net, N, k, loss_net, m2, mmse, sigma, v

_STEPS = (k, 0, N - 1)
_DELTA = v[k] - v[k + 1]
_EXCESS = loss_net[k] - mmse(v[k]) / v[k]
FROM_LOSSES = Rational(1, 2) * Sum(_DELTA / v[k] * _EXCESS, _STEPS)
_PRINTED_WEIGHT = Rational(1, 2) * Sum(_DELTA * (loss_net[k] / sigma[k] - mmse(v[k]) / v[k] ** 2), _STEPS)
BOUND = m2 / (2 * v[0]) + E_S_net + DISCRETISATION
_CASES = Cases(samplers=("score",), training=TrainingSpace(widths=(4, 8, 16, 32), most_layers=2, most_steps=16))
_NOTE = "both sides are sampled, with intervals that hold for the finite number of draws"

CLAIMS = (
    Claim(
        id="full_error.budget",
        title="path KL of the score sampler with a trained network = E_I + E_D + E_S",
        relation=Eq(KL_path_net, E_I + E_D + E_S_net),
        source="Girsanov; own derivation",
        cases=_CASES,
        derived_from=("budget.score", "budget.score.excess", "info.dsm"),
        note=_NOTE,
    ),
    Claim(
        id="full_error.losses",
        title="the same, from the network's loss at each level",
        relation=Eq(KL_path_net, E_I + E_D + FROM_LOSSES),
        source="Girsanov; own derivation",
        cases=_CASES,
        derived_from=("full_error.budget",),
        note=_NOTE,
    ),
    Claim(
        id="full_error.weight",
        title="the same with eq. (4)'s weight 1/sigma of the loss",
        relation=Eq(KL_path_net, E_I + E_D + _PRINTED_WEIGHT),
        source="Wang, He, Tao 2024, eq. (4)",
        form=Form.CONJECTURE,
        expected=Expected.REFUTED,
        cases=_CASES,
        derived_from=("full_error.losses",),
        note="as wht24.eq4.printed: the squared score error has the loss with the weight 1/sigma^2",
    ),
    Claim(
        id="full_error.bound",
        title="Theorem 2 with explicit constants, of the sampler that uses the trained network",
        relation=Le(KL_path_net, BOUND),
        source="Wang, He, Tao 2024, Theorems 2 and 3",
        form=Form.CORRECTED,
        cases=_CASES,
        derived_from=("full_error.budget", "wht24.thm2.corrected"),
        note=_NOTE,
    ),
)

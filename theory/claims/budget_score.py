"""The exact path-KL budget of the score-frozen sampler.

Setting: on each step the learned score is frozen, Y' = Y + (v - v') s_theta(v, Y) + sqrt(v - v') Z, started
from N(0, v_0 I). Then, for any data with finite second moment, any grid and any learned score,

    KL_path = E_I + 1/2 sum_k Delta_k eps2_k + H(v_0) - H(v_N) - 1/2 sum_k Delta_k J(v_k),

where Delta_k = v_k - v_{k+1}. There is no cross term because the score is a martingale along the reverse
process. E_D is the gap between the area under the Fisher-information curve and its left staircase.
KL_path is measured from its definition, as the divergence between the laws of the chains at the grid points.
Reference: Girsanov; Chen et al. 2023. Tight: equalities.
"""

from sympy import Eq, Integral, Sum

from theory.claims.claim import Cases, Claim
from theory.vocabulary import E_D, E_I, E_S, H, J, KL_path, N, d, eps2, excess, k, loss, v, w

_STEPS = (k, 0, N - 1)
_DELTA = v[k] - v[k + 1]
_STAIRCASE = H(v[0]) - H(v[N]) - Sum(_DELTA * J(v[k]), _STEPS) / 2

CLAIMS = (
    Claim(
        id="budget.score",
        title="path KL of the score sampler = E_I + E_S + E_D",
        relation=Eq(KL_path, E_I + Sum(_DELTA * eps2[k], _STEPS) / 2 + _STAIRCASE),
        source="Girsanov",
        cases=Cases(samplers=("score",), score_error=True, max_steps=5),
        derived_from=("info.martingale_score", "info.de_bruijn"),
    ),
    Claim(
        id="budget.score.discretisation",
        title="E_D of the score sampler: Fisher information against its left staircase",
        relation=Eq(E_D, Sum(Integral(J(w) - J(v[k]), (w, v[k + 1], v[k])), _STEPS) / 2),
        source="Girsanov",
        cases=Cases(samplers=("score",), max_steps=5),
        derived_from=("info.martingale_score",),
    ),
    Claim(
        id="budget.score.ranking",
        title="E_S + E_D from the validation loss: what a grid changes needs no true score",
        relation=Eq(E_S + E_D, H(v[0]) - H(v[N]) + Sum(_DELTA / v[k] * (loss[k] - d), _STEPS) / 2),
        source="own derivation",
        cases=Cases(samplers=("score",), score_error=True),
        derived_from=(
            "budget.score.discretisation",
            "budget.score.excess",
            "info.de_bruijn",
            "info.dsm",
            "info.fisher_mmse",
        ),
    ),
    Claim(
        id="budget.score.excess",
        title="E_S as a Riemann sum of the excess loss",
        relation=Eq(E_S, Sum(_DELTA / v[k] * excess[k], _STEPS) / 2),
        source="own derivation",
        cases=Cases(samplers=("score",), score_error=True),
    ),
)

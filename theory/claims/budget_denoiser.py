"""The exact path-KL budget of the denoiser-frozen sampler (DDPM with posterior variance).

Setting: Y' = (v'/v) Y + (1 - v'/v) D_theta(v, Y) + sqrt(v'(v - v')/v) Z, started from N(0, v_0 I), gamma = 1/v.

    KL_path = E_I + 1/2 sum_k (gamma_{k+1} - gamma_k) E||D_theta - D*||^2
                  + 1/2 sum_k int_{gamma_k}^{gamma_{k+1}} (mmse(gamma_k) - mmse(gamma)) dgamma,

so E_S + E_D is the left Riemann sum of the model's own denoising error against a constant that no grid
changes: the discrete-time variational bound. KL_path is measured from its definition.
Reference: Kingma, Salimans, Poole, Ho 2021. Tight: equalities.
"""

from sympy import Eq, Integral, Sum

from theory.claims.claim import Cases, Claim
from theory.vocabulary import E_D, E_I, E_S, KL_path, N, dmse, k, mmse, mse, v, w

_STEPS = (k, 0, N - 1)
_DGAMMA = 1 / v[k + 1] - 1 / v[k]
_GAP = Sum(Integral((mmse(v[k]) - mmse(w)) / w**2, (w, v[k + 1], v[k])), _STEPS) / 2

CLAIMS = (
    Claim(
        id="budget.denoiser",
        title="path KL of the denoiser sampler = E_I + E_S + E_D",
        relation=Eq(KL_path, E_I + Sum(_DGAMMA * dmse[k], _STEPS) / 2 + _GAP),
        source="Kingma et al. 2021",
        cases=Cases(samplers=("denoiser",), score_error=True, max_steps=5),
        derived_from=("info.martingale_denoiser", "info.kl_to_noise"),
    ),
    Claim(
        id="budget.denoiser.variational",
        title="E_S + E_D as the variational bound's Riemann sum",
        relation=Eq(
            E_S + E_D,
            Sum(_DGAMMA * mse[k], _STEPS) / 2 - Integral(mmse(w) / w**2, (w, v[N], v[0])) / 2,
        ),
        source="Kingma et al. 2021",
        cases=Cases(samplers=("denoiser",), score_error=True),
        derived_from=("budget.denoiser",),
    ),
)

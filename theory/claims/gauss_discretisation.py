"""Gaussian data N(mu, lam): the discretisation error of both samplers in closed form, a_k = lam + v_k.

    score:     E_D = 1/2 sum [ln(a_k/a_{k+1}) - 1 + a_{k+1}/a_k]
    denoiser:  E_D = 1/2 [sum mmse(v_k) (gamma_{k+1} - gamma_k) - ln((1 + lam gamma_N)/(1 + lam gamma_0))]

Data at one point (lam = 0) cost the denoiser sampler nothing and the score sampler
1/2 sum [x_k - 1 + e^{-x_k}]: the denoiser sampler adapts to low-dimensional data, the score sampler does not.
Measured as the path divergence of the chains, started exactly. Tight: equalities.
"""

from sympy import Eq, Sum, log

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import KL_path, N, k, lam, v

_STEPS = (k, 0, N - 1)


def _a(index):  # type: ignore[no-untyped-def]
    return lam + v[index]


def _cases(family: Family, sampler: str) -> Cases:
    return Cases(families=(family,), samplers=(sampler,), start="exact")


CLAIMS = (
    Claim(
        id="gauss.discretisation.score",
        title="E_D of the score sampler on Gaussian data",
        relation=Eq(KL_path, Sum(log(_a(k) / _a(k + 1)) - 1 + _a(k + 1) / _a(k), _STEPS) / 2),
        source="own derivation",
        cases=_cases(Family.GAUSSIAN_1D, "score"),
        derived_from=("budget.score", "gauss.fisher"),
    ),
    Claim(
        id="gauss.discretisation.denoiser",
        title="E_D of the denoiser sampler on Gaussian data",
        relation=Eq(
            KL_path,
            Sum(lam * v[k] / _a(k) * (1 / v[k + 1] - 1 / v[k]), _STEPS) / 2
            - log((1 + lam / v[N]) / (1 + lam / v[0])) / 2,
        ),
        source="own derivation",
        cases=_cases(Family.GAUSSIAN_1D, "denoiser"),
        derived_from=("budget.denoiser", "gauss.mmse"),
    ),
    Claim(
        id="gauss.point.score",
        title="data at one point cost the score sampler its d-term",
        relation=Eq(KL_path, Sum(log(v[k] / v[k + 1]) - 1 + v[k + 1] / v[k], _STEPS) / 2),
        source="own derivation",
        cases=_cases(Family.POINT, "score"),
        derived_from=("gauss.discretisation.score",),
    ),
    Claim(
        id="gauss.point.denoiser",
        title="data at one point cost the denoiser sampler nothing",
        relation=Eq(KL_path, 0),
        source="own derivation",
        cases=_cases(Family.POINT, "denoiser"),
        derived_from=("gauss.discretisation.denoiser",),
    ),
)

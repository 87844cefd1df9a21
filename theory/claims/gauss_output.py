"""Gaussian data N(mu, lam): what the samplers put out, a_k = lam + v_k, started from N(0, v_0).

    variance  a_N (1 + delta), delta_0 = v_0/a_0 - 1,
              score:     delta = a_N [delta_0/a_0 + sum Delta_k^2/(a_k a_{k+1}^2)]
              denoiser:  delta = a_N [delta_0/a_0 - sum lam Delta_k^2/(v_k a_k a_{k+1}^2)]
    mean      m_N - mu = -(a_N/a_0) mu   (both)
    KL        1/2 (1/(1+delta) - 1 + ln(1+delta) + mu^2 a_N/(a_0^2 (1+delta)))
    ode       exact start: standard deviation sqrt(a_N) prod cos(alpha_k - alpha_{k+1}),
              alpha = arctan(sigma/sqrt(lam))

Wang-He-Tao 2024 Lemma 13 prints the mean with sigma_T^2 + sigma_N^2 in the numerator where the recursion gives
the difference, and Lemma 15 carries that mean into the divergence. Measured by running each sampler's affine
recursion. Reference: Pierret, Galerne 2024; Sabour et al. 2024, Theorem 3.1 for the ode. Tight: equalities.
"""

from sympy import Eq, Product, Sum, atan, cos, log, sqrt

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import KL, M_out, N, V_out, k, lam, mu, sigma, v

_STEPS = (k, 0, N - 1)


def _a(index):  # type: ignore[no-untyped-def]
    return lam + v[index]


_DELTA2 = (v[k] - v[k + 1]) ** 2 / (_a(k) * _a(k + 1) ** 2)
_START = (v[0] / _a(0) - 1) / _a(0)
DELTA_SCORE = _a(N) * (_START + Sum(_DELTA2, _STEPS))
DELTA_DENOISER = _a(N) * (_START - Sum(lam * _DELTA2 / v[k], _STEPS))
MEAN = mu * (v[0] - v[N]) / _a(0)
MEAN_PRINTED = mu * (v[0] + v[N]) / _a(0)


def _kl(delta, mean):  # type: ignore[no-untyped-def]
    return (1 / (1 + delta) - 1 + log(1 + delta) + (mu - mean) ** 2 / (_a(N) * (1 + delta))) / 2


def _cases(*samplers: str, start: str = "noise", spread: bool = False, max_steps: int = 8) -> Cases:
    return Cases(families=(Family.GAUSSIAN_1D,), samplers=samplers, start=start, spread=spread, max_steps=max_steps)


CLAIMS = (
    Claim(
        id="gauss.variance.score",
        title="output variance of the score sampler",
        relation=Eq(V_out, _a(N) * (1 + DELTA_SCORE)),
        source="Wang, He, Tao 2024, Lemma 13",
        cases=_cases("score"),
    ),
    Claim(
        id="gauss.variance.denoiser",
        title="output variance of the denoiser sampler",
        relation=Eq(V_out, _a(N) * (1 + DELTA_DENOISER)),
        source="own derivation",
        cases=_cases("denoiser"),
    ),
    Claim(
        id="gauss.kl.denoiser",
        title="output KL of the denoiser sampler",
        relation=Eq(KL, _kl(DELTA_DENOISER, MEAN)),
        source="own derivation",
        cases=_cases("denoiser"),
        derived_from=("gauss.variance.denoiser", "wht24.lemma13.corrected"),
    ),
    Claim(
        id="gauss.ode",
        title="output variance of the ode sampler (DDIM), exact start",
        relation=Eq(
            V_out,
            _a(N) * Product(cos(atan(sigma[k] / sqrt(lam)) - atan(sigma[k + 1] / sqrt(lam))) ** 2, _STEPS),
        ),
        source="Sabour et al. 2024, Theorem 3.1",
        cases=_cases("ode", start="exact", spread=True),
    ),
    Claim(
        id="wht24.lemma13.printed",
        title="output mean with the sum of variances in the numerator",
        relation=Eq(M_out, MEAN_PRINTED),
        source="Wang, He, Tao 2024, Lemma 13",
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_cases("score", max_steps=3),
        note="a sign: the recursion gives sigma_T^2 - sigma_N^2",
    ),
    Claim(
        id="wht24.lemma13.corrected",
        title="output mean of both samplers",
        relation=Eq(M_out, MEAN),
        source="Wang, He, Tao 2024, Lemma 13",
        form=Form.CORRECTED,
        cases=_cases("score", "denoiser"),
    ),
    Claim(
        id="wht24.lemma15.printed",
        title="output KL of the score sampler with the printed mean",
        relation=Eq(KL, _kl(DELTA_SCORE, MEAN_PRINTED)),
        source="Wang, He, Tao 2024, Lemma 15",
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_cases("score", max_steps=3),
        note="the mean of Lemma 13 as printed enters squared",
    ),
    Claim(
        id="wht24.lemma15.corrected",
        title="output KL of the score sampler",
        relation=Eq(KL, _kl(DELTA_SCORE, MEAN)),
        source="Wang, He, Tao 2024, Lemma 15",
        form=Form.CORRECTED,
        cases=_cases("score"),
        derived_from=("gauss.variance.score", "wht24.lemma13.corrected"),
    ),
)

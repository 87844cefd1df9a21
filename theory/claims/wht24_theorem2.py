"""Wang-He-Tao 2024 Theorem 2: the sampling error, as printed and with explicit constants.

Setting: score sampler (the paper's exponential integrator), E_I + E_S + E_D as in ``budget_score``,
Delta_k = v_k - v_{k+1}, x_k = ln(v_k/v_{k+1}). Time runs as sigma_bar_t = t^{a_t}; the paper's cases are
a_t = 1 (EDM) and a_t = 1/2. Then t_k = v_k^{1/(2 a_t)}, sigma_t^2 = a_t t^{2 a_t - 1}, gamma_k = t_k - t_{k+1}.

As printed (the constant C is unnamed):

    KL <= C ( m2/sigma_T^2 + sum gamma_k sigma_{t_k}^2 eps2_k
              + d sum gamma_k int sigma^4/sigma_bar^4 dt + m2 int_0^{t_1} sigma^2 dt / sigma_bar_T^4
              + (m2 + d) sum_{k>=1} (1 - e^{-v_k}) (v_k^2 - v_{k+1} v_{k-1})/(v_{k-1} v_k^2) )

The last term is negative where log-steps shrink, and can make the right side negative: no C helps. The score
term needs sigma_t non-decreasing. Corrected, for every grid and with every constant explicit:

    KL <= KL_path = E_I + E_S + E_D
       <= m2/(2 v_0) + 1/2 sum Delta_k eps2_k + (d/2) sum (x_k - 1 + e^{-x_k})
          + 1/2 min(m2, d v_0) Delta_0/v_0^2
          + 1/2 sum_{k=1}^{N-1} min(m2, d v_k) [v_k^2 - v_{k-1} v_{k+1}]_+ / (v_{k-1} v_k^2).

The discretisation part is tight: the ratio reaches 1 on Gaussian data.
"""

from sympy import Le, Max, Min, Rational, Sum, exp, log

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import E_D, E_I, E_S, KL, C, N, a_t, d, eps2, k, m2, v

_STEPS = (k, 0, N - 1)
_DELTA = v[k] - v[k + 1]
_PAPER = Cases(samplers=("score",), max_steps=4)
_SOURCE = "Wang, He, Tao 2024, Theorem 2"


def _t(index):  # type: ignore[no-untyped-def]
    return v[index] ** (1 / (2 * a_t))


_GAMMA = _t(k) - _t(k + 1)
SCORE_PRINTED = Sum(_GAMMA * a_t * _t(k) ** (2 * a_t - 1) * eps2[k], _STEPS)
D_TERM_PRINTED = Sum(_GAMMA * a_t**2 * (1 / _t(k + 1) - 1 / _t(k)), _STEPS)
DISCRETISATION_PRINTED = (
    d * D_TERM_PRINTED
    + m2 * (v[0] - v[1]) / (2 * v[0] ** 2)
    + (m2 + d)
    * Sum(
        (1 - exp(-v[k])) * (v[k] ** 2 - v[k + 1] * v[k - 1]) / (v[k - 1] * v[k] ** 2),
        (k, 1, N - 1),
    )
)
D_TERM = Sum(log(v[k] / v[k + 1]) - 1 + v[k + 1] / v[k], _STEPS) / 2
DISCRETISATION = (
    d * D_TERM
    + Min(m2, d * v[0]) * (v[0] - v[1]) / (2 * v[0] ** 2)
    + Sum(
        Min(m2, d * v[k]) * Max(0, v[k] ** 2 - v[k - 1] * v[k + 1]) / (v[k - 1] * v[k] ** 2),
        (k, 1, N - 1),
    )
    / 2
)

CLAIMS = (
    Claim(
        id="wht24.thm2.printed",
        title="Theorem 2 as printed, for any constant C",
        relation=Le(KL, C * (m2 / v[0] + SCORE_PRINTED + DISCRETISATION_PRINTED)),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_PAPER,
        note="the right side is negative on grids whose log-steps shrink, so no constant helps",
    ),
    Claim(
        id="wht24.thm2.discretisation.printed",
        title="discretisation part of Theorem 2 as printed, for any constant C",
        relation=Le(E_D, C * DISCRETISATION_PRINTED),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_PAPER,
        note="v = (2, 1, .99), d = m2 = 1, sigma_bar = sqrt(t) gives -.36945 on the right",
    ),
    Claim(
        id="wht24.thm2.score.printed",
        title="score part of Theorem 2 as printed, sigma_bar = t^(1/4)",
        relation=Le(E_S, SCORE_PRINTED),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=Cases(samplers=("score",), score_error=True, max_steps=4, time_exponents=(0.25,)),
        note="needs sigma_t non-decreasing, which sigma_bar = t^(1/4) is not",
    ),
    Claim(
        id="wht24.thm2.score.nondecreasing",
        title="score part of Theorem 2 where sigma_t is non-decreasing",
        relation=Le(E_S, SCORE_PRINTED),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=Cases(samplers=("score",), score_error=True, time_exponents=(0.5, 0.75, 1.0, 2.0)),
    ),
    Claim(
        id="wht24.thm2.discretisation.corrected",
        title="discretisation part of Theorem 2, explicit constants, every grid",
        relation=Le(E_D, DISCRETISATION),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=Cases(samplers=("score",)),
        derived_from=(
            "budget.score.discretisation",
            "info.fisher_mmse",
            "info.mmse_bound",
            "info.mmse_derivative",
        ),
    ),
    Claim(
        id="wht24.thm2.corrected",
        title="Theorem 2 with explicit constants, every grid, of the whole path divergence",
        relation=Le(E_I + E_S + E_D, m2 / (2 * v[0]) + Sum(_DELTA * eps2[k], _STEPS) / 2 + DISCRETISATION),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=Cases(samplers=("score",), score_error=True),
        derived_from=(
            "wht24.lemma9.corrected",
            "wht24.lemma10",
            "budget.score.excess",
            "wht24.thm2.discretisation.corrected",
        ),
        note="stronger than the printed form, which speaks of the output KL: that is at most the left side, by "
        "path.data_processing and wht24.lemma9.constant",
    ),
    Claim(
        id="wht24.thm2.dterm.quadratic",
        title="the d-term is at most a quarter of the squared log-steps",
        relation=Le(D_TERM, Sum(log(v[k] / v[k + 1]) ** 2, _STEPS) / 4),
        source="own derivation",
        cases=Cases(families=(Family.POINT,)),
    ),
    Claim(
        id="wht24.thm2.dterm.printed",
        title="the printed d-term dominates the exact one with constant 1",
        relation=Le(Sum(log(v[k] / v[k + 1]) ** 2, _STEPS) * Rational(1, 4), D_TERM_PRINTED),
        source=_SOURCE,
        form=Form.PRINTED,
        cases=Cases(families=(Family.POINT,), time_exponents=(0.25, 0.5, 1.0, 2.0)),
    ),
)

"""Wang-He-Tao 2024 Corollary 1: the full error of the EDM designs, and what it says of many steps.

As printed, with a = 7, R = T/delta, and constants C, C8, C9 that are unnamed:

    KL <= C ( m2/T^2 + d a^2 R^{1/a}/N + (m2 + d)(a^2 R^{1/a}/N + a^3 R^{2/a}/N^2)
              + (1/N) (C9 + (1 - C8 h m d^{(a_0-1)/2}/(n^3 N^2))^K) ).

Can C9 be the same for all N? For fixed ends T, delta and a score that K steps leave with an error eps2(v) > 0, the
score part tends to a positive number,

    E_S = 1/2 sum_k Delta_k eps2(v_k)  ->  E_S_lim = 1/2 int eps2(v) dv,

as does the output KL, while every term of the printed bound but m2/T^2 tends to 0. So C9 must grow with N, like N.
If it stands for the errors besides eps_train it does, as these are sums over N levels. Without limits: with
q = 1 - 2 eta (lam + v_0) and kept = max(0, 1 + min(0, w0) (lam + v_0)) max(0, q)^K, for all grids from v_0 to v_N,

    E_S >= (v_0 - v_N)/(2 (lam + v_0)) kept^2,
    KL >= (1/r - 1 + ln r)/2,    r = 1 + 2 kept (1 - v_N/v_0),    for data at one point,

and the weighted floor of the statistical and training error (``wht24.thm3.floor``) does not become small either:

    max_k [Delta_k/(v_k beta_k)] (-2 C_bar) >= sum_k Delta_k mmse(v_k)/v_k^2,    a Riemann sum of int mmse/v^2 dv > 0.

Corrected, with the excess loss of the start as a sum over N levels and the rate of gradient descent:

    E_S <= max_k [Delta_k/(v_k beta_k)] max(q_0^2, q_{N-1}^2)^K 1/2 sum_k beta_k excess_k(start).

Measured: linear scores trained by gradient descent on N(0, lam), level by level (``linear_training``). The limits are
those of ever finer grids; for them scores start from 0 and 2 eta (lam + v_0) < 1, so that the error falls with v and
E_S is below its limit. K is fixed as N grows: where K grows with N fast enough, E_S can be kept below C/N.
"""

from sympy import Ge, Le, Max, Min, Rational, Sum, log

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.claims.wht24_theorem2 import DISCRETISATION
from theory.claims.wht24_theorem3 import FLOOR
from theory.vocabulary import (
    C,
    E_S_gd,
    E_S_lim,
    K,
    KL_gd,
    KL_lim,
    N,
    beta_lin,
    eps2_gd,
    eta,
    k,
    lam,
    m2,
    mmse,
    v,
    w0,
    weight_max,
)

_HALF = Rational(1, 2)
_STEPS = (k, 0, N - 1)
_DELTA = v[k] - v[k + 1]
_SOURCE = "Wang, He, Tao 2024, Corollary 1"


def _a(index):  # type: ignore[no-untyped-def]
    return lam + v[index]


def _square(index):  # type: ignore[no-untyped-def]
    """What a step of gradient descent leaves of the excess loss."""
    return (1 - 2 * eta * _a(index)) ** 2


_KEPT = Max(0, 1 + Min(0, w0) * _a(0)) * Max(0, 1 - 2 * eta * _a(0)) ** K
_RATIO = 1 + 2 * _KEPT * (1 - v[N] / v[0])
_EXCESS_AT_START = _HALF * Sum(beta_lin[k] * v[k] * (1 + w0 * _a(k)) ** 2 / _a(k), _STEPS)
_SCORE = weight_max * Max(_square(0), _square(N - 1)) ** K * _EXCESS_AT_START

_GRIDS = Cases(families=(Family.GAUSSIAN_1D,), samplers=("score",), centred=True, max_steps=6)
_POINT = Cases(families=(Family.POINT,), samplers=("score",), centred=True, max_steps=6)
_IN_THE_LIMIT = "scores start from 0 and 2 eta (lam + v_0) < 1; ends of the grid and K are fixed as N grows"

CLAIMS = (
    Claim(
        id="wht24.cor1.printed",
        title="Corollary 1 if C9 does not depend on N: for many steps the output KL tends to at most C m2/T^2",
        relation=Le(KL_lim, C * m2 / v[0]),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_GRIDS,
        setting=_IN_THE_LIMIT,
        note="every other term has a factor 1/N, if C9 is read as free of N; no constant C helps at m2 = 0; "
        "linear scores, not the paper's networks: what is used is that their error is not 0",
    ),
    Claim(
        id="wht24.cor1.corrected",
        title="Corollary 1 with explicit constants: the score part as a sum over N levels",
        relation=Le(KL_gd, m2 / (2 * v[0]) + DISCRETISATION + _SCORE),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=_GRIDS,
        derived_from=("linear.budget", "wht24.thm2.discretisation.corrected", "wht24.cor1.score.corrected"),
    ),
    Claim(
        id="wht24.cor1.score.printed",
        title="score part of Corollary 1 if C9 does not depend on N: (1/N)(C9 + ...) tends to 0",
        relation=Le(E_S_lim, 0),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_GRIDS,
        setting=_IN_THE_LIMIT,
        derived_from=("wht24.cor1.limit.below", "wht24.cor1.limit.above"),
        note="if C9 is read as free of N",
    ),
    Claim(
        id="wht24.cor1.score.corrected",
        title="score part of Corollary 1: the largest factor, the rate of K steps, the excess loss of N levels",
        relation=Le(E_S_gd, _SCORE),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=_GRIDS,
        derived_from=("wht24.thm3.factor", "linear.score_error"),
    ),
    Claim(
        id="wht24.cor1.limit.below",
        title="E_S is below its limit for many steps",
        relation=Le(E_S_gd, E_S_lim),
        source="own derivation",
        cases=_GRIDS,
        setting=_IN_THE_LIMIT,
        derived_from=("linear.path_error",),
    ),
    Claim(
        id="wht24.cor1.limit.above",
        title="the limit of E_S is below the sum with the errors at the steps' ends",
        relation=Le(E_S_lim, _HALF * Sum(_DELTA * eps2_gd[k + 1], _STEPS)),
        source="own derivation",
        cases=_GRIDS,
        setting=_IN_THE_LIMIT,
        derived_from=("linear.path_error",),
        note="which is above E_S by at most the largest step times the change of the error: E_S_lim is the limit",
    ),
    Claim(
        id="wht24.cor1.score.floor",
        title="E_S stays above a number that does not depend on N",
        relation=Ge(E_S_gd, (v[0] - v[N]) / (2 * _a(0)) * _KEPT**2),
        source="own derivation",
        cases=_GRIDS,
        derived_from=("linear.path_error",),
        note="so that N E_S grows at least like N",
    ),
    Claim(
        id="wht24.cor1.output.floor",
        title="the output KL stays above a number that does not depend on N, data at one point",
        relation=Ge(KL_gd, (1 / _RATIO - 1 + log(_RATIO)) / 2),
        source="own derivation",
        cases=_POINT,
        derived_from=("linear.variance", "linear.kl"),
    ),
    Claim(
        id="wht24.cor1.weighted_floor",
        title="the factor times -2 C_bar is at least a Riemann sum of mmse/v^2: C9 has a sum over N levels in it",
        relation=Ge(weight_max * 2 * FLOOR, Sum(_DELTA * mmse(v[k]) / v[k] ** 2, _STEPS)),
        source="own derivation",
        cases=Cases(samplers=("score",), max_steps=6),
        derived_from=("wht24.thm3.floor",),
    ),
)

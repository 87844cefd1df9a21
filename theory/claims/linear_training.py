"""Linear scores trained by gradient descent on Gaussian data N(0, C): the whole pipeline in closed form.

Setting: one score s(x) = W x for each noise level v, K steps of gradient descent of size eta on the population
denoising loss E||W X_v + xi/sqrt(v)||^2 from W_0. Along an eigenvector of C of variance lam, where W_0 is w0, with
a = lam + v

    W_K = -1/a + (w0 + 1/a) q^K,    q = 1 - 2 eta a
    E||s - grad log p||^2 = (1 + w0 a)^2 q^{2K}/a    (the excess of the loss ||sqrt(v) s + xi||^2 is v times this)
    E_S = 1/2 sum Delta_k (1 + w0 a_k)^2 q_k^{2K}/a_k
    output variance of the score sampler  v_0 prod f_k^2 + sum_k Delta_k prod_{j>k} f_j^2,    f_k = 1 + Delta_k W_K(v_k)

and the error becomes smaller iff eta < 1/a: all of C converges iff eta < 1/(v + lam) at its largest eigenvalue lam. The
factor 2 of the gradient belongs to the step: eta < 2/a is the condition for half of this loss.

Measured: gradient descent on real matrices that are larger than the data, not diagonal, and start from a matrix that
does not commute with the covariance; then the score sampler's own recursion, and the divergence of the path laws. lam
is the largest eigenvalue of the covariance that is trained on. Reference: Wang, Pehlevan 2025. Tight: equalities.
"""

from sympy import Eq, Le, Product, Rational, Sum, Symbol, log

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import (
    E_D,
    E_I,
    E_S_gd,
    K,
    KL_gd,
    KL_path_gd,
    N,
    V_gd,
    W_gd,
    eps2_gd,
    eta,
    k,
    lam,
    loss_gd,
    mmse,
    v,
    w0,
)

_HALF = Rational(1, 2)
_j = Symbol("j", integer=True, nonnegative=True)
_SOURCE = "Wang, Pehlevan 2025; own derivation"


def _a(index):  # type: ignore[no-untyped-def]
    return lam + v[index]


def _kept(index):  # type: ignore[no-untyped-def]
    """What a step keeps of the distance from the optimum."""
    return 1 - 2 * eta * _a(index)


def _trained(index):  # type: ignore[no-untyped-def]
    return -1 / _a(index) + (w0 + 1 / _a(index)) * _kept(index) ** K


def _error(index):  # type: ignore[no-untyped-def]
    return (1 + w0 * _a(index)) ** 2 * _kept(index) ** (2 * K) / _a(index)


def _factor(index):  # type: ignore[no-untyped-def]
    return 1 + (v[index] - v[index + 1]) * _trained(index)


_VARIANCE = v[0] * Product(_factor(k) ** 2, (k, 0, N - 1)) + Sum(
    (v[k] - v[k + 1]) * Product(_factor(_j) ** 2, (_j, k + 1, N - 1)), (k, 0, N - 1)
)
_START = (1 + w0 * _a(0)) ** 2 / _a(0)

_LINE = Cases(families=(Family.GAUSSIAN_1D,), samplers=("score",), centred=True, max_steps=1)
_GRIDS = Cases(families=(Family.GAUSSIAN_1D,), samplers=("score",), centred=True, max_steps=4)

CLAIMS = (
    Claim(
        id="linear.training",
        title="gradient descent on a linear score approaches its optimum like a power",
        relation=Eq(W_gd[0], _trained(0)),
        source=_SOURCE,
        cases=_LINE,
    ),
    Claim(
        id="linear.score_error",
        title="score error of a linear score after K steps",
        relation=Eq(eps2_gd[0], _error(0)),
        source=_SOURCE,
        cases=_LINE,
        derived_from=("linear.training",),
    ),
    Claim(
        id="linear.loss",
        title="denoising loss of a linear score after K steps: what cannot be reduced, and the excess",
        relation=Eq(loss_gd[0], mmse(v[0]) / v[0] + v[0] * _error(0)),
        source=_SOURCE,
        cases=_LINE,
        derived_from=("linear.score_error", "info.dsm"),
    ),
    Claim(
        id="linear.path_error",
        title="part of the path KL that linear scores trained level by level leave",
        relation=Eq(E_S_gd, _HALF * Sum((v[k] - v[k + 1]) * _error(k), (k, 0, N - 1))),
        source=_SOURCE,
        cases=_GRIDS,
        derived_from=("linear.score_error",),
    ),
    Claim(
        id="linear.variance",
        title="output variance of the score sampler with trained linear scores",
        relation=Eq(V_gd, _VARIANCE),
        source=_SOURCE,
        cases=_GRIDS,
        derived_from=("linear.training",),
    ),
    Claim(
        id="linear.kl",
        title="output KL of the score sampler with trained linear scores",
        relation=Eq(KL_gd, (_a(N) / _VARIANCE - 1 + log(_VARIANCE / _a(N))) / 2),
        source=_SOURCE,
        cases=_GRIDS,
        derived_from=("linear.variance",),
    ),
    Claim(
        id="linear.budget",
        title="path KL of the score sampler with trained linear scores = E_I + E_D + E_S, in any dimension",
        relation=Eq(KL_path_gd, E_I + E_D + E_S_gd),
        source=_SOURCE,
        cases=Cases(families=(Family.GAUSSIAN,), samplers=("score",), centred=True, max_steps=4),
        derived_from=("budget.score",),
        note="the trained matrices need neither be symmetric nor commute with the covariance",
    ),
    Claim(
        id="linear.stability",
        title="training makes the error smaller iff eta < 1/(v + lam)",
        relation=Le(eps2_gd[0] * (1 - eta * _a(0)), _START * (1 - eta * _a(0))),
        source=_SOURCE,
        cases=_LINE,
        derived_from=("linear.score_error",),
        setting="lam is the largest eigenvalue of the covariance; beyond the edge both sides change sign",
    ),
    Claim(
        id="linear.stability.half_loss",
        title="training makes the error smaller for every eta < 2/(v + lam), as for half of the loss",
        relation=Le(eps2_gd[0] * (2 - eta * _a(0)), _START * (2 - eta * _a(0))),
        source="own derivation",
        form=Form.CONJECTURE,
        expected=Expected.REFUTED,
        cases=_LINE,
        note="a factor: the gradient of ||.||^2 is twice that of ||.||^2/2",
    ),
)

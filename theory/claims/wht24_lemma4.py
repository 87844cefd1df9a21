"""Norms concentrate: noisy data and the layers of a random network, Wang-He-Tao 2024 Lemma 4.

Setting: X = x + sqrt(u) xi with xi ~ N(0, I) in R^dim. ||X||^2/u is noncentral chi-square, so that

    E||X||^2 = ||x||^2 + u dim,    Var||X||^2 = 2 u^2 dim + 4 u ||x||^2.

The random network of width m: q_0 = relu(W_0 X), q_l = relu(W_l q_{l-1}), l <= L, entries of the W_l from N(0, 2/m).
Given the layer below, ||q_l||^2/||q_{l-1}||^2 = (2/m) sum_i relu(g_i)^2 with m standard normals g_i, E relu(g)^2 = 1/2
and E relu(g)^4 = 3/2, whence E = 1 and E of the square = 1 + 5/m for each of the L + 1 layers. With ratio =
||q_L||^2/||X||^2,

    E ratio = 1,    Var ratio = (1 + 5/m)^{L+1} - 1,    P(|ratio - 1| > eps) <= Var ratio/eps^2  (Chebyshev).

These are the exact moments behind the lemma's concentration. Whoever forgets that the variance grows with every layer
gets a bound that deep networks break. Measured on real vectors and real networks: shares by Clopper-Pearson, means and
variances by Catoni's interval for unbounded draws. Tight: equalities; Chebyshev is not.
"""

from sympy import Eq, Integer, Le

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import M_X, V_X, M_q, P_q, V_q, dim, eps, layers, m, u, x2

_CASES = Cases(families=(Family.POINT,))
_SOURCE = "Wang, He, Tao 2024, Lemma 4"
_VARIANCE = (1 + 5 / m) ** (layers + 1) - 1

CLAIMS = (
    Claim(
        id="wht24.lemma4.data.mean",
        title="mean squared norm of a noisy data point",
        relation=Eq(M_X, x2 + u * dim),
        source=_SOURCE,
        cases=_CASES,
    ),
    Claim(
        id="wht24.lemma4.data.variance",
        title="variance of the squared norm of a noisy data point",
        relation=Eq(V_X, 2 * u**2 * dim + 4 * u * x2),
        source=_SOURCE,
        cases=_CASES,
    ),
    Claim(
        id="wht24.lemma4.mean",
        title="a random network keeps the squared norm of its input on average",
        relation=Eq(M_q, Integer(1)),
        source=_SOURCE,
        cases=_CASES,
    ),
    Claim(
        id="wht24.lemma4.variance",
        title="variance of the squared norm at the end of a random network",
        relation=Eq(V_q, _VARIANCE),
        source=_SOURCE,
        cases=_CASES,
        derived_from=("wht24.lemma4.mean",),
    ),
    Claim(
        id="wht24.lemma4.chebyshev",
        title="how often a random network changes the squared norm by more than a share eps",
        relation=Le(P_q(eps), _VARIANCE / eps**2),
        source=_SOURCE,
        cases=_CASES,
        derived_from=("wht24.lemma4.variance",),
    ),
    Claim(
        id="wht24.lemma4.one_layer",
        title="the same with the variance of one layer, whatever the depth",
        relation=Le(P_q(eps), 5 / (m * eps**2)),
        source="own derivation",
        form=Form.CONJECTURE,
        expected=Expected.REFUTED,
        cases=_CASES,
        note="the variance grows with every layer",
    ),
)

"""Martingales of the reverse process (I5).

Setting: Y is the reverse process, so (Y_u, Y_w) has the law of (X_u, X_w), and w < u is later in sampling.
Both the score and the denoiser along Y are martingales:

    E[grad log p_w(Y_w) | Y_u = x] = grad log p_u(x),    E[E[X_0 | Y_w] | Y_u = x] = E[X_0 | X_u = x].

This is why the path-KL budget has no cross term. The left sides are measured by integrating over the law of
Y_w given Y_u = x. Reference: De Bortoli 2022; Benton et al. 2024. Tight: equalities.
"""

from sympy import Eq

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import denoiser, denoiser_ahead, score, score_ahead, u, w, x

_LINE = Cases(families=(Family.GAUSSIAN_1D, Family.MIXTURE))

CLAIMS = (
    Claim(
        id="info.martingale_score",
        title="the score along the reverse process is a martingale",
        relation=Eq(score_ahead(x, u, w), score(x, u)),
        source="Benton et al. 2024",
        cases=_LINE,
    ),
    Claim(
        id="info.martingale_denoiser",
        title="the denoiser along the reverse process is a martingale",
        relation=Eq(denoiser_ahead(x, u, w), denoiser(x, u)),
        source="Benton et al. 2024",
        cases=_LINE,
        derived_from=("info.martingale_score", "info.tweedie"),
    ),
)

"""Wang-He-Tao 2024 Lemma 8: semi-smoothness of the training loss, as printed and with its Gauss-Newton term.

Setting: theta = theta_0 + dtheta, any weights theta_0 and any move dtheta. The remainder of first order is
R = L(theta) - L(theta_0) - <grad L(theta_0), dtheta>. As printed it is at most

    sqrt(L(theta_0)) C L^2 sqrt(m) d ||dtheta||^2            (L layers on the right, C unnamed)

for some C. At an interpolating theta_0 (L = 0, hence grad L = 0) this says L(theta) <= 0 everywhere near it: false for
every C. The term without sqrt(L) that Allen-Zhu, Li, Song 2019 (Theorem 4) have is missing. Exactly,

    R = 1/2 ||du||^2 + <u_0, du - A dtheta> <= 1/2 ||du||^2 + sqrt(2 L(theta_0)) ||du - A dtheta||,

du = u(theta) - u(theta_0), where 1/2 ||du||^2 = 1/(2n) sum beta_j sigma_j^2 ||S(theta) - S(theta_0)||^2 is the
Gauss-Newton term. Tight: equality where du - A dtheta points the way of u_0, as it may with one residual.
"""

from sympy import Le, sqrt

from theory.claims.claim import Cases, Claim, Expected, Form, TrainingSpace
from theory.vocabulary import C, curve_moved, d, gauss_newton, layers, loss_em, loss_moved, m, move2, slope_moved

_REMAINDER = loss_moved - loss_em[0] - slope_moved
_CASES = Cases(training=TrainingSpace(most_steps=1))
_SOURCE = "Wang, He, Tao 2024, Lemma 8"

CLAIMS = (
    Claim(
        id="wht24.lemma8.printed",
        title="semi-smoothness as printed, for any constant C",
        relation=Le(_REMAINDER, C * sqrt(loss_em[0]) * layers**2 * sqrt(m) * d * move2),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_CASES,
        note="at an interpolating network the right side is 0 and the left side is not, so no constant helps",
    ),
    Claim(
        id="wht24.lemma8.corrected",
        title="semi-smoothness with the Gauss-Newton term, explicit constants",
        relation=Le(_REMAINDER, gauss_newton + sqrt(2 * loss_em[0]) * curve_moved),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=_CASES,
        derived_from=("ntk.gradient",),
    ),
)

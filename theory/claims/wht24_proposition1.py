"""Wang-He-Tao 2024 Proposition 1: the loss of one sample at the ends of the noise range.

Setting: a network without biases that takes (x + sigma xi, sigma), one data point x, one noise xi. The residual is
r = sigma S(x + sigma xi, sigma) + xi. Printed: ||r|| > ||xi|| - eps for small sigma, and ||r|| >= M^2 (||S(xi)|| - eps)
for sigma > M. Both follow, with explicit eps, from S being Lipschitz with the product Lip of the layers' spectral norms
and positively homogeneous, S(x + sigma xi, sigma) = sigma S(x/sigma + xi, 1):

    ||r|| >= ||xi|| - sigma Lip (||x|| + sigma (||xi|| + 1))
    ||r|| >= sigma^2 (||S(xi, 1)|| - Lip ||x||/sigma - ||xi||/sigma^2).

So the loss of an untrained network grows like sigma^4 at large noise: the inverse bell that the paper sees belongs to
networks without preconditioning. Of the exact score the same loss is mmse(v)/v, which falls with v for smooth data.
Tight: the first as sigma -> 0, the second at x = 0 where S(xi, 1) and xi point apart.
"""

from sympy import Ge

from theory.claims.claim import Cases, Claim, Form, TrainingSpace
from theory.vocabulary import Lip, S_unit, res_norm, sigma, v, x_norm, xi_norm

_CASES = Cases(training=TrainingSpace(most_points=1, most_levels=1, most_steps=1))
_SOURCE = "Wang, He, Tao 2024, Proposition 1"

CLAIMS = (
    Claim(
        id="wht24.prop1.small",
        title="at small noise the residual is at least the noise, up to sigma times what the network can do",
        relation=Ge(res_norm, xi_norm - sigma[0] * Lip * (x_norm + sigma[0] * (xi_norm + 1))),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=_CASES,
        note="with an explicit eps",
    ),
    Claim(
        id="wht24.prop1.large",
        title="at large noise the residual grows like sigma^2 times the network's output",
        relation=Ge(res_norm, v[0] * S_unit - sigma[0] * Lip * x_norm - xi_norm),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=_CASES,
        note="with an explicit eps",
    ),
)

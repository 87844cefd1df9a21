"""Gradient descent on the network linearised at theta_0, in closed form.

Setting: u is replaced by u_0 + A (theta - theta_0), A at theta_0; (lambda_i, q_i) are the eigenpairs of K = A A^T.
After s steps of size h the loss is

    L_s = 1/2 sum_i (1 - h lambda_i)^{2s} <q_i, u_0>^2,

so that it does not grow where h lambda_max < 2 (and contracts if lambda_min > 0), and grows without bound where
h lambda_max > 2 (unless u_0 has no component along the top eigenvector). The left sides are real gradient descent in
the weights, by Jacobian products alone.
Source: Lee et al. 2019, section 2.2. Tight: equality; the contraction where u_0 is the eigenvector of the slower rate.
"""

from sympy import Eq, Ge, Le, Max, Sum, Symbol, sqrt

from theory.claims.claim import Cases, Claim, TrainingSpace
from theory.claims.design import Design
from theory.vocabulary import C6, N, apart, d, ev, h, lambda_max, lambda_min, loss_em, loss_lin, m, n, proj2, s

_i = Symbol("i", integer=True, nonnegative=True)
_SOURCE = "Lee et al. 2019, section 2.2"
_CASES = Cases(training=TrainingSpace(factors=(0.05, 1.9)))
_LAST = n * N * d - 1

CLAIMS = (
    Claim(
        id="ntk.linearised",
        title="linearised gradient descent = its closed form in the kernel's eigenpairs",
        relation=Eq(loss_lin[s], Sum((1 - h * ev[_i]) ** (2 * s) * proj2[_i], (_i, 0, _LAST)) / 2),
        source=_SOURCE,
        cases=Cases(training=TrainingSpace(factors=(0.05, 3.0))),
        derived_from=("ntk.gram",),
    ),
    Claim(
        id="ntk.linearised.contraction",
        title="linearised gradient descent contracts at the slower of its two extreme rates",
        relation=Le(
            loss_lin[s],
            Max((1 - h * lambda_min[0]) ** 2, (1 - h * lambda_max[0]) ** 2) ** s * loss_em[0],
        ),
        source=_SOURCE,
        cases=_CASES,
        derived_from=("ntk.linearised",),
    ),
    Claim(
        id="ntk.linearised.divergence",
        title="above h lambda_max = 2 linearised gradient descent grows as fast as its top eigenvalue says",
        relation=Ge(loss_lin[s], (1 - h * lambda_max[0]) ** (2 * s) * proj2[_LAST] / 2),
        source=_SOURCE,
        cases=Cases(training=TrainingSpace(factors=(2.1, 20.0))),
        derived_from=("ntk.linearised",),
    ),
    Claim(
        id="ntk.finite_width",
        title="a network of width m leaves its linearisation by at most a constant over sqrt(m)",
        relation=Le(apart[s] / sqrt(2 * loss_em[0]), C6 / sqrt(m)),
        source="Lee et al. 2019, Theorem 2.1",
        cases=_CASES,
        design=Design(
            levels=(("m", (16, 32, 64, 128, 256)), ("d", (2,)), ("n", (3,)), ("N", (3,)), ("layers", (2,))),
            constant="C6",
            seeds=96,
            steps=5,
            step=4,
            factor=0.5,
            sigma_max=2.0,
            sigma_min=0.5,
        ),
        derived_from=("ntk.linearised",),
        note="after 4 steps, relative to the residuals at the start",
    ),
)

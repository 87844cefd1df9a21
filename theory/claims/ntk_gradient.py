"""The gradient of the training loss, and what the NTK Gram matrix K = A A^T says of its size (A = du/dtheta).

Setting: the paper's network with frozen first and last layers, any theta along a run of gradient descent; the loss is
L = ||u||^2/2, its gradient A^T u. Exactly, at every theta,

    2 lambda_min(K) L <= ||grad L||^2 = u^T K u <= 2 lambda_max(K) L,      lambda_max(K) >= tr K/(n N d).

Source: Wang, He, Tao 2024, appendix D for the gradient's formula; Jacot, Gabriel, Hongler 2018 for the kernel. Tight:
the bounds are equalities where u is an eigenvector of the extreme eigenvalue, and wherever K has one eigenvalue.
"""

from sympy import Eq, Ge, Le

from theory.claims.claim import Cases, Claim, TrainingSpace
from theory.vocabulary import N, d, grad2, lambda_max, lambda_min, loss_em, n, s, slope, slope_auto, trace_K, uKu

CASES = Cases(training=TrainingSpace())
_PAPER = "Wang, He, Tao 2024, appendix D"
_NTK = "Jacot, Gabriel, Hongler 2018"

CLAIMS = (
    Claim(
        id="ntk.gradient",
        title="the paper's formula of the gradient is the gradient",
        relation=Eq(slope[s], slope_auto[s]),
        source=_PAPER,
        cases=CASES,
        note="its derivative along a random direction, against automatic differentiation of separate code",
    ),
    Claim(
        id="ntk.gram",
        title="squared norm of the gradient = u^T K u",
        relation=Eq(grad2[s], uKu[s]),
        source=_NTK,
        cases=CASES,
        derived_from=("ntk.gradient",),
        note="K is made of forward and backward quantities, without the Jacobian",
    ),
    Claim(
        id="ntk.gram.lower",
        title="the gradient is at least as large as the smallest NTK eigenvalue asks",
        relation=Le(2 * lambda_min[s] * loss_em[s], grad2[s]),
        source=_NTK,
        cases=CASES,
        derived_from=("ntk.gram",),
    ),
    Claim(
        id="ntk.gram.upper",
        title="the gradient is at most as large as the largest NTK eigenvalue allows",
        relation=Le(grad2[s], 2 * lambda_max[s] * loss_em[s]),
        source=_NTK,
        cases=CASES,
        derived_from=("ntk.gram",),
    ),
    Claim(
        id="ntk.trace",
        title="the largest NTK eigenvalue is at least the mean one",
        relation=Ge(lambda_max[s], trace_K[s] / (n * N * d)),
        source="own derivation",
        cases=CASES,
    ),
)

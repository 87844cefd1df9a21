"""Wang-He-Tao 2024 Remark 1: on fresh data no network goes below the mmse, on its own training data it may.

Setting: the network after K steps of gradient descent on n points, one noise at each point and level. On fresh data and
fresh noise its loss is 1/2 sum_j beta_j E||sigma_j S + xi||^2, each term of which is an excess >= 0 plus mmse(v_j)/v_j
(``info.dsm``), so that

    loss_fresh >= 1/2 sum_j beta_j mmse(v_j)/v_j.

The right side is the paper's -C_bar with the corrected weight, 1/sigma_bar^2 in place of 1/sigma_bar (eq. 4). The
training loss has no such floor: its noises are fixed, and a wide network interpolates them. Tight: equality for
S(X_j) = grad log p_{v_j}(X_j) at every level.
"""

from sympy import Ge, Rational, Sum

from theory.claims.claim import Cases, Claim, Expected, TrainingSpace
from theory.symbols import k
from theory.vocabulary import K, N, beta, loss_em, loss_fresh, mmse, v

FLOOR = Rational(1, 2) * Sum(beta[k] * mmse(v[k]) / v[k], (k, 0, N - 1))
_SOURCE = "Wang, He, Tao 2024, Remark 1"

CLAIMS = (
    Claim(
        id="wht24.remark1",
        title="the loss on fresh data stays above its irreducible part",
        relation=Ge(loss_fresh, FLOOR),
        source=_SOURCE,
        cases=Cases(training=TrainingSpace()),
        derived_from=("info.dsm",),
        note="the loss on fresh data is sampled, with an interval that holds for the finite number of draws",
    ),
    Claim(
        id="wht24.remark1.training",
        title="the training loss stays above the irreducible part of the fresh one",
        relation=Ge(loss_em[K], FLOOR),
        source=_SOURCE,
        expected=Expected.REFUTED,
        cases=Cases(training=TrainingSpace()),
        note="over-fitting: the noises are fixed, so that a network can learn them",
    ),
)

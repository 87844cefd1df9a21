"""Claims of one's own: run with `scoreproof verify examples/my_claims.py`.

A claim is a sympy relation over the vocabulary (`scoreproof claims vocabulary`), with the cases on which it is
said to hold. The first two are true. The third is what one may guess from the first-order expansion of the
second, and is false; it is marked as expected to be refuted.
"""

from sympy import Le, Sum, log

from theory.claims import Cases, Claim, Expected
from theory.vocabulary import E_D, E_I, N, d, k, m2, mmse, v

score_sampler = Cases(samplers=("score",), max_steps=5)

initial = Claim(
    id="mine.initial",
    title="the start costs at most the signal that is left",
    relation=Le(E_I, (m2 - mmse(v[0])) / v[0] + m2**2 / v[0] ** 2),
    source="own note",
    cases=score_sampler,
)

quarter = Claim(
    id="mine.quarter",
    title="E_D at most a quarter of the squared log-steps, plus the signal at the last level",
    relation=Le(E_D, d / 4 * Sum(log(v[k] / v[k + 1]) ** 2, (k, 0, N - 1)) + m2 / (2 * v[N])),
    source="own note",
    cases=score_sampler,
)

eighth = Claim(
    id="mine.eighth",
    title="the same with an eighth, and nothing more",
    relation=Le(E_D, d / 8 * Sum(log(v[k] / v[k + 1]) ** 2, (k, 0, N - 1))),
    source="own note",
    cases=score_sampler,
    expected=Expected.REFUTED,
)

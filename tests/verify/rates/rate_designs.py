"""Claims with small designs, and outcomes that are made up instead of measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sympy import Eq, Ge, Le

from numerics.enclosures import Enclosure, Relation
from theory.claims import Claim
from theory.claims.design import Design
from theory.vocabulary import C5, C6, N, a_0, d, g_max, g_star, grad2, lambda_max, loss_em, m, n, s
from verify.evaluate import Outcome
from verify.rates.runs import cases_of, size_of
from verify.shards import Findings

LEVELS = {"m": (16, 32, 64, 128), "d": (2, 4, 8), "n": (2, 4, 8), "N": (2,), "layers": (1,)}


def design(
    constant: str, seeds: int = 8, free: tuple[tuple[str, float], ...] = (), **levels: tuple[int, ...]
) -> Design:
    return Design(tuple((LEVELS | levels).items()), constant, seeds=seeds, free=free)


def claim(relation: object, plan: Design) -> Claim:
    return Claim(id="test.rate", title="test", relation=relation, source="test", design=plan)


# Lemma 1, Lemma 5 as Theta, and the largest eigenvalue of the kernel
LOWER = claim(
    Ge(grad2[s], C6 * m * d ** ((a_0 - 1) / 2) / (n**3 * N**2) * g_star[s] * loss_em[s]),
    design("C6", free=(("a_0", 0.75),)),
)
BOTH = claim(Eq(grad2[s], C5 * m * N * g_max * loss_em[s]), design("C5"))
UPPER = claim(
    Le(lambda_max[s], C5 * m * N * g_max),
    design("C5", seeds=64, m=(32, 64, 128, 256), d=(4,), n=(1, 2, 4, 8)),
)


def made_up(
    one: Claim, law: Callable[..., float], seed: int = 0, noise: float = 0.1, seeds: int = 8, skip: int = -1
) -> list[Findings]:
    """Findings in two shards in which ln c = law(m, d, n) + noise; the side with the constant is 7."""
    assert one.design is not None
    rng, outcomes = np.random.default_rng(seed), []
    # sides are turned so that the claim reads lhs <= rhs
    constant_is_left = one is LOWER
    for number in range(len(one.design.cells)):
        for case in cases_of(one.design, number, seeds, seed):
            log_c = law(*(size_of(case, name) for name in one.design.variables)) + noise * rng.normal()
            sides = Enclosure.of(7.0), Enclosure.of(7.0 * np.exp(log_c))
            lhs, rhs = sides if constant_is_left else sides[::-1]
            if number != skip:
                outcomes.append(Outcome(case, Relation.UNDECIDED, lhs, rhs, False, False, 0))
    half = len(outcomes) // 2
    return [
        Findings(shard, tuple(part), {}, None, False, {}, 0.5)
        for shard, part in enumerate((outcomes[:half], outcomes[half:]))
    ]

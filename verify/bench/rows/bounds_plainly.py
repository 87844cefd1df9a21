"""The right side of the corrected Theorem 2 as people would compute it without a compiler, and its inputs.

m2/(2 v_0) + 1/2 sum (v_k - v_{k+1}) eps2_k + d/2 sum (ln(v_k/v_{k+1}) - 1 + v_{k+1}/v_k)
    + 1/2 min(m2, d v_0) (v_0 - v_1)/v_0^2
    + 1/2 sum_{k=1}^{N-1} min(m2, d v_k) [v_k^2 - v_{k-1} v_{k+1}]_+ / (v_{k-1} v_k^2)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SEED = 8
FIRST, LAST = 80.0**2, 0.002**2  # noise levels between which the grids run


@dataclass(frozen=True)
class Inputs:
    """Grids with random log-steps, and what the bound needs beside them.

    Attributes:
        v: (grids, N+1), decreasing.
        eps2: (grids, N+1), squared score errors.
        m2: (grids,), second moments.
        d: dimension.
    """

    v: np.ndarray
    eps2: np.ndarray
    m2: np.ndarray
    d: float = 2.0

    @property
    def env(self) -> dict[str, Any]:
        """By the names of the vocabulary."""
        return {"v": self.v, "eps2": self.eps2, "m2": self.m2, "d": self.d}

    def row(self, i: int) -> tuple[list[float], list[float], float, float]:
        """One case, as Python numbers: levels, score errors, second moment, dimension."""
        return self.v[i].tolist(), self.eps2[i].tolist(), float(self.m2[i]), self.d


def inputs(grids: int, steps: int) -> Inputs:
    """Seeded inputs.

    Args:
        grids: how many.
        steps: N.
    """
    rng = np.random.default_rng(SEED)
    steps_of = rng.exponential(size=(grids, steps))
    place = np.concatenate([np.zeros((grids, 1)), np.cumsum(steps_of, axis=1)], axis=1) / steps_of.sum(1, keepdims=True)
    v = FIRST * (LAST / FIRST) ** place
    return Inputs(v, rng.uniform(0, 0.1, v.shape), rng.uniform(0.5, 2, grids))


def by_numpy(given: Inputs) -> np.ndarray:
    """Whole arrays, shape (grids,)."""
    v, eps2, m2, d = given.v, given.eps2, given.m2, given.d
    here, after = v[:, :-1], v[:, 1:]
    ratio = after / here
    cap = np.minimum(m2[:, None], d * here)
    score = np.sum((here - after) * eps2[:, :-1], axis=1) / 2
    steps = d / 2 * np.sum(ratio - 1 - np.log(ratio), axis=1)
    first = cap[:, 0] * (v[:, 0] - v[:, 1]) / (2 * v[:, 0] ** 2)
    squares = v[:, 1:-1] ** 2
    bends = np.maximum(0, squares - v[:, :-2] * v[:, 2:]) / (v[:, :-2] * squares)
    return m2 / (2 * v[:, 0]) + score + steps + first + np.sum(cap[:, 1:] * bends, axis=1) / 2


def by_sympy(spelled: Any, given: Inputs, i: int) -> float:
    """Numbers put in, and ``evalf``, for one grid.

    ``xreplace`` puts all numbers in at once: 0.3 s at 64 steps, where ``evalf(subs=...)`` takes a minute.

    Args:
        spelled: the right side with its sums written out (``doit`` at this N), which all grids share.
    """
    from sympy import Float

    from theory.vocabulary import d, eps2, m2, v

    levels, errors, second, dimension = given.row(i)
    numbers: dict[Any, float] = {m2: second, d: dimension}
    numbers |= {v[k]: level for k, level in enumerate(levels)} | {eps2[k]: one for k, one in enumerate(errors)}
    return float(spelled.xreplace({name: Float(number) for name, number in numbers.items()}).evalf())


def by_intervals(levels: Sequence[float], errors: Sequence[float], second: float, dimension: float) -> Any:
    """``mpmath.iv`` at its present precision, one grid; an interval that holds the value."""
    from mpmath import iv

    v, eps2 = [iv.mpf(x) for x in levels], [iv.mpf(x) for x in errors]
    m2, d, last = iv.mpf(second), iv.mpf(dimension), len(levels) - 1

    def least(x: Any, y: Any) -> Any:
        return iv.mpf([min(x.a, y.a), min(x.b, y.b)])

    def positive(x: Any) -> Any:
        return iv.mpf([max(x.a, 0), max(x.b, 0)])

    score = steps = bends = iv.mpf(0)
    for k in range(last):
        ratio = v[k + 1] / v[k]
        score += (v[k] - v[k + 1]) * eps2[k]
        steps += ratio - 1 - iv.log(ratio)
    for k in range(1, last):
        square = v[k] ** 2
        bends += least(m2, d * v[k]) * positive(square - v[k - 1] * v[k + 1]) / (v[k - 1] * square)
    first = least(m2, d * v[0]) * (v[0] - v[1]) / v[0] ** 2
    return m2 / (2 * v[0]) + (score + d * steps + first + bends) / 2


def reference(levels: Sequence[float], errors: Sequence[float], second: float, dimension: float) -> Any:
    """One grid at 60 digits, an ``mpmath.mpf``."""
    from mpmath import mp

    with mp.workdps(60):
        v, eps2, m2, d = [mp.mpf(x) for x in levels], [mp.mpf(x) for x in errors], mp.mpf(second), mp.mpf(dimension)
        last = len(v) - 1
        out = m2 / (2 * v[0]) + min(m2, d * v[0]) * (v[0] - v[1]) / (2 * v[0] ** 2)
        out += mp.fsum((v[k] - v[k + 1]) * eps2[k] for k in range(last)) / 2
        out += d / 2 * mp.fsum(mp.log(v[k] / v[k + 1]) - 1 + v[k + 1] / v[k] for k in range(last))
        caps = [min(m2, d * level) / level for level in v]
        bends = (caps[k] * max(0, v[k] / v[k - 1] - v[k + 1] / v[k]) for k in range(1, last))
        return out + mp.fsum(bends) / 2

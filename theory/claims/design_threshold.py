"""How well a score must be trained for the geometric grid to be the best one: the exact threshold.

Setting: data at one point (J = d/v), score sampler, a learned score whose excess loss is l at every noise level, as a
multiple of the true score has it. Then, with the log-steps x_k = ln(v_k/v_{k+1}),

    E_S + E_D = (d/2) ln(v_0/v_N) + ((l - d)/2) sum_k (1 - e^{-x_k}).

The sum is concave in the log-steps and largest at even ones. So for every N the geometric grid is the best if l < d,
the worst if l > d, and at l = d all grids cost the same. Stated for both sides of the threshold at once: a factor
vanishes on the other side. They hold for a learned score of any excess, l its smallest (below) or largest (above) one.
Tight: equality on geometric grids. Reference: Jensen; own derivation.
"""

from sympy import Eq, Ge, Le, Max, Sum, log

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import E_D, E_S, N, d, excess, k, v

_SOURCE = "own derivation"
_CASES = Cases(families=(Family.POINT,), samplers=("score",), score_error=True, uniform_excess=True)
_START = d * log(v[0] / v[N]) / 2
_SMALLEST, _LARGEST = excess[N], excess[0]
_EVEN = N * (1 - (v[N] / v[0]) ** (1 / N))  # sum (1 - e^{-x_k}) of the geometric grid


def geometric_cost(uniform):  # type: ignore[no-untyped-def]
    """E_S + E_D of the geometric grid with the case's ends and N, at a uniform excess."""
    return _START + (uniform - d) / 2 * _EVEN


def above(threshold, uniform):  # type: ignore[no-untyped-def]
    """No grid costs more than the geometric one, if the excess is above the threshold."""
    factor = Max(0, uniform - threshold)
    return Le(factor * (E_S + E_D), factor * geometric_cost(uniform))


CLAIMS = (
    Claim(
        id="design.threshold",
        title="E_S + E_D on data at one point with a uniform excess loss",
        relation=Eq(E_S + E_D, _START + (excess[0] - d) / 2 * Sum(1 - v[k + 1] / v[k], (k, 0, N - 1))),
        source=_SOURCE,
        cases=_CASES,
        derived_from=("budget.score.excess", "budget.score.discretisation", "info.fisher_mmse"),
    ),
    Claim(
        id="design.threshold.below",
        title="the geometric grid is the best where the excess loss is below d at every level",
        relation=Ge(Max(0, d - _SMALLEST) * (E_S + E_D), Max(0, d - _SMALLEST) * geometric_cost(_SMALLEST)),
        source=_SOURCE,
        cases=_CASES,
        derived_from=("design.threshold",),
    ),
    Claim(
        id="design.threshold.above",
        title="the geometric grid is the worst where the excess loss is above d at every level",
        relation=above(d, _LARGEST),
        source=_SOURCE,
        cases=_CASES,
        derived_from=("design.threshold",),
    ),
    Claim(
        id="design.threshold.half",
        title="the geometric grid is already the worst where the excess loss is above d/2",
        relation=above(d / 2, _LARGEST),
        source=_SOURCE,
        form=Form.CONJECTURE,
        expected=Expected.REFUTED,
        cases=_CASES,
        note="between d/2 and d it is still the best: the threshold is d",
    ),
)

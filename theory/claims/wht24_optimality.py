"""Wang-He-Tao 2024, section 4: among all grids of N steps between two noise levels the geometric one is optimal.

Setting: x_k = ln(v_k/v_{k+1}) are the log-steps of a grid and y = ln(v_0/v_N)/N is their mean, the log-step of the
geometric grid with the same ends. The d-term of Theorem 2 is a sum of f(x_k) = x_k - 1 + e^{-x_k}.

As printed: the grid enters through (1 - e^{-x})^2, which Jensen's inequality is said to make smallest at even steps. It
is convex for x < ln 2 alone, and the conclusion fails for large steps; it holds where no log-step exceeds ln 2.

What is true: f is convex for every x >= 0, as f'' = e^{-x} > 0, and therefore, for every N and every grid,

    sum_k f(x_k) >= N f(y).

Grids without large steps are reached from any grid by shortening every log-step above ln 2 to ln 2, so that the
corrected argument speaks of those. Tight: equality on geometric grids. Reference: Jensen.
"""

from sympy import Ge, Max, Product, Rational, Sum, exp, log

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import N, k, v

_STEPS = (k, 0, N - 1)
_HALF = Rational(1, 2)
_SOURCE = "Wang, He, Tao 2024, section 4"
_GRIDS = Cases(families=(Family.POINT,), max_steps=24)
MEAN_STEP = log(v[0] / v[N]) / N
_SHRINK = v[k + 1] / v[k]  # e^{-x_k}
_SHORT = Max(_SHRINK, _HALF)  # the same where x_k <= ln 2, and x_k = ln 2 elsewhere

CLAIMS = (
    Claim(
        id="wht24.optimality",
        title="geometric grids have the smallest d-term, for every N and every grid",
        relation=Ge(Sum(log(1 / _SHRINK) - 1 + _SHRINK, _STEPS), N * (MEAN_STEP - 1 + exp(-MEAN_STEP))),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=_GRIDS,
        note="x - 1 + e^{-x} is convex for all x",
    ),
    Claim(
        id="wht24.optimality.argument.printed",
        title="geometric grids minimise the sum of (1 - e^{-x})^2, for all log-steps",
        relation=Ge(Sum((1 - _SHRINK) ** 2, _STEPS), N * (1 - exp(-MEAN_STEP)) ** 2),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_GRIDS,
        note="(1 - e^{-x})^2 is convex for x < ln 2 only, and at most 1: one leap costs less than two even steps",
    ),
    Claim(
        id="wht24.optimality.argument.corrected",
        title="geometric grids minimise the sum of (1 - e^{-x})^2 where no log-step exceeds ln 2",
        relation=Ge(Sum((1 - _SHORT) ** 2, _STEPS), N * (1 - Product(_SHORT, _STEPS) ** (1 / N)) ** 2),
        source=_SOURCE,
        form=Form.CORRECTED,
        setting="every log-step above ln 2 is shortened to ln 2",
        cases=_GRIDS,
    ),
)

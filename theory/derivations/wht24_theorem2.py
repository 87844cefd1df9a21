"""Wang-He-Tao 2024 Theorem 2 with explicit constants: from the exact budget to the bound.

E_D is half the area between J and its left staircase. With J = d/u - mmse/u^2 the d-part is integrated; in the rest
mmse(w) is bounded by its value at the lower end of each step, the sum is rearranged by parts, and what is negative is
left out.
"""

from sympy import Integral, Max, Min, Rational, Sum, Symbol, log

from theory.claims.wht24_theorem2 import D_TERM, D_TERM_PRINTED, DISCRETISATION
from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import (
    AbelSummation,
    Algebra,
    CauchySchwarz,
    Definition,
    Known,
    Monotone,
    Sign,
    TermByTerm,
)
from theory.symbols import N, k
from theory.vocabulary import E_D, E_I, E_S, J, a_t, d, eps2, excess, m2, mmse, u, v, w

_STEPS = (k, 0, N - 1)
_LATER = (k, 1, N - 1)
_WITHIN = (w, v[k + 1], v[k])
_DELTA = v[k] - v[k + 1]
_CURVATURE = v[k] ** 2 - v[k - 1] * v[k + 1]
_BELOW = v[k - 1] * v[k] ** 2
_FIRST = (v[0] - v[1]) / (2 * v[0] ** 2)
_FRESH = mmse(v[k]) * _DELTA / v[k] ** 2
_STALE = 1 / v[k + 1] - 1 / v[k]
_LAST = mmse(v[N]) * (v[N - 1] - v[N]) / (v[N - 1] * v[N]) / 2
_MOST = Min(m2, d * v[k])
_X = Symbol("x", nonnegative=True)

_PARTS = mmse(v[0]) * _FIRST + Sum(mmse(v[k]) * _CURVATURE / _BELOW, _LATER) / 2
_CLIPPED = Sum(mmse(v[k]) * Max(0, _CURVATURE) / _BELOW, _LATER) / 2
_LOG = log(v[k] / v[k + 1])


def _t(index):  # type: ignore[no-untyped-def]
    return v[index] ** (1 / (2 * a_t))


_TIME = Symbol("t", positive=True)
_IN_TIME = (_TIME, _t(k + 1), _t(k))

DERIVATIONS = (
    Derivation(
        id="wht24.thm2.discretisation.corrected",
        title="Fisher information split into noise and data, the data part summed by parts",
        start=E_D,
        steps=(
            Step(
                "=",
                Sum(Integral(J(w) - J(v[k]), _WITHIN), _STEPS) / 2,
                by=Known("budget.score.discretisation"),
            ),
            Step(
                "=",
                Sum(Integral(d / w - d / v[k] + mmse(v[k]) / v[k] ** 2 - mmse(w) / w**2, _WITHIN), _STEPS) / 2,
                by=Known("info.fisher_mmse"),
            ),
            Step("=", d * D_TERM + Sum(_FRESH - Integral(mmse(w) / w**2, _WITHIN), _STEPS) / 2, by=Algebra()),
            Step(
                "<=",
                d * D_TERM + Sum(_FRESH - mmse(v[k + 1]) * _STALE, _STEPS) / 2,
                by=Monotone("mmse", v[k + 1], w, times=1 / (2 * w**2), within=_WITHIN, over=_STEPS),
            ),
            Step(
                "=",
                d * D_TERM + _PARTS - _LAST,
                by=AbelSummation(of=mmse(v[k]), weight=_DELTA / v[k] ** 2, next_weight=_STALE, times=Rational(1, 2)),
            ),
            Step("<=", d * D_TERM + _PARTS, by=Sign()),
            Step("<=", d * D_TERM + mmse(v[0]) * _FIRST + _CLIPPED, by=Sign()),
            Step(
                "<=",
                d * D_TERM + Min(m2, d * v[0]) * _FIRST + _CLIPPED,
                by=Known("info.mmse_bound", at={u: v[0]}, times=_FIRST),
            ),
            Step(
                "<=",
                DISCRETISATION,
                by=Known("info.mmse_bound", at={u: v[k]}, times=Max(0, _CURVATURE) / (2 * _BELOW), over=_LATER),
            ),
        ),
    ),
    Derivation(
        id="wht24.thm2.corrected",
        title="the three parts of the budget, each by its own bound",
        start=E_I + E_S + E_D,
        steps=(
            Step("<=", m2 / (2 * v[0]) + E_S + E_D, by=Known("wht24.lemma10")),
            Step(
                "=",
                m2 / (2 * v[0]) + Sum(_DELTA / v[k] * excess[k], _STEPS) / 2 + E_D,
                by=Known("budget.score.excess"),
            ),
            Step("=", m2 / (2 * v[0]) + Sum(_DELTA * eps2[k], _STEPS) / 2 + E_D, by=Definition("excess")),
            Step(
                "<=",
                m2 / (2 * v[0]) + Sum(_DELTA * eps2[k], _STEPS) / 2 + DISCRETISATION,
                by=Known("wht24.thm2.discretisation.corrected"),
            ),
        ),
    ),
    Derivation(
        id="wht24.thm2.dterm.quadratic",
        title="x - 1 + exp(-x) is at most half of x^2, step by step",
        start=D_TERM,
        steps=(Step("<=", Sum(_LOG**2, _STEPS) / 4, by=Sign(variable=_X, log_step=True)),),
    ),
    Derivation(
        id="wht24.thm2.dterm.printed",
        title="Cauchy-Schwarz on each step, in the paper's time",
        start=Sum(_LOG**2, _STEPS) / 4,
        steps=(
            Step(
                "=",
                Sum(Integral(a_t / _TIME, _IN_TIME) ** 2, _STEPS),
                by=Algebra(),
            ),
            Step(
                "<=",
                Sum(Integral(1, _IN_TIME) * Integral(a_t**2 / _TIME**2, _IN_TIME), _STEPS),
                by=TermByTerm(
                    Integral(a_t / _TIME, _IN_TIME) ** 2,
                    Integral(1, _IN_TIME) * Integral(a_t**2 / _TIME**2, _IN_TIME),
                    _STEPS,
                    CauchySchwarz(1, a_t / _TIME, _IN_TIME),
                ),
            ),
            Step("=", D_TERM_PRINTED, by=Algebra()),
        ),
    ),
)

"""How well a score must be trained for the geometric grid to be the best one: 1 - e^{-x} is concave in the log-step."""

from sympy import Integral, Max, Sum, exp, log

from theory.claims.design_threshold import geometric_cost
from theory.claims.wht24_optimality import MEAN_STEP
from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, Known
from theory.derivations.kinds.interval import JensenBetween
from theory.derivations.kinds.positive_part import PositivePart
from theory.derivations.kinds.setting import Setting
from theory.derivations.wht24_optimality import X
from theory.symbols import N, k
from theory.vocabulary import E_D, E_S, J, d, excess, mmse, v, w

_STEPS = (k, 0, N - 1)
_WITHIN = (w, v[k + 1], v[k])
_DELTA = v[k] - v[k + 1]
_LOG = log(v[k] / v[k + 1])
_START = d * log(v[0] / v[N]) / 2
_SAVED = Sum(1 - v[k + 1] / v[k], _STEPS)
_SAVED_EVEN = N * (1 - exp(-MEAN_STEP))
_LEARNED = Sum(_DELTA / v[k] * excess[k], _STEPS) / 2


def _side(id, title, gap, uniform, relation):  # type: ignore[no-untyped-def]
    """One side of the threshold; the gap d - l or l - d is positive there."""
    part = Max(0, gap)
    sign = 1 if relation == "<=" else -1  # of what is saved in the cost
    return Derivation(
        id=id,
        title=title,
        start=part * (E_S + E_D),
        steps=(
            Step("=", part * (_START + (excess[0] - d) / 2 * _SAVED), by=Known("design.threshold")),
            Step("=", part * (_START + (uniform - d) / 2 * _SAVED), by=Setting("uniform")),
            Step("=", part * _START + sign * part**2 / 2 * _SAVED, by=PositivePart(gap, times=sign * _SAVED / 2)),
            Step(
                relation,
                part * _START + sign * part**2 / 2 * _SAVED_EVEN,
                by=JensenBetween(X, 1 - exp(-X), of=_LOG, times=part**2 / 2),
            ),
            Step(
                "=",
                part * (_START + (uniform - d) / 2 * _SAVED_EVEN),
                by=PositivePart(gap, times=-sign * _SAVED_EVEN / 2),
            ),
            Step("=", part * geometric_cost(uniform), by=Algebra()),
        ),
    )


DERIVATIONS = (
    Derivation(
        id="design.threshold",
        title="J = d/v on data at one point, one excess at all levels",
        start=E_S + E_D,
        steps=(
            Step("=", _LEARNED + E_D, by=Known("budget.score.excess")),
            Step(
                "=",
                _LEARNED + Sum(Integral(J(w) - J(v[k]), _WITHIN), _STEPS) / 2,
                by=Known("budget.score.discretisation"),
            ),
            Step(
                "=",
                _LEARNED
                + Sum(Integral(d / w - mmse(w) / w**2 - d / v[k] + mmse(v[k]) / v[k] ** 2, _WITHIN), _STEPS) / 2,
                by=Known("info.fisher_mmse"),
            ),
            Step("=", _LEARNED + Sum(Integral(d / w - d / v[k], _WITHIN), _STEPS) / 2, by=Setting("point")),
            Step(
                "=",
                excess[0] * Sum(_DELTA / v[k], _STEPS) / 2 + Sum(Integral(d / w - d / v[k], _WITHIN), _STEPS) / 2,
                by=Setting("uniform"),
            ),
            Step("=", _START + (excess[0] - d) / 2 * _SAVED, by=Algebra()),
        ),
    ),
    _side(
        "design.threshold.below",
        "below the threshold the concave part counts against the cost",
        d - excess[N],
        excess[N],
        ">=",
    ),
    _side(
        "design.threshold.above",
        "above the threshold the concave part adds to the cost",
        excess[0] - d,
        excess[0],
        "<=",
    ),
)

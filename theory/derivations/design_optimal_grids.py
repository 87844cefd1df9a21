"""Optimal grids of Gaussian data for every N, by Jensen's inequality; and optimal densities by Cauchy-Schwarz."""

from sympy import Function, Integral, Le, Product, Rational, S, Sum, Symbol, atan, cos, exp, log, pi, sqrt

from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, CauchySchwarz, Known, TermByTerm
from theory.derivations.kinds.interval import JensenBetween
from theory.derivations.kinds.letters import Letters
from theory.derivations.kinds.log_product import LogProduct
from theory.derivations.kinds.rising import Rising
from theory.derivations.wht24_optimality import COST, X
from theory.symbols import N, k
from theory.vocabulary import E_D, J, V_out, lam, sigma, v, w

_STEPS = (k, 0, N - 1)
_WITHIN = (w, v[k + 1], v[k])
_HALF = Rational(1, 2)
_FIRST, _LAST = lam + v[0], lam + v[N]
_LOG = log((lam + v[k]) / (lam + v[k + 1]))
_FALL = (v[k + 1] - v[k]) / (lam + v[k])
_MEAN = log(_FIRST / _LAST) / N


def _angle(index):  # type: ignore[no-untyped-def]
    return atan(sigma[index] / sqrt(lam))


_TURN = _angle(k) - _angle(k + 1)
_MEAN_TURN = (_angle(0) - _angle(N)) / N
_LOGS = Sum(log(cos(_TURN)), _STEPS)
_COS = Symbol("c", positive=True)
_Y = Symbol("y", real=True)

# the limit of N times a discretisation error is half the integral of (curvature) (dv/du)^2 / 2 over u in [0, 1]
_T = Symbol("t", positive=True)
_C = Function("C", positive=True)
_V = Function("V", real=True)
_UNIT = (_T, S.Zero, S.One)
_SPEED = sqrt(_C(_T)) * _V(_T)
_PATH = Integral(_SPEED, _UNIT)

DERIVATIONS = (
    Derivation(
        id="design.optimal.gaussian.score",
        title="x - 1 + exp(-x) is convex, with x the log-step of lam + v",
        start=E_D,
        steps=(
            Step("=", Sum(Integral(J(w) - J(v[k]), _WITHIN), _STEPS) / 2, by=Known("budget.score.discretisation")),
            Step("=", Sum(Integral(1 / (lam + w) - 1 / (lam + v[k]), _WITHIN), _STEPS) / 2, by=Known("gauss.fisher")),
            Step("=", Sum(_LOG + _FALL, _STEPS) / 2, by=Algebra()),
            Step(
                "=",
                Sum(COST.subs(X, _LOG), _STEPS) / 2,
                by=TermByTerm(_FALL, exp(-_LOG) - 1, _STEPS, Algebra(), times=_HALF),
            ),
            Step(">=", N * COST.subs(X, _MEAN) / 2, by=JensenBetween(X, COST, of=_LOG, times=_HALF)),
        ),
    ),
    Derivation(
        id="design.optimal.gaussian.ode",
        title="ln cos is concave, with x the step of the angle arctan(sigma/sqrt(lam))",
        start=V_out,
        steps=(
            Step("=", _LAST * Product(cos(_TURN) ** 2, _STEPS), by=Known("gauss.ode")),
            Step("=", _LAST * exp(2 * _LOGS), by=LogProduct(cos(_TURN), power=2)),
            Step(
                "<=",
                _LAST * exp(2 * N * log(cos(_MEAN_TURN))),
                by=Rising(
                    _Y,
                    exp(_Y),
                    2 * _LOGS,
                    2 * N * log(cos(_MEAN_TURN)),
                    times=_LAST,
                    by=JensenBetween(X, log(cos(X)), of=_TURN, high=pi / 2, times=2),
                ),
            ),
            Step("=", _LAST * cos(_MEAN_TURN) ** (2 * N), by=Letters({_COS: cos(_MEAN_TURN)})),
        ),
    ),
    Derivation(
        id="design.optimal.density",
        title="Cauchy-Schwarz: the limit of N E_D is smallest where sqrt(-J') dv/du is constant",
        start=_PATH**2 / 4,
        steps=(
            Step(
                "<=",
                Integral(1, _UNIT) * Integral(_SPEED**2, _UNIT) / 4,
                by=CauchySchwarz(1, _SPEED, _UNIT, times=Rational(1, 4)),
            ),
            Step("=", Integral(_C(_T) * _V(_T) ** 2, _UNIT) / 4, by=Algebra()),
        ),
        proves=Le(_PATH**2 / 4, Integral(_C(_T) * _V(_T) ** 2, _UNIT) / 4),
    ),
)

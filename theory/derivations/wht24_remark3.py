"""Wang-He-Tao 2024, Remark 3: rho = ln(R)/2 is best for the paper's bound, and no rho is best for the d-term.

At finite N the d-term of exponent 2 rho is compared with that of rho by tangents of x - 1 + e^{-x} at the log-steps of
2 rho, a sum by parts, and two signs: the levels of rho lie above those of 2 rho, whose log-steps increase.
"""

from sympy import E, IndexedBase, Le, Rational, S, Sum, Symbol, cosh, exp, log, sinh, tanh

from theory.claims.wht24_remark3 import BEST_OF_BOUND
from theory.claims.wht24_table1 import EXPONENTIAL_D_TERM, R, polynomial_d_term
from theory.derivations.derivation import Derivation, Step
from theory.derivations.engine.domain import Domain
from theory.derivations.kinds import AbelSummation, Algebra
from theory.derivations.kinds.factors import Factors
from theory.derivations.kinds.interval import JensenBetween
from theory.derivations.kinds.minimum import Minimum
from theory.derivations.kinds.named import Named
from theory.derivations.kinds.named_sign import NamedSign
from theory.derivations.kinds.one_variable import OneVariable
from theory.derivations.kinds.rising import Rising
from theory.derivations.kinds.tangent import Tangent
from theory.derivations.wht24_optimality import COST, X
from theory.derivations.wht24_table1 import FALLING, RAMP, u
from theory.symbols import N, k
from theory.vocabulary import rho, sigma

_STEPS = (k, 0, N - 1)
_HALF = Rational(1, 2)
_BOUND = rho**2 * exp(log(R) / rho)
_STEP = 2 * rho * log(u[k] / u[k + 1])
_EVEN = 2 * log(R) / N

# the same ends with exponent 2 rho: z[k]^{2 rho} falls from the first to the last level, too
z = IndexedBase("z", positive=True)
RAMP_DOUBLED = RAMP.subs(rho, 2 * rho)
_DOUBLED = Domain(decreasing=("v", "sigma", "ramp", "z"))
_DOUBLED_STEP = 4 * rho * log(z[k] / z[k + 1])
_ABOVE = log(u[k] / z[k] ** 2)  # of the levels of rho above those of 2 rho, over 2 rho
_FALL = 1 - z[k + 1] ** (4 * rho) / z[k] ** (4 * rho)  # derivative of COST at the log-step of 2 rho
_FALL_BEFORE = _FALL.subs(k, k - 1)

_ENDS = rho * (_FALL.subs(k, 0) * _ABOVE.subs(k, 0) - _FALL.subs(k, N - 1) * _ABOVE.subs(k, N))
_ENDS_WRITTEN = _ENDS.xreplace({u[0]: S.One, u[N]: R ** (-1 / rho)})
_RATIO, _LAST_RATIO = z[k + 1] / z[k], z[k] / z[k - 1]
_T = Symbol("t", positive=True)
_Q = Symbol("q", positive=True)
_NAMES = {u: RAMP, z: RAMP_DOUBLED}
_SQUARES = {sigma[N]: sigma[0] * _Q ** (2 * rho)}
_EVENER = Rising(
    _T, _T ** (4 * rho), _RATIO, _LAST_RATIO, by=NamedSign(_NAMES, times=1 / (z[k] * z[k - 1]), where=_SQUARES)
)  # the log-steps of 2 rho grow
_HIGHER = Rising(_T, log(_T), 1, u[k] / z[k] ** 2, by=NamedSign(_NAMES, times=1 / z[k] ** 2, where=_SQUARES))

# the limit of N times the d-term, 4 rho^2 sinh^2(L/(2 rho)), as a function of y = L/(2 rho)
_L = Symbol("L", positive=True)
_Y = Symbol("y", nonnegative=True)
_LIMIT = 4 * rho**2 * sinh(_L / (2 * rho)) ** 2
_SLOPE = 8 * rho * sinh(_L / (2 * rho)) * cosh(_L / (2 * rho))

DERIVATIONS = (
    Derivation(
        id="wht24.remark3.bound",
        title="the derivative in rho changes its sign at ln(R)/2",
        start=rho**2 * R ** (1 / rho),
        steps=(
            Step("=", _BOUND, by=Algebra()),
            Step(">=", BEST_OF_BOUND**2 * exp(2), by=Minimum(rho, _BOUND, at=BEST_OF_BOUND)),
            Step("=", (E * BEST_OF_BOUND) ** 2, by=Algebra()),
        ),
    ),
    Derivation(
        id="wht24.remark3.exponential",
        title="Jensen's inequality for x - 1 + exp(-x) at the log-steps of the polynomial grid",
        start=polynomial_d_term(),
        domain=FALLING,
        steps=(
            Step("=", Sum(_STEP - 1 + exp(-_STEP), _STEPS) / 2, by=Named(u, RAMP)),
            Step(
                ">=",
                N * COST.subs(X, 2 * rho * log(u[0] / u[N]) / N) / 2,
                by=JensenBetween(X, COST, of=_STEP, times=_HALF),
            ),
            Step("=", N * COST.subs(X, _EVEN) / 2, by=Named(u, RAMP)),
            Step("=", EXPONENTIAL_D_TERM, by=Algebra()),
        ),
    ),
    Derivation(
        id="wht24.remark3.limit",
        title="the limit of N times the d-term falls with rho: tanh y <= y",
        start=_LIMIT.diff(rho),
        steps=(
            Step("=", _SLOPE * (tanh(_L / (2 * rho)) - _L / (2 * rho)), by=Algebra()),
            Step("<=", 0, by=OneVariable(_Y, _Y - tanh(_Y), at=_L / (2 * rho), times=_SLOPE)),
        ),
        proves=Le(_LIMIT.diff(rho), 0),
    ),
    Derivation(
        id="wht24.remark3.corrected",
        title="tangents at the log-steps of 2 rho, summed by parts",
        start=polynomial_d_term(),
        domain=_DOUBLED,
        steps=(
            Step("=", Sum(_STEP - 1 + exp(-_STEP), _STEPS) / 2, by=Named(u, RAMP)),
            Step(
                ">=",
                Sum(COST.subs(X, _DOUBLED_STEP) + _FALL * (_STEP - _DOUBLED_STEP), _STEPS) / 2,
                by=Tangent(X, COST, at=_STEP, base=_DOUBLED_STEP, times=_HALF, over=_STEPS),
            ),
            Step(
                "=",
                Sum(COST.subs(X, _DOUBLED_STEP) + 2 * rho * _FALL * (_ABOVE - _ABOVE.subs(k, k + 1)), _STEPS) / 2,
                by=Algebra(),
            ),
            Step(
                "=",
                Sum(COST.subs(X, _DOUBLED_STEP), _STEPS) / 2
                + rho * Sum((_FALL - _FALL_BEFORE) * _ABOVE, (k, 1, N - 1))
                + _ENDS,
                by=AbelSummation(of=_ABOVE, weight=_FALL, times=rho),
            ),
            Step(
                ">=",
                Sum(COST.subs(X, _DOUBLED_STEP), _STEPS) / 2 + _ENDS,
                by=Factors(
                    ((_RATIO ** (4 * rho), _LAST_RATIO ** (4 * rho), _EVENER), (0, _ABOVE, _HIGHER)),
                    times=rho,
                    over=(k, 1, N - 1),
                ),
            ),
            Step("=", Sum(COST.subs(X, _DOUBLED_STEP), _STEPS) / 2 + _ENDS_WRITTEN, by=Named(u, RAMP)),
            Step("=", Sum(COST.subs(X, _DOUBLED_STEP), _STEPS) / 2, by=Named(z, RAMP_DOUBLED)),
            Step("=", polynomial_d_term(2 * rho), by=Named(z, RAMP_DOUBLED)),
        ),
    ),
)

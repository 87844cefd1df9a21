"""Wang-He-Tao 2024, Table 1: the limits of N times the d-term, and why no N exceeds them."""

from sympy import IndexedBase, Integral, Pow, Rational, Sum, Symbol, exp, log, sinh

from theory.claims.wht24_table1 import EXPONENTIAL_D_TERM, R, polynomial, polynomial_d_term
from theory.derivations.derivation import Derivation, Step
from theory.derivations.engine.domain import Domain
from theory.derivations.kinds import Algebra, CauchySchwarz, TermByTerm
from theory.derivations.kinds.letters import Letters
from theory.derivations.kinds.named import Named
from theory.derivations.kinds.one_variable import OneVariable
from theory.symbols import N, k
from theory.vocabulary import rho

_STEPS = (k, 0, N - 1)
_HALF = Rational(1, 2)
X = Symbol("x", nonnegative=True)
ELL = Symbol("ell", real=True)  # ln R
_Y = Symbol("y", positive=True)
QUADRATIC = X**2 / 2 - (X - 1 + exp(-X))  # >= 0
_EVEN = 2 * log(R) / N  # log-step of v on the exponential grid

# sigma_k^{1/rho}, as a multiple of the first one: falls linearly
u = IndexedBase("ramp", positive=True)
RAMP = next(p.base for p in polynomial(k).atoms(Pow) if p.exp == rho)
FALLING = Domain(decreasing=("v", "sigma", "ramp"))
_STEP = 2 * rho * log(u[k] / u[k + 1])  # log-step of v
_AREA = Integral(1 / _Y, (_Y, u[k + 1], u[k]))
_SQUARES = Integral(1, (_Y, u[k + 1], u[k])) * Integral(1 / _Y**2, (_Y, u[k + 1], u[k]))
_LIMIT = 4 * rho**2 * sinh(log(R) / (2 * rho)) ** 2

DERIVATIONS = (
    Derivation(
        id="wht24.table1.exponential",
        title="x - 1 + exp(-x) is at most half of x^2, at even steps",
        start=N * EXPONENTIAL_D_TERM,
        steps=(
            Step("=", N**2 * (_EVEN - 1 + exp(-_EVEN)) / 2, by=Algebra()),
            Step("<=", N**2 * _EVEN**2 / 4, by=OneVariable(X, QUADRATIC, at=_EVEN, times=N**2 / 2)),
            Step("=", log(R) ** 2, by=Algebra()),
        ),
    ),
    Derivation(
        id="wht24.table1.polynomial",
        title="half of x^2, Cauchy-Schwarz on each step, and a sum that telescopes",
        start=N * polynomial_d_term(),
        domain=FALLING,
        steps=(
            Step("=", N * Sum(_STEP - 1 + exp(-_STEP), _STEPS) / 2, by=Named(u, RAMP)),
            Step(
                "<=",
                N * Sum(_STEP**2, _STEPS) / 4,
                by=OneVariable(X, QUADRATIC, at=_STEP, times=N * _HALF, over=_STEPS),
            ),
            Step("=", N * rho**2 * Sum(_AREA**2, _STEPS), by=Algebra()),
            Step(
                "<=",
                N * rho**2 * Sum(_SQUARES, _STEPS),
                by=TermByTerm(_AREA**2, _SQUARES, _STEPS, CauchySchwarz(1, 1 / _Y, (_Y, u[k + 1], u[k])), N * rho**2),
            ),
            Step("=", N * rho**2 * Sum((u[k] - u[k + 1]) * (1 / u[k + 1] - 1 / u[k]), _STEPS), by=Algebra()),
            Step("=", rho**2 * (1 - R ** (-1 / rho)) * Sum(1 / u[k + 1] - 1 / u[k], _STEPS), by=Named(u, RAMP)),
            Step("=", rho**2 * (1 - R ** (-1 / rho)) * (1 / u[N] - 1 / u[0]), by=Algebra()),
            Step("=", rho**2 * (1 - R ** (-1 / rho)) * (R ** (1 / rho) - 1), by=Named(u, RAMP)),
            Step("=", rho**2 * (1 - exp(-log(R) / rho)) * (exp(log(R) / rho) - 1), by=Algebra()),
            Step("=", _LIMIT, by=Letters({ELL: log(R)})),
        ),
    ),
)

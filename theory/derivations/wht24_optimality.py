"""Wang-He-Tao 2024, section 4: geometric grids are optimal, by Jensen's inequality for the right function.

x - 1 + e^{-x} is convex for every x. The paper's (1 - e^{-x})^2 is convex for x <= ln 2 and concave beyond, so that its
argument covers grids with small steps alone.
"""

from sympy import Le, Max, Product, Rational, Sum, Symbol, exp, log

from theory.claims.wht24_optimality import MEAN_STEP
from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, Sign
from theory.derivations.kinds.interval import JensenBetween
from theory.derivations.kinds.log_product import LogProduct
from theory.symbols import N, k
from theory.vocabulary import v

_STEPS = (k, 0, N - 1)
X = Symbol("x", nonnegative=True)
COST = X - 1 + exp(-X)  # of a log-step x, as a part of the d-term
PAPER_COST = (1 - exp(-X)) ** 2
_BEYOND = Symbol("y", nonnegative=True)
_LONG = log(2) + _BEYOND  # a log-step above ln 2
_BEND = PAPER_COST.diff(X, 2).subs(X, _LONG)
_LOG = log(v[k] / v[k + 1])
_SHORT = Max(v[k + 1] / v[k], Rational(1, 2))
_SHORT_LOG = log(1 / _SHORT)
_SHORT_MEAN = Product(_SHORT, _STEPS) ** (1 / N)

DERIVATIONS = (
    Derivation(
        id="wht24.optimality",
        title="x - 1 + exp(-x) is convex for all x; the log-steps have one sum",
        start=Sum(_LOG - 1 + v[k + 1] / v[k], _STEPS),
        steps=(
            Step("=", Sum(_LOG - 1 + exp(-_LOG), _STEPS), by=Algebra()),
            Step(">=", N * (MEAN_STEP - 1 + exp(-MEAN_STEP)), by=JensenBetween(X, COST, of=_LOG)),
        ),
    ),
    Derivation(
        id="wht24.optimality.argument.corrected",
        title="(1 - exp(-x))^2 is convex for x <= ln 2",
        start=Sum((1 - _SHORT) ** 2, _STEPS),
        steps=(
            Step(
                ">=",
                N * (1 - exp(Sum(log(_SHORT), _STEPS) / N)) ** 2,
                by=JensenBetween(X, PAPER_COST, of=_SHORT_LOG, high=log(2)),
            ),
            Step("=", N * (1 - _SHORT_MEAN) ** 2, by=LogProduct(_SHORT)),
        ),
    ),
    Derivation(
        id="wht24.optimality.argument.bend",
        title="(1 - exp(-x))^2 is concave for x >= ln 2: there Jensen's inequality turns round",
        start=_BEND,
        steps=(
            Step("=", exp(-_BEYOND) * (exp(-_BEYOND) - 1), by=Algebra()),
            Step("<=", 0, by=Sign(variable=_BEYOND)),
        ),
        proves=Le(_BEND, 0),
    ),
)

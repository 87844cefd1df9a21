"""Kinds of justification that the design space needs: each refuses what is false, or what it cannot show."""

import pytest
import sympy
from sympy import Dummy, IndexedBase, Max, Product, Rational, Sum, Symbol, atan, cos, exp, log, pi, sin, sqrt

from theory.claims import Cases, Family, TrainingSpace
from theory.derivations import Domain, Mark
from theory.derivations.engine.bounds import nonnegative
from theory.derivations.kinds import Algebra, Assumption, Known, Sign
from theory.derivations.kinds.chord import Chord
from theory.derivations.kinds.decomposition import RATIO, Extreme, Meaning, Triangle
from theory.derivations.kinds.factors import Factors
from theory.derivations.kinds.interval import JensenBetween, is_acute
from theory.derivations.kinds.letters import Letters
from theory.derivations.kinds.log_product import LogProduct
from theory.derivations.kinds.minimum import Minimum
from theory.derivations.kinds.named import Named
from theory.derivations.kinds.named_sign import NamedSign
from theory.derivations.kinds.one_variable import OneVariable
from theory.derivations.kinds.ordered import Chain, Ordered
from theory.derivations.kinds.part import Part
from theory.derivations.kinds.positive_part import PositivePart
from theory.derivations.kinds.rising import Rising
from theory.derivations.kinds.setting import Setting
from theory.derivations.kinds.tangent import Tangent
from theory.symbols import N, k
from theory.vocabulary import beta, d, excess, lam, level, m2, mmse, rho, sigma, v, weight_max, weight_min

X = Symbol("x", nonnegative=True)
Y = Symbol("y", real=True)
T = Symbol("t", positive=True)
STEPS = (k, 0, N - 1)
DOMAIN = Domain()
LOG = log(v[k] / v[k + 1])
MEAN = log(v[0] / v[N]) / N
u = IndexedBase("ramp", positive=True)
NAMED = Domain(decreasing=("v", "sigma", "ramp"))
RAMP = 1 - k / (2 * N)
TURN = atan(sigma[k] / sqrt(lam)) - atan(sigma[k + 1] / sqrt(lam))
SPREAD = Domain(cases=Cases(spread=True))
POINT = Cases(families=(Family.POINT,))
UNIFORM = Cases(families=(Family.POINT,), uniform_excess=True)


def mark(by, before, after, relation="=", domain=DOMAIN):  # type: ignore[no-untyped-def]
    return by.check(sympy.sympify(before), sympy.sympify(after), relation, domain).mark


CASES = {
    # kind: (justification, before, after, relation, domain) that hold, then those that must fail
    "one variable": (
        [(OneVariable(X, exp(X) - 1 - X, at=LOG), LOG, exp(LOG) - 1, "<=", DOMAIN)],
        [
            (OneVariable(X, exp(X) - 1 - 2 * X, at=LOG), 2 * LOG, exp(LOG) - 1, "<=", DOMAIN),
            (OneVariable(X, exp(X) - 1 - X, at=-LOG), -LOG, exp(-LOG) - 1, "<=", DOMAIN),
            (OneVariable(X, exp(X) - 1 - X, at=LOG, times=-1), -LOG, 1 - exp(LOG), "<=", DOMAIN),
            (OneVariable(X, exp(X) - 1 - X, at=LOG), LOG, exp(LOG), "<=", DOMAIN),
        ],
    ),
    "rising": (
        [
            (Rising(Y, exp(Y), v[1], v[0]), exp(v[1]), exp(v[0]), "<=", DOMAIN),
            (Rising(T, log(T), 1, v[0] / v[1]), 0, log(v[0] / v[1]), "<=", DOMAIN),
        ],
        [
            (Rising(Y, exp(-Y), v[1], v[0]), exp(-v[1]), exp(-v[0]), "<=", DOMAIN),
            (Rising(Y, exp(Y), v[0], v[1]), exp(v[0]), exp(v[1]), "<=", DOMAIN),
            (Rising(T, T**2, -v[0], v[1]), v[0] ** 2, v[1] ** 2, "<=", DOMAIN),
            (Rising(Y, exp(Y), v[1], v[0], times=-1), -exp(v[1]), -exp(v[0]), "<=", DOMAIN),
        ],
    ),
    "minimum": (
        [(Minimum(rho, rho**2 + 4 / rho**2 * 4, at=2), rho**2 + 16 / rho**2, 8, ">=", DOMAIN)],
        [
            (Minimum(rho, rho**2 + 16 / rho**2, at=3), rho**2 + 16 / rho**2, 9 + Rational(16, 9), ">=", DOMAIN),
            (Minimum(rho, rho**3 / 3 - 3 * rho**2 + 8 * rho, at=4), rho**3 / 3 - 3 * rho**2 + 8 * rho, Rational(16, 3),
             ">=", DOMAIN),
            (Minimum(rho, -((rho - 2) ** 2), at=2), -((rho - 2) ** 2), 0, ">=", DOMAIN),
            (Minimum(rho, rho**2 + 16 / rho**2, at=2), rho**2 + 16 / rho**2, 7, ">=", DOMAIN),
        ],
    ),
    "tangent": (
        [(Tangent(X, X**2, at=v[0], base=v[1]), v[0] ** 2, v[1] ** 2 + 2 * v[1] * (v[0] - v[1]), ">=", DOMAIN)],
        [
            (Tangent(X, -(X**2), v[0], v[1]), -(v[0] ** 2), -(v[1] ** 2) - 2 * v[1] * (v[0] - v[1]), ">=", DOMAIN),
            (Tangent(X, X**3, v[0], -v[1]), v[0] ** 3, -(v[1] ** 3) + 3 * v[1] ** 2 * (v[0] + v[1]), ">=", DOMAIN),
            (Tangent(X, X**2, at=v[0], base=v[1]), v[0] ** 2, v[1] ** 2 + 3 * v[1] * (v[0] - v[1]), ">=", DOMAIN),
        ],
    ),
    "jensen": (
        [
            (JensenBetween(X, X**2, of=LOG), Sum(LOG**2, STEPS), N * MEAN**2, ">=", DOMAIN),
            (JensenBetween(X, log(cos(X)), TURN, high=pi / 2), Sum(log(cos(TURN)), STEPS),
             N * log(cos((atan(sigma[0] / sqrt(lam)) - atan(sigma[N] / sqrt(lam))) / N)), "<=", SPREAD),
        ],
        [
            (JensenBetween(X, X**2, of=LOG), Sum(LOG**2, STEPS), N * MEAN**2, "<=", DOMAIN),
            (JensenBetween(X, X**3, of=-LOG), Sum(-(LOG**3), STEPS), -N * MEAN**3, ">=", DOMAIN),
            (JensenBetween(X, (1 - exp(-X)) ** 2, of=LOG), Sum((1 - exp(-LOG)) ** 2, STEPS),
             N * (1 - exp(-MEAN)) ** 2, ">=", DOMAIN),
            (JensenBetween(X, (1 - exp(-X)) ** 2, of=LOG, high=log(2)), Sum((1 - exp(-LOG)) ** 2, STEPS),
             N * (1 - exp(-MEAN)) ** 2, ">=", DOMAIN),
            (JensenBetween(X, sin(X) ** 2, TURN, high=pi / 2), Sum(sin(TURN) ** 2, STEPS),
             N * sin((atan(sigma[0] / sqrt(lam)) - atan(sigma[N] / sqrt(lam))) / N) ** 2, ">=", SPREAD),
        ],
    ),
    "product": (
        [(LogProduct(v[k], power=2), Product(v[k] ** 2, STEPS), exp(2 * Sum(log(v[k]), STEPS)), "=", DOMAIN)],
        [
            (LogProduct(v[k], power=2), Product(v[k] ** 2, STEPS), exp(Sum(log(v[k]), STEPS)), "=", DOMAIN),
            (LogProduct(Y * v[k]), Product(Y * v[k], STEPS), exp(Sum(log(Y * v[k]), STEPS)), "=", DOMAIN),
            (LogProduct(cos(v[k])), Product(cos(v[k]), STEPS), exp(Sum(log(cos(v[k])), STEPS)), "=", SPREAD),
        ],
    ),
    "named": (
        [(Named(u, RAMP), Sum(RAMP, STEPS), Sum(u[k], STEPS), "=", NAMED)],
        [
            (Named(u, RAMP), Sum(RAMP, STEPS), Sum(u[k + 1], STEPS), "=", NAMED),
            (Named(u, 1 + k / N), Sum(1 + k / N, STEPS), Sum(u[k], STEPS), "=", NAMED),
            (Named(u, 1 - k / N), Sum(1 - k / N, STEPS), Sum(u[k], STEPS), "=", NAMED),  # 0 at the last point
            (Named(u, RAMP), Sum(RAMP, STEPS), Sum(u[k], STEPS), "=", DOMAIN),  # positive, but not said to fall
            (Named(u, RAMP, at=(level,)), RAMP, u[k], "=", Domain(NAMED.decreasing, order=((u[level], u[N]),))),
        ],
    ),
    "named sign": (
        [(NamedSign({u: RAMP}), u[k - 1] * u[k + 1], u[k] ** 2, "<=", NAMED)],
        [
            (NamedSign({u: RAMP}), u[k] ** 2, u[k - 1] * u[k + 1], "<=", NAMED),
            (NamedSign({u: RAMP}, times=-1), u[k - 1] * u[k + 1], u[k] ** 2, "<=", NAMED),
            (NamedSign({u: RAMP}), u[k] ** 2, u[k - 1] * u[k], "=", NAMED),
            (NamedSign({u: RAMP}, where={sigma[0]: 1 + T}), 1, sigma[0], "<=", NAMED),  # only above 1
        ],
    ),
    "factors": (
        [(Factors(((v[1], v[0], Sign()), (0, m2, Sign()))), v[1] * m2, v[0] * m2, "<=", DOMAIN)],
        [
            (Factors(((v[0], v[1], Sign()), (0, m2, Sign()))), v[0] * m2, v[1] * m2, "<=", DOMAIN),
            (Factors(((v[1], v[0], Sign()), (0, -m2, Sign()))), -v[1] * m2, -v[0] * m2, "<=", DOMAIN),
            (Factors(((v[1], v[0], Sign()), (0, m2, Sign()))), v[1] * m2, v[0], "<=", DOMAIN),
        ],
    ),
    "letters": (
        [(Letters({Y: LOG}), LOG**2 - 1, (LOG - 1) * (LOG + 1), "=", DOMAIN)],
        [
            (Letters({Y: LOG}), LOG**2, (LOG - 1) * (LOG + 1), "=", DOMAIN),
            (Letters({Y: LOG}), Y * LOG, LOG**2, "=", DOMAIN),  # the letter is not new
            (Letters({X: LOG}), abs(LOG), LOG, "=", DOMAIN),
            (Letters({T: cos(v[0])}), sqrt(cos(v[0]) ** 2), cos(v[0]), "=", DOMAIN),
        ],
    ),
    "part": (
        [(Part(v[1], v[0], Sign(), times=m2), m2 * v[1] + d, m2 * v[0] + d, "<=", DOMAIN)],
        [
            (Part(v[1], v[0], Sign(), times=-m2), -m2 * v[1] + d, -m2 * v[0] + d, "<=", DOMAIN),
            (Part(v[0], v[1], Sign(), times=m2), m2 * v[0], m2 * v[1], "<=", DOMAIN),
            (Part(v[1], v[0], Sign(), times=m2), m2 * v[1] + d, m2 * v[0], "<=", DOMAIN),
        ],
    ),
    "positive part": (
        [(PositivePart(Y, times=2), 2 * Max(0, Y) * Y, 2 * Max(0, Y) ** 2, "=", DOMAIN)],
        [
            (PositivePart(Y, times=2), 2 * Max(0, Y) * Y, 2 * Y**2, "=", DOMAIN),
            (PositivePart(-Y, times=2), 2 * Max(0, Y) * Y, 2 * Max(0, Y) ** 2, "=", DOMAIN),
        ],
    ),
    "chord": (
        [(Chord(T, T**2, v[2], v[1], v[0], Sign(), Sign()), (v[0] - v[2]) * v[1] ** 2,
          (v[0] - v[1]) * v[2] ** 2 + (v[1] - v[2]) * v[0] ** 2, "<=", DOMAIN)],
        [
            (Chord(T, sqrt(T), v[2], v[1], v[0], Sign(), Sign()), (v[0] - v[2]) * sqrt(v[1]),
             (v[0] - v[1]) * sqrt(v[2]) + (v[1] - v[2]) * sqrt(v[0]), "<=", DOMAIN),
            (Chord(T, T**2, v[1], v[2], v[0], Sign(), Sign()), (v[0] - v[1]) * v[2] ** 2,
             (v[0] - v[2]) * v[1] ** 2 + (v[2] - v[1]) * v[0] ** 2, "<=", DOMAIN),
            (Chord(T, T**2, v[2], v[1], v[0], Sign(), Sign(), times=-1), 0, 0, "<=", DOMAIN),
            (Chord(T, T**2, v[2], v[1], v[0], Sign(), Sign()), (v[0] - v[2]) * v[1] ** 2,
             (v[0] - v[1]) * v[2] ** 2 + (v[1] - v[2]) * v[0], "<=", DOMAIN),
        ],
    ),
    "ordered": (
        [(Ordered(), log(v[1]), log(v[0]), "<=", DOMAIN)],
        [(Ordered(), log(v[0]), log(v[1]), "<=", DOMAIN), (Ordered(), log(v[0]), log(m2), "<=", DOMAIN)],
    ),
    "chain": (
        [(Chain((("<=", v[1], Sign()), ("<=", v[0], Sign()))), v[2], v[0], "<=", DOMAIN)],
        [
            (Chain((("<=", v[1], Sign()), (">=", v[2], Sign()))), v[2], v[2], "<=", DOMAIN),
            (Chain((("<=", v[1], Sign()),)), v[2], v[0], "<=", DOMAIN),
            (Chain((("<=", v[0], Sign()), ("<=", v[1], Sign()))), v[2], v[1], "<=", DOMAIN),
        ],
    ),
    "setting": (
        [
            (Setting("point"), d - mmse(v[0]), d, "=", Domain(cases=POINT)),
            (Setting("uniform"), excess[k], excess[0], "=", Domain(cases=UNIFORM)),
        ],
        [
            (Setting("point"), d - mmse(v[0]), d, "=", Domain(cases=Cases())),
            (Setting("uniform"), excess[k], excess[0], "=", Domain(cases=POINT)),
            (Setting("uniform"), excess[k], 2 * excess[0], "=", Domain(cases=UNIFORM)),
            (Setting("edm"), beta[0], 1, "=", Domain(cases=Cases(training=TrainingSpace(weightings=("edm",))))),
            (Setting("edm"), beta[0], beta[0], "=", Domain(cases=Cases(training=TrainingSpace()))),
            (Setting("anything"), d, d, "=", Domain(cases=UNIFORM)),
        ],
    ),
    "decomposition": (
        [
            (Extreme(weight_max, excess[k], STEPS), Sum(RATIO * excess[k], STEPS), Sum(weight_max * excess[k], STEPS),
             "<=", DOMAIN),
            (Triangle((Y, -Y)), 0, 2 * abs(Y), "<=", DOMAIN),
        ],
        [
            (Extreme(weight_min, excess[k], STEPS), Sum(RATIO * excess[k], STEPS), Sum(weight_min * excess[k], STEPS),
             "<=", DOMAIN),
            (Extreme(weight_max, 1, (k, 0, N)), Sum(RATIO, (k, 0, N)), Sum(weight_max, (k, 0, N)), "<=", DOMAIN),
            (Triangle((Y,)), 0, abs(Y), "<=", DOMAIN),
            (Meaning(("eps_n",)), m2, d, "=", DOMAIN),
            (Meaning(("nothing",)), m2, m2, "=", DOMAIN),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=f"{n}-{i}") for n, (t, _) in CASES.items() for i, c in enumerate(t)]
)
def test_what_holds_is_checked(case) -> None:  # type: ignore[no-untyped-def]
    assert mark(*case) is Mark.CHECKED


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=f"{n}-{i}") for n, (_, f) in CASES.items() for i, c in enumerate(f)]
)
def test_what_is_false_or_not_shown_fails(case) -> None:  # type: ignore[no-untyped-def]
    assert mark(*case) is Mark.FAILED


@pytest.mark.parametrize("by", [
    Part(v[1], v[0], Assumption("told")),
    Chain((("<=", v[0], Assumption("told")),)),
    Factors(((v[1], v[0], Assumption("told")),)),
    Rising(Y, Y, v[1], v[0], by=Assumption("told")),
])  # fmt: skip
def test_an_assumption_inside_a_step_stays_one(by) -> None:  # type: ignore[no-untyped-def]
    assert mark(by, v[1], v[0], "<=") is Mark.ASSUMED


def test_what_an_inner_reason_rests_on_is_told() -> None:
    inner = Known("info.dsm")
    for by in (Part(v[1], v[0], inner), Chain((("<=", v[0], inner),)), Factors(((v[1], v[0], inner),))):
        assert by.claims == ("info.dsm",)
    assert Rising(Y, Y, v[1], v[0], by=inner).claims == ("info.dsm",)


def test_an_equality_is_no_reason_for_an_inequality_inside_a_chain() -> None:
    assert mark(Chain((("=", v[0], Algebra()),)), v[1], v[0], "<=") is Mark.FAILED


def test_angles_are_acute_only_where_the_variance_is_positive() -> None:
    assert is_acute(TURN, SPREAD)
    assert not is_acute(TURN, DOMAIN)
    assert not is_acute(-TURN, SPREAD)
    assert not is_acute(2 * TURN, SPREAD)


def test_logarithms_of_what_may_be_negative_are_not_taken_together() -> None:
    a, b = Dummy("a", real=True), Dummy("b", real=True)
    assert nonnegative(log(v[0]) - log(v[1]), DOMAIN)
    assert not nonnegative(log(b) - log(a), Domain(order=((a, b),)))

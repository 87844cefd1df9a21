"""False chains that each kind of justification must refuse, beside true ones of the same shape that it accepts."""

import pytest
from sympy import (
    Eq,
    Ge,
    IndexedBase,
    Integral,
    Le,
    Min,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    atan,
    exp,
    log,
    oo,
    pi,
    sympify,
    tan,
)

from theory.derivations import Derivation, Domain, Step, find_derivation
from theory.derivations.engine.signs import is_nonnegative
from theory.derivations.kinds import Algebra, CauchySchwarz, Jensen, Known, Monotone, Sign, TermByTerm
from theory.derivations.kinds.chord import Chord
from theory.derivations.kinds.factors import Factors
from theory.derivations.kinds.interval import JensenBetween
from theory.derivations.kinds.letters import Letters
from theory.derivations.kinds.log_product import LogProduct
from theory.derivations.kinds.named import Named
from theory.derivations.kinds.named_sign import NamedSign
from theory.derivations.kinds.ordered import Ordered
from theory.derivations.kinds.part import Part
from theory.derivations.kinds.rising import Rising
from theory.derivations.kinds.tangent import Tangent
from theory.derivations.limits import NoLimit, limit_of_many_steps
from theory.symbols import N, k
from theory.vocabulary import J, d, excess, level, m2, mmse, u, v, w

STEPS = (k, 0, N - 1)
LATER = (k, 1, N - 1)
a = IndexedBase("a", positive=True)
real = IndexedBase("b", real=True)
GRID = Domain()
FALLS = Domain(decreasing=("v", "sigma", "a"))
X = Symbol("x", nonnegative=True)
Y = Symbol("y", real=True)
T = Symbol("t", positive=True)
R, Q = Symbol("r", positive=True), Symbol("q", positive=True)
Z = Symbol("z", real=True, nonzero=True)
j = Symbol("j", integer=True, nonnegative=True)
TOTAL = Sum(v[k], STEPS)
LOG = log(v[k] / v[k + 1])
MEAN = log(v[0] / v[N]) / N
KINK = Piecewise((X, X < 1), (1, True))
JUMP = atan(T - 2) + atan(1 / (T - 2))  # constant on either side of 2
RAMP = 2 - k / N
BOUND = Known("info.mmse_bound", at={u: w}, times=1, within=(w, v[N], v[0]))


def complete(start, *steps, domain=GRID) -> bool:  # type: ignore[no-untyped-def]
    relations = {step.relation for step in steps}
    kind = Ge if ">=" in relations else Le if "<=" in relations else Eq
    proves = kind(sympify(start), steps[-1].result, evaluate=False)
    return Derivation(id="x", title="", start=start, steps=steps, domain=domain, proves=proves).complete


def chord(function, low, middle, high):  # type: ignore[no-untyped-def]
    low, middle, high = map(sympify, (low, middle, high))
    at = [function.subs(T, x) for x in (low, middle, high)]
    step = Step(
        "<=",
        (high - middle) * at[0] + (middle - low) * at[2],
        Chord(T, function, low, middle, high, Ordered(), Ordered()),
    )
    return ((high - low) * at[1], step)


def jensen(kind, function):  # type: ignore[no-untyped-def]
    step = Step(">=", N * function.subs(X, MEAN), kind(X, function, of=LOG))
    return (Sum(function.subs(X, LOG), STEPS), step)


# name -> chain of a false relation; (start, steps..., domain)
FALSE = {
    # a name of a formula
    "two formulas of a name": (3, Step("=", real[0], Named(real, 3 - k / N)), Step("=", 2, Named(real, RAMP))),
    "two formulas of a falling name": (3, Step("=", a[0], Named(a, 3 - k / N)), Step("=", 2, Named(a, RAMP)), FALLS),
    "beyond the last point": (-1, Step("=", a[3 * N], Named(a, RAMP)), Step(">=", 0, Sign()), FALLS),
    "a word of the vocabulary": (v[0], Step("=", 1, Named(v, 2 ** (-k)))),
    "a word >= 0": (-5, Step("=", excess[0], Named(excess, -5 - k)), Step(">=", 0, Sign())),
    "called like a word >= 0": (
        -1,
        Step("=", IndexedBase("m2", real=True)[1], Named(IndexedBase("m2", real=True), -k)),
        Step(">=", 0, Sign()),
    ),
    "names in a circle": (
        0,
        Step("=", real[0] - real[0], Algebra()),
        Step("=", 1, Named(real, real[k] + 1)),
    ),
    "a sign of a word": (v[0], Step("<=", 1, NamedSign({v: 2 ** (-k)}, at=(level,)))),
    "a sign, one symbol for two levels": (
        v[1],
        Step(">=", v[0], NamedSign({a: RAMP}, where={v[0]: R, v[1]: R}, at=(level,))),
        FALLS,
    ),
    "a sign of a name that does not fall": (a[0], Step("<=", a[1], NamedSign({a: 5 + k}, at=(level,))), FALLS),
    "a sign for k < N at k = N": (
        Sum(a[k], (k, 0, N)),
        Step(
            "<=",
            Sum(a[k] * (1 + N - k - 1), (k, 0, N)),
            Factors(((0, (N - 1 - k) * a[k], NamedSign({a: RAMP})),), over=(k, 0, N)),
        ),
        FALLS,
    ),
    # bound variables
    "factor caught by a sum": (v[k] * Sum(v[k], STEPS), Step("=", Sum(v[k] ** 2, STEPS), Algebra())),
    "factor caught by a nested sum": (
        Sum(v[k] * Sum(v[k], STEPS), STEPS),
        Step("=", Sum(Sum(v[k] ** 2, STEPS), STEPS), TermByTerm(v[k] * TOTAL, Sum(v[k] ** 2, STEPS), STEPS, Algebra())),
    ),
    "index renamed to one that is free": (
        Sum(log(v[j] + v[k]), (j, 0, N - 1)),
        Step("=", Sum(log(2 * v[j]), (j, 0, N - 1)), Algebra()),
    ),
    "level renamed to one that is free": (
        Integral(J(w + T), (T, v[1], v[0])),
        Step("=", Integral(J(2 * T), (T, v[1], v[0])), Algebra()),
    ),
    "antiderivative that depends on the index": (
        Sum(Integral(J(w + v[k]), (w, v[k + 1], v[k])), STEPS),
        Step("=", Integral(J(w + v[k]), (w, v[N], v[0])), Algebra()),
    ),
    "part caught": (Sum(v[k], STEPS), Step("=", N * v[k], Part(v[k], v[k], Algebra(), times=0))),
    "letter caught": (Sum(v[k], STEPS), Step("=", N * v[k], Letters({Symbol("c", positive=True): v[k]}))),
    "power caught": (Product(2**k, STEPS), Step("=", exp(k * N * log(2)), LogProduct(2, power=k))),
    "function caught, Jensen": (Sum(k * LOG**2, STEPS), Step(">=", k * N * MEAN**2, Jensen(X, k * X**2, LOG))),
    "function caught, Jensen between": (
        Sum(k * LOG**2, STEPS),
        Step(">=", k * N * MEAN**2, JensenBetween(X, k * X**2, LOG)),
    ),
    # ranges
    "index below 0": (-15, Step("=", Sum(k, (k, -5, -1)), Algebra()), Step(">=", 0, Sign())),
    "level below 0": (Rational(-3, 2), Step("=", Integral(w, (w, -2, -1)), Algebra()), Step(">=", 0, Sign())),
    "over a pole": (-2, Step("=", Integral(1 / w**2, (w, -1, 1)), Algebra()), Step(">=", 0, Sign())),
    "down over a pole": (2, Step("=", Integral(1 / Y**2, (Y, 1, -1)), Algebra())),
    "tan^2 over a pole": (
        tan(2) - tan(1) - 1,
        Step("=", Integral(tan(T) ** 2, (T, 1, 2)), Algebra()),
        Step(">=", 0, Sign()),
    ),
    "down to -oo": (-1, Step("=", Integral(exp(Y), (Y, 0, -oo)), Algebra()), Step(">=", 0, Sign())),
    "sum shorter than nothing": (Sum(1, (k, 2, N - 2)), Step(">=", 0, Sign())),
    "claim on a range that runs down": (
        Integral(Min(m2, d * w) - mmse(w), (w, v[0], v[N])),
        Step(">=", 0, Known("info.mmse_bound", at={u: w}, times=1, within=(w, v[0], v[N]))),
    ),
    "curve on a range that runs down": (
        Integral(mmse(v[0]) - mmse(v[N]), (w, v[0], v[N])),
        Step(">=", 0, Monotone("mmse", v[N], v[0], within=(w, v[0], v[N]))),
    ),
    # a least value that is none
    "sign above 10": (10 - X, Step("<=", 0, Sign(variable=X, low=10))),
    "sign of a log step above 5": (Sum(5 - LOG, STEPS), Step("<=", 0, Sign(variable=X, low=5, log_step=True))),
    "sign of a real number": (-Y, Step("<=", 0, Sign(variable=Y, low=0))),
    # kinks and jumps
    "kink, Jensen": jensen(Jensen, KINK),
    "kink, Jensen between": jensen(JensenBetween, KINK),
    "jump, Jensen between": jensen(JensenBetween, atan(X - 1) + atan(1 / (X - 1))),
    "jump, rising": (pi / 4, Step("<=", -pi / 4, Rising(Y, -atan(1 / Y), -1, 1))),
    "jump, rising from -2": (pi / 4, Step("<=", -pi / 4, Rising(Y, -atan(1 / Y), -1, 1, low=-2))),
    "pole, rising": (1, Step("<=", -1, Rising(Z, -1 / Z, -1, 1))),
    "pieces, rising": (-1, Step("<=", -9, Rising(Y, Piecewise((Y, Y < 0), (Y - 10, True)), -1, 1))),
    "pole of tan, rising": (tan(1), Step("<=", tan(2), Rising(Y, tan(Y), 1, 2))),
    "kink, tangent": (1, Step(">=", 2, Tangent(X, KINK, at=2, base=0))),
    "jump, chord": chord(JUMP, 1, Rational(5, 2), 3),
}  # fmt: skip

TRUE = {
    "name": (2, Step("=", a[0], Named(a, RAMP)), Step(">=", a[N], Sign()), Step("=", 1, Named(a, RAMP)), FALLS),
    "name in a sum": (
        Sum(RAMP, LATER),
        Step("=", Sum(a[k], LATER), Named(a, RAMP)),
        Step("<=", Sum(a[k - 1], LATER), Sign()),
        Step("=", Sum(RAMP.subs(k, k - 1), LATER), Named(a, RAMP)),
        FALLS,
    ),
    "sign of a name": (
        Sum(RAMP.subs(k, k - 1) * RAMP.subs(k, k + 1), LATER),
        Step("=", Sum(a[k - 1] * a[k + 1], LATER), Named(a, RAMP)),
        Step(
            "<=",
            Sum(a[k] ** 2, LATER),
            Factors(((a[k - 1] * a[k + 1], a[k] ** 2, NamedSign({a: RAMP})),), over=LATER),
        ),
        Step("=", Sum(RAMP**2, LATER), Named(a, RAMP)),
        FALLS,
    ),
    "two levels, two symbols": (
        0,
        Step("<=", v[0] + v[1], NamedSign({a: RAMP}, where={v[0]: R, v[1]: Q}, at=(level,))),
        FALLS,
    ),
    "square of a sum": (Sum(v[k] * Sum(v[k], STEPS), STEPS), Step("=", Sum(v[k], STEPS) ** 2, Algebra())),
    "index renamed": (Sum(log(v[j]), (j, 0, N - 1)), Step("=", Sum(log(v[k]), STEPS), Algebra())),
    "free index beside a sum": (v[k] * Sum(v[j], (j, 0, N - 1)), Step("=", Sum(v[k] * v[j], (j, 0, N - 1)), Algebra())),
    "level renamed": (
        Integral(J(w + T), (T, v[1], v[0])),
        Step("=", Integral(J(w + u), (u, v[1], v[0])), Algebra()),
    ),
    "power of a product": (Product(v[k] ** 2, STEPS), Step("=", exp(2 * Sum(log(v[k]), STEPS)), LogProduct(v[k], 2))),
    "real range": (2 * Integral(Y, (Y, -1, 1)), Step("=", Integral(2 * T * Y / T, (Y, -1, 1)), Algebra())),
    "up to oo": (1 / v[0], Step("=", Integral(1 / w**2, (w, v[0], oo)), Algebra()), Step(">=", 0, Sign())),
    "claim on a range": (
        Integral(d * w - mmse(w), (w, v[N], v[0])),
        Step(">=", Integral(d * w - Min(m2, d * w), (w, v[N], v[0])), BOUND),
    ),
    "curve on a range": (
        Integral(mmse(v[0]) - mmse(v[N]), (w, v[N], v[0])),
        Step(">=", 0, Monotone("mmse", v[N], v[0], within=(w, v[N], v[0]))),
    ),
    "sign": (1 + X, Step("<=", exp(X), Sign(variable=X))),
    "Jensen": jensen(Jensen, X**2),
    "rising": (exp(-1), Step("<=", exp(1), Rising(Y, exp(Y), -1, 1))),
    "chord": chord(1 / T, 1, Rational(5, 2), 3),
    "Cauchy and Schwarz between numbers": (
        Integral(T, (T, 1, 2)) ** 2,
        Step("<=", Integral(1, (T, 1, 2)) * Integral(T**2, (T, 1, 2)), CauchySchwarz(1, T, (T, 1, 2))),
    ),
}  # fmt: skip


def split(chain):  # type: ignore[no-untyped-def]
    domain = {"domain": chain[-1]} if isinstance(chain[-1], Domain) else {}
    return chain[: -1 if domain else None], domain


@pytest.mark.parametrize("name", FALSE)
def test_a_false_chain_is_not_complete(name: str) -> None:
    chain, domain = split(FALSE[name])
    assert not complete(*chain, **domain)


@pytest.mark.parametrize("name", TRUE)
def test_a_true_chain_of_the_same_shape_is_complete(name: str) -> None:
    chain, domain = split(TRUE[name])
    assert complete(*chain, **domain)


def test_what_the_bend_says_holds_above_ln_2() -> None:
    """(1 - exp(-x))^2 has the second derivative 2 at 0: the relation must speak of x >= ln 2 alone."""
    relation = find_derivation("wht24.optimality.argument.bend").proves
    (y,) = relation.free_symbols
    assert y.is_nonnegative
    assert all(relation.lhs.subs(y, value).evalf() <= relation.rhs for value in (0, Rational(1, 9), 1, 20))


@pytest.mark.parametrize("family", ["exponential", "karras"])
def test_a_pole_at_the_end_of_the_range_is_no_limit(family: str) -> None:
    with pytest.raises(NoLimit, match="pole at s = 1"):
        limit_of_many_steps(Sum((v[k] - v[k + 1]) ** 2 / (v[k] - v[N]), STEPS), family)


def test_logarithms_are_not_taken_apart_before_their_sign_is_known() -> None:
    s = IndexedBase("s", real=True)
    assert is_nonnegative(log(1 + s[k] ** 2), Domain())
    assert is_nonnegative(log(v[k] / v[k + 1]), Domain())
    assert not is_nonnegative(log(v[k + 1] / v[k]), Domain())

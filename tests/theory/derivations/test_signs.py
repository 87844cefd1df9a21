"""Signs: what is proved nonnegative is, and what may be negative is never said to be."""

import pytest
from sympy import Integral, Max, Min, Rational, Sum, Symbol, atan, exp, log, oo, sin, sinh, sqrt, tan

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.one_variable import nonnegative_on_ray
from theory.derivations.engine.signs import is_nonnegative
from theory.symbols import N, k
from theory.vocabulary import H, J, beta, d, eps2, excess, m2, mmse, u, v, w

STEPS = (k, 0, N - 1)
x = Symbol("x", nonnegative=True)
y = Symbol("y", positive=True)

NONNEGATIVE = [
    v[k] - v[k + 1],
    v[0] - v[N],
    v[0] * v[1] - v[2] ** 2,
    (v[k] - v[k + 1]) * eps2[k] / v[k],
    1 / v[k + 1] - 1 / v[k],
    Sum((v[k] - v[k + 1]) * mmse(v[k]), STEPS),
    Max(0, v[k] - m2),
    Max(0, v[k] - m2) - v[k] + m2,
    v[k] - Min(v[k], m2),
    mmse(v[k]) * (Max(0, m2 - v[k]) - m2 + v[k]),
    Integral(mmse(w) / w**2, (w, v[0], oo)),
    Integral((w - v[k + 1]) * J(w), (w, v[k + 1], v[k])),
    log(v[k] / v[k + 1]),
    beta[k] * excess[k],
    sqrt(v[0]) - sqrt(v[1]),
    Sum(v[k], STEPS) - Sum(v[k + 1], STEPS),
    d - 1,
]
UNKNOWN = [
    v[k + 1] - v[k],
    v[k] ** 2 - v[k - 1] * v[k + 1],
    H(v[0]),
    mmse(v[k]) - mmse(v[k + 1]),
    Min(0, v[k] - m2),
    v[k] - Max(v[k], m2),
    (v[k] - m2) * mmse(v[k]),
    Integral((w - v[k]) * J(w), (w, v[k + 1], v[k])),
    Integral(J(w), (w, v[0], v[1])),
    m2 - v[0],
    log(v[k]),
    Sum(eps2[k] - eps2[k + 1], STEPS),
    u - w,
]


@pytest.mark.parametrize("e", NONNEGATIVE, ids=str)
def test_nonnegative(e):
    assert is_nonnegative(e, Domain())


@pytest.mark.parametrize("e", UNKNOWN, ids=str)
def test_unknown(e):
    assert not is_nonnegative(e, Domain())


def test_an_order_that_is_given_is_used():
    assert is_nonnegative(u - w, Domain(order=((w, u),)))
    assert not is_nonnegative(w - u, Domain(order=((w, u),)))
    assert is_nonnegative(u - y, Domain(order=((y, w), (w, u))))
    assert not is_nonnegative(u - y, Domain(order=((y, w),)))


@pytest.mark.parametrize(
    "f", [x - 1 + exp(-x), x**2 / 2 - (x - 1 + exp(-x)), sinh(x) - x, exp(x) - 1 - x - x**2 / 2, x - atan(x), exp(-x)]
)
def test_functions_that_are_nonnegative_on_a_ray(f):
    assert nonnegative_on_ray(f, x, 0)


@pytest.mark.parametrize(
    "f",
    [
        x**2 * Rational(99, 200) - (x - 1 + exp(-x)),
        x - 1,
        x - sinh(x),
        -1 / (y - 2),
        1 / (x - 2),
        tan(x),
        sin(x),
        log(x),
        (1 - exp(-x)) ** 2 - x**2,
        exp(-x) - exp(-2 * x) * 2,
    ],
    ids=str,
)
def test_functions_that_are_not_or_have_a_pole(f):
    variable = y if f.has(y) else x
    assert nonnegative_on_ray(f, variable, 0) is None


def test_the_end_of_the_ray_matters():
    assert nonnegative_on_ray(x - 1, x, 1)
    assert nonnegative_on_ray(x - 1, x, 0) is None

"""Normal forms: what is equal is seen to be, what is not is not."""

import pytest
from sympy import Derivative, Integral, Max, Min, Rational, Sum, Symbol, exp, log, oo, sqrt

from theory.derivations.engine.normal import is_zero
from theory.symbols import N, k
from theory.vocabulary import H, J, a_t, d, eps2, lam, m2, mmse, v, w

STEPS = (k, 0, N - 1)
WITHIN = (w, v[k + 1], v[k])
j = Symbol("j", integer=True, nonnegative=True)
x = Symbol("x", positive=True)

EQUAL = {
    "telescoping": (Sum(H(v[k]) - H(v[k + 1]), STEPS), H(v[0]) - H(v[N])),
    "shift": (Sum(v[k - 1] * eps2[k], (k, 1, N)), Sum(v[k] * eps2[k + 1], STEPS)),
    "name of the index": (Sum(v[j] ** 2, (j, 0, N - 1)), Sum(v[k] ** 2, STEPS)),
    "end split off": (Sum(eps2[k], (k, 1, N)), Sum(eps2[k], STEPS) + eps2[N] - eps2[0]),
    "constant": (Sum(d * m2, STEPS), N * d * m2),
    "logarithms": (Sum(log(v[k] / v[k + 1]), STEPS), log(v[0]) - log(v[N])),
    "sum inside a function": (exp(-Sum(log(v[k] / v[k + 1]), STEPS)), v[N] / v[0]),
    "sum of numbers": (Sum(v[k], (k, 0, 2)), v[0] + v[1] + v[2]),
    "fractions": (Sum(1 / (lam + v[k]) - 1 / (lam + v[k + 1]), STEPS), 1 / (lam + v[0]) - 1 / (lam + v[N])),
    "intervals joined": (Sum(Integral(J(w), WITHIN), STEPS), Integral(J(w), (w, v[N], v[0]))),
    "fundamental theorem": (Sum(Integral(Derivative(H(w), w), WITHIN), STEPS), H(v[0]) - H(v[N])),
    "elementary integral": (Integral(1 / w**2, (w, v[0], oo)), 1 / v[0]),
    "power integral": (Integral(x ** (a_t - 1), (x, v[1], v[0])), (v[0] ** a_t - v[1] ** a_t) / a_t),
    "constant out of an integral": (Integral(m2 * J(w), (w, 1, 2)), m2 * Integral(J(w), (w, 1, 2))),
    "root": (sqrt(v[0]) * sqrt(v[0]), v[0]),
    "arguments of Max": (Max(0, v[0] * (v[0] - v[1])), Max(0, v[0] ** 2 - v[0] * v[1])),
}
NOT_EQUAL = {
    "telescoping, wrong end": (Sum(H(v[k]) - H(v[k + 1]), STEPS), H(v[0]) - H(v[N - 1])),
    "shift, one term more": (Sum(v[k - 1] * eps2[k], (k, 1, N)), Sum(v[k] * eps2[k + 1], (k, 0, N))),
    "shift of one factor": (Sum(v[k] * eps2[k], STEPS), Sum(v[k] * eps2[k + 1], STEPS)),
    "constant": (Sum(d * m2, STEPS), (N + 1) * d * m2),
    "intervals joined, one short": (Sum(Integral(J(w), WITHIN), (k, 1, N - 1)), Integral(J(w), (w, v[N], v[0]))),
    "elementary integral": (Integral(1 / w**2, (w, v[0], oo)), 1 / v[0] ** 2),
    "half": (Sum(Integral(Derivative(H(w), w), WITHIN), STEPS), (H(v[0]) - H(v[N])) / 2),
    "other function": (Integral(J(w), (w, 1, 2)), Integral(mmse(w), (w, 1, 2))),
    "Max for Min": (Max(m2, v[0]), Min(m2, v[0])),
    "integral that is infinite": (Integral(1 / w, (w, v[0], oo)), Integral(2 / w, (w, v[0], oo))),
    "one per mille": (Sum(v[k], STEPS), Rational(1001, 1000) * Sum(v[k], STEPS)),
    "agree at N = 1 and 2": (Sum(v[k], STEPS), v[0] + v[N - 1] * Min(1, N - 1)),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal(name):
    left, right = EQUAL[name]
    assert is_zero(left - right)


@pytest.mark.parametrize("name", NOT_EQUAL)
def test_not_equal(name):
    left, right = NOT_EQUAL[name]
    assert not is_zero(left - right)


def test_a_pole_inside_the_range_is_not_integrated_over():
    y = Symbol("y", real=True)
    assert not is_zero(Integral(1 / y**2, (y, -1, 1)) + 2)


def test_a_range_that_can_be_shorter_than_nothing_is_left_alone():
    """sum_{k=2}^{N-2} has no terms at N = 1 either way, but its formal difference of ends has."""
    assert not is_zero(Sum(v[k] - v[k + 1], (k, 2, N - 2)) - (v[2] - v[N - 1]))

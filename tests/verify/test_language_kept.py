"""Expressions kept as typed are sympy's in all but the questions that they do not answer."""

from __future__ import annotations

import pickle

import pytest
import sympy
from sympy import Add, Mul, Rational, symbols

from theory.vocabulary import N, d, k, m2, mu, v, x
from verify.language import kept, parse_expression
from verify.language.arithmetic import power, product

a, b = symbols("a b", positive=True)
limits = (k, 0, N - 1)
PAIRS = [
    (kept.Sum(v[k], limits), sympy.Sum(v[k], limits)),
    (kept.Product(v[k], limits), sympy.Product(v[k], limits)),
    (kept.Integral(d / x, (x, 1, v[0])), sympy.Integral(d / x, (x, 1, v[0]))),
    (kept.Pow(v[0] + d, Rational(1, 2)), sympy.sqrt(v[0] + d)),
    (kept.exp(-d), sympy.exp(-d)),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_equal_to_sympys_own(ours: sympy.Expr, theirs: sympy.Expr) -> None:
    assert ours == theirs
    assert theirs == ours
    assert hash(ours) == hash(theirs)
    assert 1 + 2 * ours == 1 + 2 * theirs
    assert ours != theirs + 1
    assert ours != "text"
    assert str(ours) == str(theirs)
    assert sympy.latex(ours) == sympy.latex(theirs)
    assert ours.free_symbols == theirs.free_symbols
    assert isinstance(ours, type(theirs))


@pytest.mark.parametrize("ours", [pair[0] for pair in PAIRS])
def test_survives_pickling_and_substitution(ours: sympy.Expr) -> None:
    again = pickle.loads(pickle.dumps(ours))
    assert again == ours
    assert type(again) is type(ours)
    assert ours.xreplace({d: m2}) == ours.xreplace({d: a}).xreplace({a: m2})
    assert ours.doit() is not None


def test_a_sum_of_numbers_is_not_taken_for_a_number() -> None:
    assert sympy.Sum(1 / (k + 1), (k, 0, 9)).is_number
    assert kept.Sum(1 / (k + 1), (k, 0, 9)).is_number is False


def test_free_symbols_without_a_rebuild() -> None:
    i = symbols("i", integer=True, nonnegative=True)
    nested = kept.Sum(kept.Sum(v[i] * mu, (i, 0, k)), limits)
    assert nested.free_symbols == sympy.Sum(sympy.Sum(v[i] * mu, (i, 0, k)), limits).free_symbols
    assert k not in nested.free_symbols
    assert kept.Sum(k, (k, 0, k)).free_symbols == {k}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (a, b), (a, a), (a, 1 / a), (2 * a, b / 2), (a**2 * b, a**-3), (Rational(2), a + b), (a + b, a + b),
        (a + b, Rational(-1)), (Rational(0), a), (a * b, a + 1), (sympy.pi, a), (1 / (a + b), a + b), (a, 3 * (a + b)),
    ],
)  # fmt: skip
def test_products_are_sympys(left: sympy.Expr, right: sympy.Expr) -> None:
    assert product(left, right) == Mul(left, right)


@pytest.mark.parametrize(
    "base", [a, 2 * a, a * b, a**2, a + b, Rational(2, 3), v[0], 1 / a, a / b, 3 * a**2 / b, sympy.log(a)]
)
@pytest.mark.parametrize("exponent", [0, 1, 2, -1, -3])
def test_whole_powers_are_sympys(base: sympy.Expr, exponent: int) -> None:
    assert power(base, sympy.Integer(exponent)) == base**exponent


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(1 + x)**(-1.5)", 4.0**-1.5),
        ("(x*x - 1)**.5*2", 2 * 8**0.5),
        ("1/sqrt(1 + x)", 0.5),
        ("-2*sqrt(1 + x)*(1 + x)**2", -64.0),
        ("exp(x)*exp(-x)*x", 3.0),
        ("exp(x)**2/exp(x)**2", 1.0),
        ("((1 + x)**2)**.5", 4.0),
        ("E**x/E**(2*x)*E**x", 1.0),
        ("2**x*2**.5/2**(x - 1)", 2**1.5),
        ("Max(Sum(1/(k + 1), (k, 0, 2)), 1)", 11 / 6),
        ("-(x - Sum(k*x, (k, 1, 2)))", 6.0),
    ],
)
def test_values(text: str, value: float) -> None:
    from theory.compiler import compile_array

    assert float(compile_array(parse_expression(text))({"x": 3.0, "N": 2})) == pytest.approx(value, rel=1e-14)


def test_addition_collects_terms() -> None:
    assert parse_expression("x + 2*x - 3*x + d") == d
    assert isinstance(parse_expression("x + 2*d"), Add)

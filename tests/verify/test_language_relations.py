"""Typed conjectures: what is read, what is refused, and that refusing says why."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import (
    Abs,
    Derivative,
    Eq,
    Ge,
    Gt,
    Integral,
    Le,
    Lt,
    Max,
    Min,
    Product,
    Rational,
    Sum,
    exp,
    log,
    oo,
    pi,
    sqrt,
    symbols,
)

from theory.compiler import compile_array
from theory.vocabulary import (
    E_D,
    E_S,
    KL,
    VOCABULARY,
    J,
    N,
    Shape,
    d,
    drift2,
    eps2,
    k,
    m2,
    scalar,
    sigma,
    u,
    v,
    w,
)
from verify.language import BadInput, parse_expression, parse_relation

i = symbols("i", integer=True, nonnegative=True)
x_k = log(v[k] / v[k + 1])


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("E_D <= d/4*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1))", Le(E_D, d / 4 * Sum(x_k**2, (k, 0, N - 1)))),
        ("KL >= E_D - 0.5*m2/v[0]", Ge(KL, E_D - m2 / (2 * v[0]))),
        ("KL < E_D + E_S", Lt(KL, E_D + E_S)),
        ("E_S > 1e-3*d", Gt(E_S, d / 1000)),
        ("E_S == Sum((v[0]-v[k])*eps2[k], (k,0,N))", Eq(E_S, Sum((v[0] - v[k]) * eps2[k], (k, 0, N)))),
        ("E_D <= Integral(J(u), (u, v[N], oo))", Le(E_D, Integral(J(u), (u, v[N], oo)))),
        ("J(u) <= -Derivative(J(u), u)*u", Le(J(u), -Derivative(J(u), u) * u)),
        ("E_D <= -Derivative(J(v[0]), v[0])", Le(E_D, -Derivative(J(v[0]), v[0]))),
        ("drift2(u, w) <= J(w) - J(u)", Le(drift2(u, w), J(w) - J(u))),
        ("KL <= Product(sigma[i]/sigma[0], (i, 0, N))", Le(KL, Product(sigma[i] / sigma[0], (i, 0, N)))),
        ("E_D <= Sum(v[i]*v[k], (i, 0, k), (k, 0, N))", Le(E_D, Sum(v[i] * v[k], (i, 0, k), (k, 0, N)))),
        ("E_D <= Sum(v[N-1-k], (k, 0, N-1))", Le(E_D, Sum(v[N - 1 - k], (k, 0, N - 1)))),
        ("E_D <= min(m2, d*v[0])*max(1, abs(E_S-1))", Le(E_D, Min(m2, d * v[0]) * Max(1, Abs(E_S - 1)))),
        ("  E_D\n<=\tsqrt(pi)*exp(-d)*E**v[0]", Le(E_D, sqrt(pi) * exp(-d) * exp(v[0]))),
    ],
)  # fmt: skip
def test_reads_what_sympy_would_write(text: str, relation: object) -> None:
    parsed = parse_relation(text)
    assert parsed == relation
    compile_array(parsed.lhs)
    compile_array(parsed.rhs)


@pytest.mark.parametrize("text", [".1", "0.1", "1e-1", "1/10", "0.10", "1_0e-2"])
def test_decimals_are_exact(text: str) -> None:
    assert parse_expression(text) == Rational(1, 10)


def test_value_is_the_formulas_value() -> None:
    f = compile_array(parse_expression("d/2*Sum(log(v[k]/v[k+1]) - 1 + v[k+1]/v[k], (k, 0, N-1)) + m2**.5"))
    by_hand = 3 / 2 * ((0.6931471805599453 - 0.5) + (1.3862943611198906 - 0.75)) + 1.5
    assert float(f({"d": 3.0, "m2": 2.25, "v": np.array([8.0, 4.0, 1.0])})) == pytest.approx(by_hand, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("J(2)**(1/3) + J(1)", 2.0),  # a curve at a number
        ("Integral(J(u), (u, 0, oo))", np.nan),  # of which no rule computes both ends
        ("((N + 9)**60 + d)**60", np.inf),
    ],
)
def test_what_is_read_can_be_computed(text: str, value: float) -> None:
    f = compile_array(parse_expression(text))
    with np.errstate(all="ignore"):
        computed = float(f({"d": 3.0, "J": np.ones_like, "v": np.array([8.0, 4.0, 1.0])}))
    assert computed == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("name", [name for name in VOCABULARY if name != "k"])
def test_every_quantity_can_be_typed(name: str) -> None:
    quantity = VOCABULARY[name]
    arguments = ", ".join(word if word in VOCABULARY else "1/2" for word in quantity.arguments)
    typed = {Shape.SCALAR: name, Shape.INDEXED: f"{name}[0]", Shape.FUNCTION: f"{name}({arguments})"}
    assert parse_expression(typed[quantity.shape]).has(quantity.symbol)


# Each text is wrong in one point; the message must name that point and what to do.
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty", "E_D <="]),
        ("E_D", ["compares nothing"]),
        ("E_D <= KL <= 1", ["more than two sides"]),
        ("E_D <= 1 and KL <= 1", ["one at a time"]),
        ("E_D != 1", ["column 5", "'!'", "<="]),
        ("E_D = 1", ["column 5", "=="]),
        ("E_D <= 2^3", ["column 9", "write **"]),
        ("E_D ≤ 1", ["column 5", "write <="]),
        ("E_D <= lambda", ["lambda", "lam"]),
        ("E_D <= σ[0]", ["column 8", "'sigma'"]),
        ("E_D <= e_d", ["column 8", "'E_D'"]),
        ("E_D <= ln(d)", ["'log'"]),
        ("E_D <= sgima[0]", ["'sigma'"]),
        ("KL <= qqqqqq", ["'qqqqqq'", "known are"]),
        ("E_D <= v", ["v[k]"]),
        ("E_D <= J", ["J(u)"]),
        ("E_D <= log", ["log(...)"]),
        ("E_D <= d[0]", ["no index"]),
        ("E_D <= d(2)", ["no function"]),
        ("E_D <= J(u, w)", ["J(u) takes 1 argument(s), got 2"]),
        ("E_D <= log(d, 2)", ["takes 1 argument(s), got 2"]),
        ("E_D <= Max(d)", ["two or more"]),
        ("E_D <= log(x=d)", ["no named arguments"]),
        ("E_D <= v[k]", ["column 10", "k is free", "(k, 0, N - 1)"]),
        ("E_D <= k", ["k is free"]),
        ("E_D <= Sum(v[i], (k, 0, N))", ["i is free"]),
        ("E_D <= Sum(v[k], (k, 0, N)) + v[k]", ["k is free"]),
        ("E_D <= Sum(v[i], (i, 0, k), (k, 0, i))", ["i is free"]),
        ("E_D <= Sum(v[k], (k, 0, N-1), (k, 0, N-1))", ["bound", "another name"]),
        ("E_D <= Sum(v[k], (d, 0, N-1))", ["k, i, j", "'d'"]),
        ("E_D <= Integral(J(u), (m2, 0, 1))", ["u, w, x", "'m2'"]),
        ("E_D <= Integral(J(u), u)", ["limits"]),
        ("E_D <= Integral(J(u)*J(w), (u, 1, 2), (w, 1, 2))", ["one variable"]),
        ("E_D <= Integral(J(u)*Integral(J(w), (w, 0, u)), (u, 1, 2))", ["inside another", "of your own"]),
        ("E_D <= Sum(v[k])", ["limits", "(k, 0, N - 1)"]),
        ("E_D <= oo", ["oo", "Integral"]),
        ("E_D <= Sum(v[0], (k, 0, oo))", ["oo"]),
        ("E_D <= v[-1]", ["negative"]),
        ("E_D <= v[N+1]", ["beyond the grid"]),
        ("E_D <= v[1/2]", ["1/2", "whole numbers"]),
        ("E_D <= v[d]", ["d cannot"]),
        ("E_D <= v[v[0]]", ["v[0] cannot"]),
        ("E_D <= v[0, 1]", ["one index"]),
        ("E_D <= v[0:1]", ["':'"]),
        ("E_D <= Sum(v[0], (k, -1, N))", ["start at 0"]),
        ("E_D <= Sum(v[0], (k, 0, 10**6))", ["more than 1000000 terms"]),
        ("E_D <= Sum(v[0], (k, 0, 2000), (i, 0, 2000))", ["more than 1000000 terms"]),
        ("E_D <= Sum(v[0], (k, 0, 1000*i), (i, 0, 2000*N))", ["more than 1000000 terms"]),
        ("E_D <= Sum(v[0], (k, 0, 10**9*N))", ["1000000000"]),
        ("E_D <= Sum(Sum(v[0], (i, 1000*k, 1000*k)), (k, 0, 9999))", ["range of i", "more than 1000000 terms"]),
        ("E_D <= Sum(log(v[0])*exp(d), (k, 0, 10**5*N))", ["more than 1000000 values", "shorten a range"]),
        ("E_D <= " + "sin(" * 5 + "2" + ")" * 5, ["too many parts", "write its value"]),
        ("E_D <= " + "+".join(f"sqrt({i})" for i in range(2, 18)), ["too many parts"]),
        ("E_D <= Derivative(J(u)**2, u)", ["Derivative(J(u), u)"]),
        ("E_D <= 9**9**9", ["387420489", "exceeds 64"]),
        ("E_D <= (10**12)**64", ["270 digits"]),
        ("E_D <= ((2*d)**60)**60", ["power"]),
        ("E_D <= (d**60)**60", ["exceeds 64"]),
        ("E_D <= 1000000000001", ["larger than 10**12"]),
        ("E_D <= 1e400", ["larger than 10**12"]),
        ("E_D <= 1e-31", ["smaller than 1E-30"]),
        ("E_D <= 1e99999999999999999999", ["out of range"]),
        ("E_D <= 0." + "1" * 50, ["longer than 40"]),
        ("E_D <= exp(1000)", ["1e+300"]),
        ("E_D <= exp(exp(exp(100)))*d", ["1e+300"]),
        ("E_D <= d/(1-1)", ["division by zero"]),
        ("E_D <= d/(E_S-E_S)", ["division by zero"]),
        ("E_D <= log(-1)", ["not a real number"]),
        ("E_D <= sqrt(-d)", ["not real"]),
        ("E_D <= (-8)**(1/3)", ["not a real number"]),
        ("E_D <= (-1)**d", ["not positive"]),
        ("1 <= 2", ["no quantity to test"]),
        ("pi > Sum(1/(k+1), (k, 0, 9))", ["no quantity to test"]),
        ("E_D >= 0", ["always true"]),
        ("E_S < -1/2", ["never true"]),
        ("0*E_D <= 1", ["no quantity"]),
        ("KL == KL", ["both sides"]),
        ("E_D <= 'd'", ["no meaning"]),
        ("E_D <= x.real", ["not read"]),
        ("E_D <= [d]", ["not read"]),
        ("E_D <= (d, 1)", ["limits"]),
        ("E_D <= 2j", ["not read"]),
        ("E_D <= True", ["not read"]),
        ("E_D <= d // 2", ["+ - * / **"]),
        ("E_D <= (KL < 2)", ["comparison"]),
        ("E_D <= d)", ["unmatched"]),
        ("E_D <= " + "(" * 250 + "d" + ")" * 250, ["too many nested parentheses"]),
        ("E_D <= " + "-" * 61 + "d", ["deeper than 60"]),
        ("E_D <= Max(" + "d, " * 500 + "1)", ["more than 500"]),
        ("E_D <= d" + " " * 10_000, ["10000"]),
        ("E_D <= " + "Sum(" * 4 + "v[0]" + ", (k, 0, N))" * 4, ["bound"]),
        ("E_D <= Integral(Sum(v[i]*v[j]*v[k], (i,0,N), (j,0,N), (k,0,N)), (u,0,1))", ["more than 3 deep"]),
    ],
)  # fmt: skip
def test_refuses_and_says_why(text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_relation(text)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_three_levels_of_binding_and_sixty_of_nesting_are_allowed() -> None:
    parse_relation("E_D <= Sum(v[i]*v[j]*v[k], (i, 0, N), (j, 0, N), (k, 0, N))")
    assert parse_expression("-" * 58 + "d") == d


def test_anything_but_text_is_refused() -> None:
    with pytest.raises(BadInput, match="text"):
        parse_relation(3)  # type: ignore[arg-type]


def test_a_quantity_added_by_a_user_can_be_typed() -> None:
    scalar("my_bound", "a user's own bound", "nats", "real", "b")
    try:
        assert parse_relation("KL <= my_bound").rhs.name == "my_bound"
    finally:
        del VOCABULARY["my_bound"]

"""Intervals must hold the true value: against mpmath at many more digits, on random numbers."""

from fractions import Fraction as F

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.replay import intervals as iv
from verify.replay.errors import CannotCheck, TooWide
from verify.replay.normal import normal_cdf
from verify.replay.quadrature import gauss_legendre, integrate

EXACT = mpmath.mp.clone()
EXACT.prec = 600
numbers = st.builds(lambda p, q: F(p, q), st.integers(-(10**6), 10**6), st.integers(1, 10**6))
positive = st.builds(lambda p, q: F(p, q), st.integers(1, 10**9), st.integers(1, 10**6))


def holds(interval, value):
    """Whether the value lies in the interval, and the interval is no wider than it must be."""
    low, high = iv.bounds(interval)
    return EXACT.mpf(low.numerator) / low.denominator <= value <= EXACT.mpf(high.numerator) / high.denominator


def true(q):
    return EXACT.mpf(q.numerator) / q.denominator


@settings(deadline=None)
@given(numbers, numbers, st.sampled_from((24, 53, 120)))
def test_arithmetic(a, b, bits):
    with iv.precision(bits):
        x, y = iv.real(a), iv.real(b)
        assert holds(x + y, true(a + b))
        assert holds(x - y, true(a - b))
        assert holds(x * y, true(a * b))
        assert holds(iv.square(x), true(a * a))
        assert holds(iv.power(x, 5), true(a**5))
        assert holds(iv.absolute(x), true(abs(a)))
        assert holds(iv.minimum(x, y), true(min(a, b)))
        assert holds(iv.maximum(x, y), true(max(a, b)))
        if b:
            assert holds(iv.over(x, y), true(a / b))
            assert holds(iv.power(y, -3), true(1 / b**3))


@pytest.mark.parametrize("name", ["exp", "sin", "cos", "atan", "tan", "sinh", "cosh", "tanh"])
@settings(deadline=None)
@given(q=numbers.filter(lambda q: abs(q) < 50), bits=st.sampled_from((24, 53, 120)))
def test_functions(name, q, bits):
    with iv.precision(bits):
        found = getattr(iv, name)(iv.real(q))
        value = getattr(EXACT, name)(true(q))
        assert holds(found, value)
        low, high = iv.bounds(found)
        assert high - low <= F(2 ** (16 - bits)) * (abs(high) + 1) * 50**2


@settings(deadline=None)
@given(positive, st.sampled_from((24, 53, 120)))
def test_logarithm_and_root(q, bits):
    with iv.precision(bits):
        assert holds(iv.log(iv.real(q)), EXACT.log(true(q)))
        assert holds(iv.sqrt(iv.real(q)), EXACT.sqrt(true(q)))


@settings(deadline=None)
@given(numbers, numbers, st.floats(0.0, 1.0), st.sampled_from(("exp", "sin", "cos", "atan", "square")))
def test_an_interval_holds_the_values_at_its_inner_points(a, b, share, name):
    low, high = sorted((a / 1000, b / 1000))
    inner = low + (high - low) * F(share)
    with iv.precision(53):
        found = getattr(iv, name)(iv.between(low, high))
        value = true(inner) ** 2 if name == "square" else getattr(EXACT, name)(true(inner))
        assert holds(found, value)


@given(numbers, numbers, numbers.filter(bool), numbers, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_rectangles_hold_the_values_at_their_inner_points(a, b, c, d, s, t):
    a, b, c, d = a / 10**5, b / 10**5, c / 10**5, d / 10**5
    z = true(a + (c - a) * F(s)) + 1j * true(b + (d - b) * F(t))
    with iv.precision(53):
        box = iv.box(iv.between(*sorted((a, c))), iv.between(*sorted((b, d))))
        others = [("exp", iv.exp(box), EXACT.exp(z)), ("square", iv.square(box), z * z)]
        others.append(("product", box * box * iv.real(3), 3 * z * z))
        if min(a, c) > 0:
            others += [("log", iv.log(box), EXACT.log(z)), ("sqrt", iv.sqrt(box), EXACT.sqrt(z))]
            others.append(("quotient", iv.over(iv.real(1), box), 1 / z))
        for name, found, value in others:
            assert holds(found.real, value.real), name
            assert holds(found.imag, value.imag), name
            assert iv.bounds(iv.absolute(found))[1] >= F(*map(int, mpmath.libmp.to_rational(abs(value)._mpf_))) * F(
                1 - 2**-52
            )


def test_what_has_no_value_is_said():
    across = iv.between(-1, 2)
    with pytest.raises(TooWide, match="divisor"):
        iv.over(iv.real(1), across)
    with pytest.raises(TooWide, match="divisor"):
        iv.over(iv.real(1), iv.box(across, across))
    for function in (iv.log, iv.sqrt):
        with pytest.raises(TooWide):
            function(across)
        with pytest.raises(CannotCheck):
            function(iv.between(-2, -1))
    with pytest.raises(TooWide):
        iv.log(iv.box(across, iv.real(1)))
    with pytest.raises(CannotCheck, match=r"2\^64"):
        iv.exp(iv.real(10**30))


@settings(deadline=None)
@given(st.floats(-70, 70), st.sampled_from((53, 150)))
def test_normal_distribution_function(z, bits):
    with iv.precision(bits):
        found = normal_cdf(iv.real(F(z)))
        assert holds(found, EXACT.erfc(-EXACT.mpf(z) / EXACT.sqrt(2)) / 2)
        low, high = iv.bounds(found)
        assert high - low < F(1, 2 ** (bits - 12)) or abs(z) > 30


@pytest.mark.parametrize(("nodes", "bits"), [(2, 53), (18, 53), (40, 120), (60, 300)])
def test_gauss_legendre_rules(nodes, bits):
    rule = gauss_legendre(nodes, bits)
    assert len(rule) == nodes
    with iv.precision(bits):
        for degree in (0, 2, 2 * nodes - 2):
            total = sum((w * iv.power(x, degree) for x, w in rule), iv.real(0))
            assert holds(total, true(F(2, degree + 1)))
            low, high = iv.bounds(total)
            assert high - low < F(1, 2 ** (bits - 12))


def antiderivative_of_log(y):
    return y * EXACT.log(y) - y


INTEGRALS = {
    "an entire function": (
        lambda x: iv.exp(-iv.square(x)),
        lambda: EXACT.sqrt(EXACT.pi) / 2 * (EXACT.erf(5) + EXACT.erf(3)),
    ),
    "poles near the line": (
        lambda x: iv.over(iv.real(1), iv.square(x) * 400 + 1),
        lambda: (EXACT.atan(100) + EXACT.atan(60)) / 20,
    ),
    "a branch point near": (
        lambda x: iv.log(x + iv.real(F(301, 100))),
        lambda: antiderivative_of_log(EXACT.mpf(801) / 100) - antiderivative_of_log(EXACT.mpf(1) / 100),
    ),
    "a high power": (lambda x: iv.power(x, 41), lambda: (EXACT.mpf(5) ** 42 - EXACT.mpf(3) ** 42) / 42),
}


@pytest.mark.parametrize(("f", "value"), INTEGRALS.values(), ids=INTEGRALS)
def test_integrals(f, value):
    def local(middle, half):
        return lambda t: f(iv.real(middle) + iv.real(half) * t)

    for bits in (53, 120):
        with iv.precision(bits):
            exact = value()
            found = integrate(local, [F(-3), F(5)], F(int(exact) + 1, 2 ** (bits - 16)), nodes=bits // 4 + 4)
            assert holds(found, exact)
            low, high = iv.bounds(found)
            assert high - low < F(1, 2 ** (bits - 24)) * max(1, abs(high))


@pytest.mark.parametrize("nodes", [2, 3, 6])
def test_the_remainder_covers_a_coarse_rule(nodes):
    """With so few nodes the rule is visibly off: the stated error must make up for it, on one panel."""
    with iv.precision(80):
        for f, value in (INTEGRALS["an entire function"], INTEGRALS["a high power"]):
            found = integrate(
                lambda m, h, f=f: lambda t: f(iv.real(m) + iv.real(h) * t), [F(-3), F(5)], F(10**60), nodes
            )
            assert holds(found, value())
    # exp(4 t) has derivatives of one sign, so the rule's error is nearly the bound's order: the rule alone misses
    with iv.precision(80):
        rule = sum((w * iv.exp(x * 4) for x, w in gauss_legendre(nodes, 80)), iv.real(0))
        exact = EXACT.sinh(4) / 2
        assert not holds(rule, exact)
        found = integrate(
            lambda m, h: lambda t: iv.exp((iv.real(m) + iv.real(h) * t) * 4), [F(-1), F(1)], F(10**60), nodes
        )
        assert holds(found, exact)


def test_a_pole_on_the_line_has_no_integral():
    def local(middle, half):
        return lambda t: iv.over(iv.real(1), iv.real(middle) + iv.real(half) * t - iv.real(F(1, 3)))

    with pytest.raises(TooWide), iv.precision(53):
        integrate(local, [F(0), F(1)], F(1, 2**40), nodes=16)

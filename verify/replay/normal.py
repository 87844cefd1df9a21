"""The normal distribution function as an interval.

    Phi(z) = 1/2 + phi(z) (z + z^3/3 + z^5/(3 5) + z^7/(3 5 7) + ...),

all terms of one sign, each the one before times z^2/(2n + 1): once that ratio is below 1/2 the rest is at most the last
term. Far out, 0 <= 1 - Phi(z) <= phi(z)/z.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.replay.clock import check_time
from verify.replay.intervals import bounds, exp, hull, over, pi, plus_minus, real, sqrt, square, working_bits

FAR = 24  # beyond this many standard deviations the tail bound says more than the series could


def normal_cdf(z: Any) -> Any:
    """P(Z <= z) of a standard normal Z, for a real interval z."""
    low, high = bounds(z)
    if low > FAR:
        return 1 - _beyond(z)
    if high < -FAR:
        return _beyond(-z)
    if low < -FAR or high > FAR:
        return hull(real(0), real(1))
    density = over(exp(-square(z) * real(Fraction(1, 2))), sqrt(2 * pi()))
    largest = max(low * low, high * high)
    term, total, n = z, z, 1
    while True:
        check_time()
        n += 2
        term = over(term * square(z), real(n))
        total = total + term
        if n % 16 != 1:  # ends are compared exactly, which takes longer than a term
            continue
        size = max(abs(end) for end in bounds(term))
        if largest < Fraction(n, 2) and size < Fraction(1, 2 ** (working_bits() + 4)):
            break
    value = real(Fraction(1, 2)) + density * (total + plus_minus(real(size)))
    low, high = bounds(value)
    return hull(real(max(low, Fraction(0))), real(min(high, Fraction(1))))


def _beyond(z: Any) -> Any:
    """1 - Phi(z) for z > FAR."""
    top = over(exp(-square(z) * real(Fraction(1, 2))), z)  # the factor 1/sqrt(2 pi) < 1 is dropped
    return hull(real(0), top)

"""Interval arithmetic on mpmath's ``iv`` types: real intervals and complex rectangles that hold the true value.

Sums and products come from mpmath, whose directed rounding of them is exact. Its elementary functions aim at correct
rounding without a proof, so they are computed with ``GUARD`` more bits and widened by many units in the last place.
Nothing infinite is ever made: an operation that would need it raises :class:`~verify.replay.errors.TooWide`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from mpmath import libmp
from mpmath.ctx_iv import MPIntervalContext

from verify.replay.errors import CannotCheck, TooWide

GUARD = 16
LARGEST_ARGUMENT = 1 << 64  # of exp and of sin and cos: beyond, one evaluation could take for ever
CTX = MPIntervalContext()  # not ``mpmath.iv``, whose precision is everybody's


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Within the block, results are rounded outward to ``bits`` bits."""
    before, CTX.prec = CTX.prec, bits
    try:
        yield
    finally:
        CTX.prec = before


def working_bits() -> int:
    return int(CTX.prec)


def real(number: Fraction | int) -> Any:
    """The narrowest interval at this precision that holds a rational number."""
    q = Fraction(number)
    low, high = (_rounded(q, mode) for mode in ("f", "c"))
    return CTX.make_mpf((low, high))


def _rounded(q: Fraction, mode: str) -> Any:
    top, bottom = libmp.from_int(q.numerator), libmp.from_int(q.denominator)
    return libmp.mpf_div(top, bottom, CTX.prec, mode)


def between(low: Fraction | int, high: Fraction | int) -> Any:
    """The interval [low, high], rounded outward."""
    return hull(real(low), real(high))


def box(re: Any, im: Any) -> Any:
    """The complex rectangle re + i im of two real intervals."""
    return CTX.make_mpc((re._mpi_, im._mpi_))


def is_complex(x: Any) -> bool:
    return hasattr(x, "_mpci_") and not hasattr(x, "_mpi_")


def bounds(x: Any) -> tuple[Fraction, Fraction]:
    """Both ends of a real interval, exactly."""
    return _fraction(x._mpi_[0]), _fraction(x._mpi_[1])


def _fraction(end: Any) -> Fraction:
    if end in (libmp.finf, libmp.fninf, libmp.fnan):
        raise TooWide("an interval has an infinite end")
    return Fraction(*(int(part) for part in libmp.to_rational(end)))


def hull(*parts: Any) -> Any:
    """The smallest interval that holds all the given ones."""
    low, high = parts[0]._mpi_
    for part in parts[1:]:
        a, b = part._mpi_
        low, high = (a if libmp.mpf_lt(a, low) else low), (b if libmp.mpf_gt(b, high) else high)
    return CTX.make_mpf((low, high))


def plus_minus(radius: Any) -> Any:
    """The interval [-r, r] with r the upper end of ``radius``."""
    top = libmp.mpf_abs(radius._mpi_[1])
    return CTX.make_mpf((libmp.mpf_neg(top), top))


def upper(x: Any) -> Any:
    """The upper end, as an interval of width 0."""
    return CTX.make_mpf((x._mpi_[1], x._mpi_[1]))


def certainly_positive(x: Any) -> bool:
    """Whether every number of the interval (of the rectangle: every real part) is positive."""
    low = (x._mpci_[0] if is_complex(x) else x._mpi_)[0]
    return bool(libmp.mpf_gt(low, libmp.fzero))


def certainly_negative(x: Any) -> bool:
    return bool(libmp.mpf_lt(x._mpi_[1], libmp.fzero))


def over(x: Any, y: Any) -> Any:
    """x / y.

    Raises:
        TooWide: y may be 0.
    """
    parts = y._mpci_ if is_complex(y) else (y._mpi_,)
    if all(libmp.mpf_le(low, libmp.fzero) and libmp.mpf_ge(high, libmp.fzero) for low, high in parts):
        raise TooWide("a divisor may be 0")
    return x / y


def square(x: Any) -> Any:
    """x^2, never below 0 for real x."""
    if is_complex(x):
        return CTX.make_mpc(libmp.libmpi.mpci_square(x._mpci_, CTX.prec))
    return CTX.make_mpf(libmp.libmpi.mpi_square(x._mpi_, CTX.prec))


def power(x: Any, n: int) -> Any:
    """x^n for a whole number n, by repeated squaring."""
    if n < 0:
        return over(CTX.one, power(x, -n))
    if n == 0:
        return CTX.one
    if n == 1:
        return x
    return square(power(x, n // 2)) if n % 2 == 0 else x * power(x, n - 1)


def _widened(pair: tuple[Any, Any], bits: int) -> tuple[Any, Any]:
    """Ends that were computed with GUARD bits to spare, moved outward by 2^-(bits + GUARD/2) of their size."""
    low, high = pair
    share = bits + GUARD // 2
    for end in (low, high):
        if end in (libmp.finf, libmp.fninf, libmp.fnan):
            raise TooWide("a function has no finite value")
    down = libmp.mpf_sub(low, libmp.mpf_shift(libmp.mpf_abs(low), -share), bits, "f")
    up = libmp.mpf_add(high, libmp.mpf_shift(libmp.mpf_abs(high), -share), bits, "c")
    return down, up


def _real_function(raw: Any, x: Any) -> Any:
    bits = CTX.prec
    return CTX.make_mpf(_widened(raw(x._mpi_, bits + GUARD), bits))


def _complex_function(raw: Any, x: Any) -> Any:
    bits = CTX.prec
    re, im = raw(x._mpci_, bits + GUARD)
    return CTX.make_mpc((_widened(re, bits), _widened(im, bits)))


def _moderate(x: Any) -> None:
    for low, high in x._mpci_ if is_complex(x) else (x._mpi_,):
        for end in (low, high):
            if libmp.mpf_gt(libmp.mpf_abs(end), libmp.from_int(LARGEST_ARGUMENT)):
                raise CannotCheck("an argument of exp, sin or cos exceeds 2^64")


def exp(x: Any) -> Any:
    _moderate(x)
    if is_complex(x):
        return _complex_function(libmp.libmpi.mpci_exp, x)
    return _real_function(libmp.mpi_exp, x)


def log(x: Any) -> Any:
    """The principal logarithm, for positive numbers or rectangles with positive real part."""
    if not certainly_positive(x):
        if not is_complex(x) and libmp.mpf_le(x._mpi_[1], libmp.fzero):
            raise CannotCheck("a logarithm of a number that is not positive")
        raise TooWide("the argument of a logarithm may be 0")
    if is_complex(x):
        return _complex_function(libmp.libmpi.mpci_log, x)
    return _real_function(libmp.mpi_log, x)


def sqrt(x: Any) -> Any:
    if is_complex(x):
        return exp(log(x) * real(Fraction(1, 2)))
    low, high = x._mpi_
    if libmp.mpf_lt(high, libmp.fzero):
        raise CannotCheck("a root of a negative number")
    if libmp.mpf_lt(low, libmp.fzero):
        raise TooWide("the argument of a root may be negative")
    return _real_function(libmp.mpi_sqrt, x)


def _only_real(name: str, raw: Any) -> Any:
    def function(x: Any) -> Any:
        if is_complex(x):
            raise CannotCheck(f"{name} of an integration variable")
        _moderate(x)
        return _real_function(raw, x)

    return function


sin, cos = _only_real("sin", libmp.mpi_sin), _only_real("cos", libmp.mpi_cos)
atan = _only_real("atan", libmp.libmpi.mpi_atan)


def tan(x: Any) -> Any:
    return over(sin(x), cos(x))


def sinh(x: Any) -> Any:
    return (exp(x) - exp(-x)) * real(Fraction(1, 2))


def cosh(x: Any) -> Any:
    return (exp(x) + exp(-x)) * real(Fraction(1, 2))


def tanh(x: Any) -> Any:
    return CTX.one - over(real(2), exp(x * 2) + 1)


def pi() -> Any:
    return _real_function(lambda _, bits: libmp.libmpi.mpi_pi(bits), CTX.one)


def absolute(x: Any) -> Any:
    """|x|, a real interval."""
    return abs(x)


def minimum(x: Any, y: Any) -> Any:
    return _extremum(x, y, libmp.mpf_lt)


def maximum(x: Any, y: Any) -> Any:
    return _extremum(x, y, libmp.mpf_gt)


def _extremum(x: Any, y: Any, better: Any) -> Any:
    if is_complex(x) or is_complex(y):
        raise CannotCheck("min, max or | | of an integration variable")
    ends = [a if better(a, b) else b for a, b in zip(x._mpi_, y._mpi_, strict=True)]
    return CTX.make_mpf(tuple(ends))

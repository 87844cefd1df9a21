"""Numbers with their error, so that what is shown is an interval that holds the number."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_UP, Context, Decimal

from numerics.enclosures import Enclosure

MOST_DIGITS = 6
_WIDER = Context(prec=40, rounding=ROUND_UP)


def plus_minus(value: Enclosure | None, sign: str = "") -> str:
    """``-17.4 ± 11``: as many digits as the error leaves, six at most.

    The radius covers the digits that are left out, and is rounded up to two digits, or as many as it takes to
    show the sign where that is known; it is not shown where it is 0.

    Args:
        value: a scalar, or None, which is a dash.
        sign: ``+`` to show the sign of positive numbers too.
    """
    if value is None:
        return "-"
    middle, radius = float(value.value), float(value.radius)
    digits = MOST_DIGITS
    if middle and radius and math.isfinite(radius):
        digits = min(digits, max(1, 2 + math.floor(math.log10(abs(middle))) - math.floor(math.log10(radius))))
    if not math.isfinite(middle) or not math.isfinite(radius):
        return f"{middle:{sign}.{digits}g} ± inf"
    signed = abs(middle) > radius
    for more in range(MOST_DIGITS):  # a sign that is known can be seen: else more digits
        shown = f"{middle:{sign}.{min(digits + more, MOST_DIGITS + 2)}g}" if middle else "0"
        left_out = _WIDER.subtract(Decimal(middle), Decimal(shown))
        total = Context(prec=2 + more, rounding=ROUND_UP).add(Decimal(radius), abs(left_out))
        if not signed or abs(Decimal(shown)) > total:
            break
    return f"{shown} ± {_plain(total)}" if total else shown


def between(value: Enclosure) -> str:
    """``8.726 to 28.53``: both ends with four digits, rounded outwards."""
    return f"{at_least(float(value.lower), 4)} to {at_most(float(value.upper), 4)}"


def at_least(bound: float, digits: int = 2) -> str:
    """A lower bound with so many digits, rounded down."""
    return _rounded(bound, Context(prec=digits, rounding=ROUND_FLOOR))


def at_most(bound: float, digits: int = 2) -> str:
    """An upper bound with so many digits, rounded up."""
    return _rounded(bound, Context(prec=digits, rounding=ROUND_CEILING))


def _rounded(bound: float, to: Context) -> str:
    return _plain(to.create_decimal(Decimal(bound))) if math.isfinite(bound) else str(bound)


def _plain(number: Decimal) -> str:
    """A number of few digits in the usual way: ``120``, ``0.03``, ``2.5e-07``, without zeros at the end."""
    number = number.normalize()
    if not number or -4 <= number.adjusted() < MOST_DIGITS:
        return f"{number:f}"
    digits, power = f"{number:e}".split("e")
    return f"{digits}e{int(power):+03d}"

"""How a certificate writes numbers and texts: rationals as ``p/q``, everything of limited length, nothing else."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

MAX_DIGITS = 400  # of a numerator or denominator: the smallest float64 has a denominator of 324

_RATIONAL = re.compile(rf"(-?[0-9]{{1,{MAX_DIGITS}}})(?:/([0-9]{{1,{MAX_DIGITS}}}))?")


def to_text(number: Fraction) -> str:
    """``p/q`` in lowest terms, ``p`` for whole numbers."""
    return str(Fraction(number))


def _from_text(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    found = _RATIONAL.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found[2] is not None and int(found[2]) == 0):
        shown = str(value)
        shown = shown if len(shown) <= 40 else shown[:37] + "..."
        raise ValueError(f"{shown!r} is no rational number; write p or p/q, at most {MAX_DIGITS} digits each")
    return Fraction(int(found[1]), int(found[2] or 1))


Rational = Annotated[Fraction, BeforeValidator(_from_text), PlainSerializer(to_text, return_type=str)]
Text = Annotated[str, Field(max_length=2_000)]
Word = Annotated[str, Field(max_length=300)]


def _float64(number: Fraction) -> Fraction:
    try:
        exact = Fraction(float(number)) == number
    except OverflowError:
        exact = False
    if not exact:
        shown = to_text(number)
        raise ValueError(f"{shown if len(shown) <= 40 else shown[:37] + '...'} is no float64 number")
    return number


Float64 = Annotated[Rational, AfterValidator(_float64)]


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)

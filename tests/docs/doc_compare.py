"""Whether a command printed what a page shows.

The page's lines must be printed in their order; it may leave lines out, and a line ``...`` says so. Words and whole
numbers must be equal. Decimals may differ by two units of their last shown digit or by a thousandth, since processors
round differently, but never by more than a tenth of the number: 1e-17 is not 3e-17. An error after ± may differ by a
factor of 3: it adds up the roundings of many operations, whose order the processor's libraries choose. Times are not
compared.
"""

from __future__ import annotations

import re

_TIME = re.compile(r"(?: in )?(?<![\w.])\d[\d.]* ?(?:ms|s|seconds?|min|minutes?)\b")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?!\w)")
_DIGEST = re.compile(r"-[0-9a-f]{6}-")  # in the names of certificates: it follows from the number of cases
_WHOLE = re.compile(r"[-+]?\d+")
_LEFT_OUT = ("...", "…", "")
RELATIVE = 1e-3
AT_MOST = 0.1  # of the number


def first_missing(shown: str, printed: str, numbers: bool = True) -> str | None:
    """The first line of ``shown`` that was not printed in its place; None where all were.

    Args:
        numbers: whether numbers are compared; a short form of a command has the words of the long one.
    """
    left = [_parts(line, numbers) for line in printed.splitlines()]
    for line in shown.splitlines():
        wanted = _parts(line, numbers)
        if line.strip() in _LEFT_OUT:
            continue
        while left and not _agree(wanted, left[0]):
            left.pop(0)
        if not left:
            return line
        left.pop(0)
    return None


def shows_nothing(shown: str) -> bool:
    """Whether all lines of an output are left out, so that whatever is printed agrees with it."""
    return all(line.strip() in _LEFT_OUT for line in shown.splitlines())


def _parts(line: str, numbers: bool) -> tuple[str, list[tuple[str, bool]]]:
    """A line without its numbers, and its numbers with whether each is an error."""
    timeless = _TIME.sub("", line)
    words = re.sub(r"\s+", " ", _NUMBER.sub("#", timeless)).strip()
    if not numbers:
        return _DIGEST.sub("-DIGEST-", words), []
    return words, [(m[0], timeless[: m.start()].rstrip().endswith("±")) for m in _NUMBER.finditer(timeless)]


def _agree(wanted: tuple[str, list], found: tuple[str, list]) -> bool:
    pairs = zip(wanted[1], found[1], strict=False)
    return wanted[0] == found[0] and all(_near(a, b, error) for (a, error), (b, _) in pairs)


def _near(wanted: str, found: str, error: bool) -> bool:
    if wanted == found:
        return True
    a, b = float(wanted), float(found)
    if error:
        return a > 0 and b > 0 and max(a / b, b / a) <= 3
    if _WHOLE.fullmatch(wanted):
        return False
    digits = wanted.partition("e")[0].partition(".")[2]
    unit = 10.0 ** (int(wanted.partition("e")[2] or 0) - len(digits))
    return abs(a - b) <= min(max(2.5 * unit, RELATIVE * abs(a)), AT_MOST * abs(a))

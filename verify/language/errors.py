"""The one error that typed text can cause, and the phrases that its messages share."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

# What people write for a name that the vocabulary spells otherwise.
_OTHER_SPELLINGS = {
    "ln": "log",
    "lambda": "lam",
    "lamda": "lam",
    "inf": "oo",
    "infinity": "oo",
    "snr": "gamma",
}


class BadInput(ValueError):
    """Text, a file or a function from outside cannot be used: one line that names the bad value and the fix.

    The command line prints it and ends with exit code 2.
    """

    def __init__(self, message: str):
        super().__init__(" ".join(message.split()))


def quoted(text: object, limit: int = 60) -> str:
    """``text`` in quotes on one line, cut to ``limit`` characters."""
    words = " ".join(str(text).split())
    return repr(words if len(words) <= limit else words[: limit - 3] + "...")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``"did you mean 'sigma'?"`` for the nearest known names, or the list of all where none is near."""
    names = sorted(known)
    plain = _latin(name)
    if plain in names:
        return f"did you mean {plain!r}?"
    near = [n for n in names if n.lower() == plain.lower()] or difflib.get_close_matches(plain, names, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    return f"known are {', '.join(names)}"


def _latin(name: str) -> str:
    """A Greek letter's name, or another spelling's usual one."""
    if len(name) == 1 and not name.isascii():
        name = unicodedata.name(name, "").rsplit(" ", 1)[-1].lower()
    return _OTHER_SPELLINGS.get(name.lower(), name)

"""Why a certificate is refused, or one of its cases is not checked."""

from __future__ import annotations


class Refused(ValueError):
    """The file is no certificate that can be re-checked: one line that names what is wrong."""


class CannotCheck(Exception):
    """A case lies outside what this implementation computes; the message is the reason."""


class TooWide(ArithmeticError):
    """An interval is too wide to go on (it holds 0 below a fraction bar, say); more precision may help."""

"""The LaTeX names of the vocabulary as presentation MathML: letters, accents, indices and fractions, nothing else."""

from __future__ import annotations

import re
import unicodedata
from xml.sax.saxutils import escape

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\S", re.ASCII)
_VARIANTS = {"varepsilon": "ε", "varrho": "ϱ", "varphi": "φ", "ell": "ℓ", "epsilon": "ϵ"}
_OPERATORS = {
    "nabla": "∇",
    "partial": "∂",
    "langle": "⟨",
    "rangle": "⟩",
    "|": "‖",
    "#": "#",
    "top": "⊤",
    "infty": "∞",
    "cdot": "⋅",
}
_ACCENTS = {"bar": "¯", "hat": "^", "tilde": "~", "dot": "˙"}
_WORDS = {"max", "min", "dim", "sup", "inf", "log", "ln"}
_SPACES = {"\\,", "\\;", "\\!", "\\ ", "\\quad"}


def name_to_mathml(tex: str) -> str:
    r"""A name such as ``\varepsilon^2_{\mathrm{gd}}`` as one MathML element.

    Raises:
        ValueError: the name uses a command that is not known, or its braces do not match.
    """
    reader = _Reader([t for t in _TOKEN.findall(tex) if t not in _SPACES], tex)
    parts = reader.row()
    if reader.at < len(reader.tokens):
        raise ValueError(f"the name {tex!r} has a brace too many")
    return _row(parts)


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str], tex: str):
        self.tokens, self.tex, self.at = tokens, tex, 0

    def row(self) -> list[str]:
        parts: list[str] = []
        while self.at < len(self.tokens) and self.tokens[self.at] != "}":
            parts.append(self.scripted())
        return parts

    def scripted(self) -> str:
        base = self.atom()
        scripts: dict[str, str] = {}
        while self.at < len(self.tokens) and self.tokens[self.at] in "^_'":
            mark = self.tokens[self.at]
            self.at += 1
            where = "^" if mark == "'" else mark
            scripts[where] = scripts.get(where, "") + ("<mo>′</mo>" if mark == "'" else self.atom())
        low, high = scripts.get("_"), scripts.get("^")
        if low and high:
            return f"<msubsup>{base}{_one(low)}{_one(high)}</msubsup>"
        if low:
            return f"<msub>{base}{_one(low)}</msub>"
        return f"<msup>{base}{_one(high)}</msup>" if high else base

    def atom(self) -> str:
        if self.at >= len(self.tokens):
            raise ValueError(f"the name {self.tex!r} ends too early")
        token = self.tokens[self.at]
        self.at += 1
        if token == "{":
            inner = self.row()
            self.close()
            return _row(inner)
        if token.startswith("\\"):
            return self.command(token[1:])
        if token.isdigit():
            return f"<mn>{token}</mn>"
        return f"<mi>{token}</mi>" if token.isalpha() else f"<mo>{escape(token)}</mo>"

    def command(self, name: str) -> str:
        if name in ("mathrm", "text", "operatorname"):
            return f'<mi mathvariant="normal">{escape(self.plain())}</mi>'
        if name == "mathcal":
            return f"<mi>{''.join(self.script(letter) for letter in self.plain())}</mi>"
        if name in ("frac", "tfrac", "dfrac"):
            above = self.atom()
            return f"<mfrac>{above}{self.atom()}</mfrac>"
        if name in _ACCENTS:
            return f'<mover accent="true">{self.atom()}<mo>{_ACCENTS[name]}</mo></mover>'
        if name in _OPERATORS:
            return f"<mo>{_OPERATORS[name]}</mo>"
        if name in _WORDS:
            return f"<mi>{name}</mi>"
        return f"<mi>{self.letter(name)}</mi>"

    def letter(self, name: str) -> str:
        if name in _VARIANTS:
            return _VARIANTS[name]
        size = "CAPITAL" if name[0].isupper() else "SMALL"
        try:
            return unicodedata.lookup(f"GREEK {size} LETTER {'LAMDA' if name.lower() == 'lambda' else name.upper()}")
        except KeyError:
            raise ValueError(f"the name {self.tex!r} has the command \\{name}, which is not known") from None

    def script(self, letter: str) -> str:
        for form in ("MATHEMATICAL SCRIPT CAPITAL", "SCRIPT CAPITAL"):
            try:
                return unicodedata.lookup(f"{form} {letter}")
            except KeyError:
                continue
        raise ValueError(f"the name {self.tex!r} has no script letter {letter!r}")

    def plain(self) -> str:
        """The letters of the next group, or the next letter."""
        if self.at < len(self.tokens) and self.tokens[self.at] == "{":
            end = self.tokens.index("}", self.at) if "}" in self.tokens[self.at :] else len(self.tokens)
            letters = "".join(self.tokens[self.at + 1 : end])
            self.at = end
            self.close()
            return letters
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def close(self) -> None:
        if self.at >= len(self.tokens) or self.tokens[self.at] != "}":
            raise ValueError(f"the name {self.tex!r} lacks a closing brace")
        self.at += 1


def _row(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


def _one(element: str) -> str:
    """One element, as a script needs it."""
    return f"<mrow>{element}</mrow>"

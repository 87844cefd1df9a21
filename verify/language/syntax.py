"""From typed text to a small Python syntax tree. The text is parsed, never evaluated.

Every limit is checked before or right after parsing, so that no text can make a later step slow: characters,
length, number of nodes, depth of nesting.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings

from verify.language.errors import BadInput, quoted

MAX_CHARACTERS = 10_000
MAX_NODES = 500
MAX_DEPTH = 60

_PUNCTUATION = frozenset("_.,+-*/()[]<>= ")
_WRITE_INSTEAD = {
    "^": "**",
    "≤": "<=",
    "≥": ">=",
    "−": "-",
    "–": "-",
    "·": "*",
    "×": "*",
    "{": "(",
    "}": ")",
    "!": "<= or >=",
}


class Source:
    """Text and its syntax tree, with the places of the tree's nodes in the text."""

    def __init__(self, text: str, tree: ast.expr, indent: int):
        self.tree = tree
        self._line = text.encode()
        self._indent = indent

    def column(self, node: ast.expr) -> int:
        """Where ``node`` begins in the text as typed, counted in characters from 1."""
        return self._indent + len(self._line[: node.col_offset].decode()) + 1

    def segment(self, node: ast.expr) -> str:
        return self._line[node.col_offset : node.end_col_offset].decode()

    def error(self, node: ast.expr, message: str) -> BadInput:
        return BadInput(f"column {self.column(node)}: {message}")


def read_syntax(
    text: str, what: str, example: str, max_nodes: int = MAX_NODES, max_characters: int = MAX_CHARACTERS
) -> Source:
    """Parse one expression.

    Args:
        text: what was typed.
        what: what it should be, for messages, e.g. ``"conjecture"``.
        example: a correct one, shown where nothing was typed.
        max_nodes: largest number of syntax nodes (names, numbers, operations).
        max_characters: longest text.

    Raises:
        BadInput: empty or too long, too many parts or levels, a foreign character, or bad syntax.
    """
    if not isinstance(text, str):
        raise BadInput(f"a {what} is text, got {type(text).__name__}; write for example {example}")
    if len(text) > max_characters:
        raise BadInput(f"the {what} has {len(text)} characters; the limit is {max_characters}")
    line = "".join(" " if c.isspace() else c for c in text)
    _check_characters(line, what)
    body = line.strip()
    if not body:
        raise BadInput(f"the {what} is empty; write for example {example}")
    indent = len(line) - len(line.lstrip())
    if len(re.findall(r"\w+", body)) > 3 * max_nodes:  # a number has up to three such parts: 1.5e-3
        raise BadInput(_too_many(what, max_nodes))
    source = Source(body, _parse(body, indent, what), indent)
    _check_size(source, what, max_nodes)
    return source


def _check_characters(line: str, what: str) -> None:
    for at, c in enumerate(line):
        if c in _PUNCTUATION or c.isalnum():
            continue
        fix = f"write {_WRITE_INSTEAD[c]}" if c in _WRITE_INSTEAD else "remove it"
        raise BadInput(f"column {at + 1}: {c!r} has no meaning in a {what}; {fix}")


def _parse(body: str, indent: int, what: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # CPython warns of "1if"; such text is refused later anyway
            return ast.parse(body, mode="eval").body
    except SyntaxError as error:
        column = indent + max(error.offset or 1, 1)
        why = f"{error.msg}{_hint(body)}"
        raise BadInput(f"column {column}: cannot read the {what} {quoted(body)}: {why}") from None
    except (MemoryError, RecursionError, ValueError):  # how CPython's parser reports excessive nesting
        raise BadInput(f"the {what} {quoted(body)} is nested too deeply; the limit is {MAX_DEPTH}") from None


def _hint(body: str) -> str:
    words = re.findall(r"\w+", body)
    reserved = next((word for word in words if keyword.iskeyword(word)), None)
    if reserved == "lambda":
        return "; lambda is a word of Python's own, the variance of Gaussian data is called lam"
    if reserved:
        return f"; {reserved} is a word of Python's own and not part of the language"
    if re.search(r"(?<![<>=])=(?!=)", body):
        return "; write <= or >= for a bound and == for an equality"
    if re.search(r"[\w)\]]\s+[\w(]", body):
        return "; is a * missing?"
    return ""


def _too_many(what: str, max_nodes: int) -> str:
    return f"the {what} has more than {max_nodes} names, numbers and operations; shorten it"


def _check_size(source: Source, what: str, max_nodes: int) -> None:
    level: list[ast.AST] = [source.tree]
    nodes = depth = 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if nodes > max_nodes:
            raise BadInput(_too_many(what, max_nodes))
        if depth > MAX_DEPTH:
            raise BadInput(
                f"the {what} is nested deeper than {MAX_DEPTH} levels; shorten it "
                "(a long chain of + or * nests as well: write a Sum or Product)"
            )
        children = (child for node in level for child in ast.iter_child_nodes(node))
        level = [child for child in children if isinstance(child, (ast.expr, ast.keyword, ast.comprehension))]

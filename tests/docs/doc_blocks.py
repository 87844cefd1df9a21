"""The fenced blocks of a Markdown page, each with its marker: what the executor is asked to do with it.

A block is run unless a comment directly before it says otherwise:

    <!-- run: long -->                     only with ``-m long``; otherwise its commands are parsed
    <!-- run: long scoreproof verify -->   the same for those commands that begin so; the others of the block are run
    <!-- run: as scoreproof verify --claim wht24.lemma10 --examples 10 -->   this short form; the block itself is long
    <!-- run: not, needs a GPU -->         not run, for the reason given; its commands are parsed. With ``as``: only the
                                           short form is ever run
    <!-- run: exit 1 -->                   one of its commands ends with this code, the others with 0
    <!-- run: may exit 1 -->               each of its commands ends with 0 or with this code
    <!-- run: in theory.grids.families --> Python that stands inside this module of the repository
    <!-- run: output of COMMAND -->        text that this command of the page prints

Several may be joined by ``;``. Text that follows a console or Python block at once is its output; other text must say
whose it is, or why it is none. A block with a title is a file of that name, and so is one after a line that says no
more than "`NAME`:".
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from doc_compare import shows_nothing
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
_MARKER = re.compile(r"<!--\s*run:\s*(.*?)\s*-->", re.DOTALL)
_NAMED = re.compile(r"`([\w./-]+)`:")
_CLAUSES = ("long", "as", "not", "exit", "may exit", "in", "output of")
_COMMAND = re.compile(r"(\$ )?(scoreproof|make|python -m) ")
_FENCE = re.compile(r"^\s*(```|~~~)", re.MULTILINE)
_BOX = re.compile(r"(!!!|\?\?\?\+?|===) ")


class PageError(Exception):
    """A page that cannot be read: where, and what is wrong."""


@dataclass(frozen=True)
class Marker:
    """What a page says of a block; see the module."""

    long: str | None = None  # the beginning of the commands that are long; "" for all
    instead: str | None = None
    reason: str | None = None  # why it is not run
    codes: tuple[int, ...] = (0,)
    must: int | None = None  # a code with which one command must end
    module: str | None = None
    output_of: str | None = None


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        line: of its opening fence in the page, from 1.
        language, title: of its opening fence; "" where it has none.
        shown: the output that the page shows for it; None where it shows none.
    """

    page: str
    line: int
    language: str
    title: str
    body: str
    marker: Marker = field(default_factory=Marker)
    shown: str | None = None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Everything that a reader is told to type or to copy stands in one of these."""
    single = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    found = [*single, *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]
    return [path for path in found if path.exists()]


def blocks(page: str, text: str, default: str = "", default_of_text: str = "") -> list[Block]:
    """The blocks of a page in order, outputs put to what prints them.

    Args:
        page: its name, for messages.
        text: Markdown.
        default: a marker's text that holds for all console blocks without one.
        default_of_text: the same for text that is nobody's output.

    Raises:
        PageError: a marker that cannot be read; text that nobody compares and no marker speaks of; an output of which
            nothing is shown; a fence where Markdown sees none.
    """
    out: list[Block] = []
    for language, title, body, line, comment, adjacent in _fences(page, text):
        marked = "; ".join(_MARKER.findall(comment))
        told = marked or (default if language == "console" else "")
        block = Block(page, line, language, title, body, _marker(told, f"{page}:{line}"))
        before = out[-1] if out else None
        follows = adjacent and before is not None and before.language in ("console", "python") and before.shown is None
        if language in ("text", "") and follows and not block.title and not marked and before is not None:
            out[-1] = Block(**{**vars(before), "shown": body})
        else:
            out.append(_explained(block, default_of_text))
            body = body if block.marker.output_of is not None else "no output"
        if shows_nothing(body):
            raise PageError(f"{page}:{line}: nothing of the output is shown; show a line of it, or take the block out")
    return out


def _explained(block: Block, default: str) -> Block:
    """The block, with the default marker where it is text that needs one.

    Raises:
        PageError: there is none.
    """
    marker = block.marker
    if block.language not in ("text", "") or block.title or marker.output_of is not None or marker.reason is not None:
        return block
    if not default:
        raise PageError(
            f"{block.place}: this text is not compared with anything: put it directly after its command, or say "
            "<!-- run: output of COMMAND --> or <!-- run: not, WHY --> before it"
        )
    return replace(block, marker=_marker(default, block.place))


def inline_commands(text: str) -> list[tuple[int, str]]:
    """Commands within sentences, between backticks, each with its line; those in blocks are not among them."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for child in token.children or ():
            if child.type == "code_inline" and child.content.startswith("scoreproof "):
                found.append((token.map[0] + 1 if token.map else 0, child.content))
    return found


def _fences(page: str, text: str) -> Iterator[tuple[str, str, str, int, str, bool]]:
    """Language, title, body, line, the comments before it, and whether it follows the last block at once.

    Raises:
        PageError: a fence inside HTML or indented text, where it is none.
    """
    comment, named, adjacent = "", "", False
    for token in MarkdownIt("commonmark").enable("table").parse(_flat(text)):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "html_block" and token.content.lstrip().startswith("<!--"):
            comment += token.content
        elif token.type == "fence" or (token.type == "code_block" and _COMMAND.match(token.content)):
            language, title = _info(token)
            yield language, title or named, token.content, line, comment, adjacent
            comment, named, adjacent = "", "", True
        elif token.type in ("html_block", "code_block") and _FENCE.search(token.content):
            where = "HTML" if token.type == "html_block" else "indented text"
            raise PageError(
                f"{page}:{line}: a fence inside {where} is not seen; put it at the margin after an empty line"
            )
        elif not token.type.endswith("_close"):
            only_a_name = _NAMED.fullmatch(token.content) if token.type == "inline" else None
            comment, named, adjacent = "", only_a_name[1] if only_a_name else "", False


def _flat(text: str) -> str:
    """What stands in admonitions and tabs moved to the margin, line by line, as only mkdocs knows these."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if _BOX.match(line):
            lines[at] = ""
            for inside in range(at + 1, len(lines)):
                if lines[inside].strip() and not lines[inside].startswith("    "):
                    break
                lines[inside] = lines[inside].removeprefix("    ")
    return "\n".join(lines) + "\n"


def _info(token: Token) -> tuple[str, str]:
    if token.type == "code_block":
        return "console", ""
    words = shlex.split(token.info)
    title = next((word.removeprefix("title=") for word in words if word.startswith("title=")), "")
    return (words[0] if words else ""), title


def _marker(told: str, place: str) -> Marker:
    given: dict = {}
    for clause in filter(None, (part.strip() for part in told.split(";"))):
        word = next((w for w in _CLAUSES if clause == w or clause.startswith((f"{w} ", f"{w},"))), None)
        rest = "" if word is None else clause.removeprefix(word).lstrip(", ")
        if word is None or (word not in ("long",) and not rest):
            raise PageError(f"{place}: the marker {clause!r} is none of {', '.join(_CLAUSES)} with what belongs to it")
        if word in ("exit", "may exit"):
            given["codes"] = (0, int(rest))
            given["must"] = int(rest) if word == "exit" else None
        else:
            name = {"as": "instead", "not": "reason", "in": "module", "output of": "output_of"}.get(word, word)
            given[name] = rest
    if "instead" in given:
        given.setdefault("long", "")
    return Marker(**given)


def commands(block: Block) -> list[tuple[str, str | None]]:
    """The commands of a console block, continued lines joined, each with the output shown for it (None: not shown).

    Where no line has a prompt, every line is a command.
    """
    lines = block.body.splitlines()
    prompted = any(line.startswith("$ ") for line in lines)
    found: list[tuple[str, str | None]] = []
    going_on = False
    for line in lines:
        if going_on:
            found[-1] = (found[-1][0] + line.strip().removesuffix("\\"), None)
        elif line.startswith("$ ") or (not prompted and line.strip()):
            found.append((line.removeprefix("$ ").removesuffix("\\"), None))
        elif line.strip() and found:
            found[-1] = (found[-1][0], (found[-1][1] or "") + line + "\n")
            continue
        going_on = line.rstrip().endswith("\\")
    return found

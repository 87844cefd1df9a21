"""What there is to show of a result, before it becomes text or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Tone(StrEnum):
    """How a word is meant; it is never told by colour alone."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    PLAIN = "plain"


@dataclass(frozen=True)
class Badge:
    """A verdict in a word or two, such as ``refuted``."""

    word: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Formula:
    """A relation or an expression over the vocabulary; ``sign`` stands before it in a chain."""

    expression: Any
    sign: str = ""


Cell = str | Badge | Formula


@dataclass(frozen=True)
class Line:
    """A sentence, under a label where it has one."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Table:
    """Cells in rows, shape (rows, columns).

    Attributes:
        columns: their names.
        rows: cells.
        numbers: columns that are set to the right.
        heading: where the other columns hold sentences, how many leading columns stand alone on the first line of a row
            in plain text; 0 for a table there too.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...] = ()
    heading: int = 0


@dataclass(frozen=True)
class Contents:
    """A head line, its badge, and below it lines, formulas and tables in order."""

    head: str
    badge: Badge | None = None
    parts: tuple[Line | Formula | Table, ...] = ()

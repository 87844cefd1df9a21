"""Numbers from ``.csv``, ``.txt``, ``.json`` and ``.npy`` files. Errors name the file, row and value."""

from __future__ import annotations

import json
import math
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.language.errors import BadInput, quoted

SUFFIXES = (".csv", ".txt", ".json", ".npy")
MAX_BYTES = 50 * 2**20
# What numpy raises for damaged or foreign files, by numpy's version and by where the damage is.
_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    EOFError,
    SyntaxError,
    MemoryError,
    OverflowError,
    tokenize.TokenError,
)


@dataclass(frozen=True)
class Table:
    """Rows of a text file.

    Attributes:
        header: the words of the first row where it is not numbers, else empty.
        rows: numbers of each other non-empty row.
        lines: the row's line number in the file, counted from 1.
    """

    header: tuple[str, ...]
    rows: list[list[float]]
    lines: list[int]


def is_table(text: str) -> bool:
    return text.strip().lower().endswith(SUFFIXES)


def existing_file(text: str) -> Path:
    """The path of a regular file of at most 50 MB.

    Raises:
        BadInput: there is none, or it is larger.
    """
    try:
        path = Path(text.strip()).expanduser()
        if not path.is_file():
            raise FileNotFoundError("no such file")
        size = path.stat().st_size
    except (OSError, ValueError, RuntimeError) as error:  # also a null character, or no home folder for ~
        raise BadInput(f"{quoted(text)}: {error}; check the path") from None
    if size > MAX_BYTES:
        raise BadInput(f"{path}: {size} bytes; the limit is {MAX_BYTES}, give fewer numbers")
    return path


def read_table(path: Path) -> Table:
    """Rows of numbers separated by commas, after an optional row of column names; ``#`` begins a comment.

    Raises:
        BadInput: the file is not text, or an entry is no finite number.
    """
    header: tuple[str, ...] = ()
    table = Table(header, [], [])
    for number, line in enumerate(_text(path).splitlines(), start=1):
        entries = [entry.strip() for entry in line.split("#", 1)[0].strip().rstrip(",").split(",")]
        if entries == [""]:
            continue
        if not table.rows and not header and not any(map(_is_float, entries)):
            header = tuple(entry.strip("\"' ").lower() for entry in entries)
            table = Table(header, [], [])
            continue
        table.rows.append([finite(path, number, entry) for entry in entries])
        table.lines.append(number)
    return table


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises BadInput where it is not JSON."""
    try:
        return json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: not JSON ({error}); write a list of numbers") from None


def read_npy(path: Path) -> NDArray[np.float64]:
    """The array of finite numbers in a ``.npy`` file, as float64. Pickled objects are never loaded.

    Raises:
        BadInput: not a ``.npy`` file, or its entries are not finite real numbers.
    """
    try:
        # Mapped, so that a forged shape fails on the file's size instead of reserving memory.
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except _UNREADABLE as error:
        raise BadInput(f"{path}: numpy cannot read it ({error}); write it with numpy.save") from None
    if not isinstance(array, np.ndarray):
        raise BadInput(f"{path}: an archive of several arrays; save one array with numpy.save")
    if array.dtype.kind not in "iuf":
        raise BadInput(f"{path}: holds {array.dtype}, not real numbers; save an array of floats")
    with np.errstate(over="ignore"):
        numbers = np.array(array, dtype=np.float64)
    if not np.isfinite(numbers).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        entry = ", ".join(map(str, place))
        raise BadInput(f"{path}: entry [{entry}] is {numbers[place]}; every entry must be finite")
    return numbers


def finite(path: Path, row: int, entry: Any) -> float:
    """``entry`` as a finite float. Raises BadInput, which names the row."""
    try:
        number = math.nan if isinstance(entry, bool) else float(entry)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise BadInput(f"{path}, row {row}: {quoted(entry, 30)} is not a finite number; correct or remove it")
    return number


def _is_float(entry: str) -> bool:
    try:
        float(entry)
    except ValueError:
        return False
    return True


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: byte {error.start} is not UTF-8 text; save it as plain text") from None
    except OSError as error:
        raise BadInput(f"{path}: {error}; check the file") from None

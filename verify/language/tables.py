"""Numbers from ``.csv``, ``.txt``, ``.json`` and ``.npy`` files. Errors name the file, row and value.

Every size is checked before memory is taken for it: bytes before they are read, numbers before they are parsed,
the shape that an array claims against the bytes that are there. Nothing is unpickled.
"""

from __future__ import annotations

import io
import json
import math
import os
import reprlib
import stat
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from verify.language.errors import BadInput, quoted

SUFFIXES = (".csv", ".txt", ".json", ".npy")
MAX_BYTES = 50 * 2**20
CHUNK = 2**20
MAX_NUMBERS = 300_000  # in text, a second's work; also its lines
MAX_ENTRIES = 10**7  # in an array
Number = Callable[[Path, int, Any], float]  # of a file, a row and an entry
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


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
        BadInput: there is none, it is larger, or its name cannot be printed.
    """
    if not text.strip().isprintable():  # it would be shown again: no escape codes for a terminal, no lone surrogates
        raise BadInput(f"{quoted(text)}: the file's name has a character that cannot be printed; rename the file")
    try:
        path = Path(text.strip()).expanduser()
        if path.is_dir():
            raise IsADirectoryError("it is a folder, not a file")
        if not path.is_file():
            raise FileNotFoundError("not a regular file" if path.exists() else "no such file")
        size = path.stat().st_size
    except (OSError, ValueError, RuntimeError) as error:  # also a null character, or no home folder for ~
        raise BadInput(f"{quoted(text)}: {error}; check the path") from None
    if size > MAX_BYTES:
        raise BadInput(f"{path}: {size} bytes; the limit is {MAX_BYTES}, give fewer numbers")
    return path


def read_table(path: Path, number: Number | None = None) -> Table:
    """Rows of numbers separated by commas, after an optional row of column names; ``#`` begins a comment.

    Args:
        number: makes a number of an entry; by default ``finite``.

    Raises:
        BadInput: the file is not text, or an entry is no finite number.
    """
    number = number or finite
    header: tuple[str, ...] = ()
    table = Table(header, [], [])
    text = _text(path)
    if max(text.count(end) for end in (",", "\n", "\r")) > MAX_NUMBERS:
        raise BadInput(f"{path}: more than {MAX_NUMBERS} numbers or lines; save them with numpy.save as .npy")
    for place, line in enumerate(io.StringIO(text, newline=None), start=1):
        content = line.split("#", 1)[0].strip().rstrip(",")
        entries = [entry.strip() for entry in content.split(",")]
        if entries == [""]:
            continue
        if not table.rows and not header and not any(map(_is_float, entries)):
            header = tuple(entry.strip("\"' ").lower() for entry in entries)
            table = Table(header, [], [])
            continue
        table.rows.append([number(path, place, entry) for entry in entries])
        table.lines.append(place)
    return table


def read_json(path: Path, fix: str = "write a list of numbers") -> Any:
    """What a JSON file holds; ``fix`` tells what to do where it is none.

    Raises:
        BadInput: it is not JSON, nested too deeply, or has more than ``MAX_NUMBERS`` entries.
    """
    text = _text(path)
    if text.count(",") > MAX_NUMBERS:
        raise BadInput(f"{path}: more than {MAX_NUMBERS} entries; save them with numpy.save as .npy")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: not JSON ({error}); {fix}") from None


def read_npy(path: Path) -> NDArray[np.float64]:
    """The array of finite numbers in a ``.npy`` file, as float64. Pickled objects are never loaded.

    Raises:
        BadInput: not a ``.npy`` file, or its entries are not finite real numbers.
    """
    with np.errstate(over="ignore"):
        numbers = np.array(stored_array(path), dtype=np.float64)
    if not np.isfinite(numbers).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        entry = ", ".join(map(str, place))
        raise BadInput(f"{path}: entry [{entry}] is {numbers[place]}; every entry must be finite")
    return numbers


def stored_array(path: Path) -> NDArray[Any]:
    """The array of real numbers in a ``.npy`` file, in its own type. Pickled objects are never loaded.

    Raises:
        BadInput: not a ``.npy`` file, or not of real numbers; NaN and infinity pass.
    """
    content = _bytes(path)
    if content.startswith(b"PK"):
        raise BadInput(f"{path}: an archive of several arrays; save one array with numpy.save")
    stream = io.BytesIO(content)
    try:
        with warnings.catch_warnings():  # of headers that Python 2 wrote
            warnings.simplefilter("ignore")
            shape, by_column, dtype = _HEADERS[npy.read_magic(stream)](stream)
    except Exception as error:  # numpy's own, whose types depend on its version and on where the damage is
        raise BadInput(f"{path}: numpy cannot read it ({error}); write it with numpy.save") from None
    if dtype.kind not in "iuf":
        raise BadInput(f"{path}: holds {dtype}, not real numbers; save an array of floats")
    claimed, present = math.prod(shape), (len(content) - stream.tell()) // dtype.itemsize
    if not 0 <= claimed <= min(present, MAX_ENTRIES) or min(shape, default=0) < 0:
        size = f"shape {quoted(shape)} with {present} entries present"
        raise BadInput(f"{path}: {size}; write all of them, at most {MAX_ENTRIES}, with numpy.save")
    try:
        array: Any = np.ndarray(shape, dtype, content, stream.tell(), order="F" if by_column else "C")
    except (TypeError, ValueError) as error:  # too many axes, or an axis that is no number
        raise BadInput(f"{path}: shape {quoted(shape)} ({error}); save an array of one or two axes") from None
    return np.asarray(array)


def finite(path: Path, row: int, entry: Any) -> float:
    """``entry`` as a finite float. Raises BadInput, which names the row."""
    try:
        number = math.nan if isinstance(entry, bool) else float(entry)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        shown = entry if isinstance(entry, str) else reprlib.repr(entry)  # which stops at a few levels and entries
        raise BadInput(f"{path}, row {row}: {quoted(shown, 30)} is not a finite number; correct or remove it")
    return number


def _is_float(entry: str) -> bool:
    try:
        float(entry)
    except ValueError:
        return False
    return True


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: byte {error.start} is not UTF-8 text; save it as plain text") from None


def _bytes(path: Path) -> bytes:
    """All bytes of a regular file, at most ``MAX_BYTES``; what only pretends to have a size is read no further."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadInput(f"{path}: not a regular file; give a file of numbers")
            content = bytearray()
            while chunk := file.read(CHUNK):
                content += chunk
                if len(content) > MAX_BYTES:
                    raise BadInput(f"{path}: more than {MAX_BYTES} bytes; give fewer numbers")
    except OSError as error:
        raise BadInput(f"{path}: {error}; check the file") from None
    return bytes(content)


def _without_waiting(path: str, flags: int) -> int:
    """A pipe, or a file of the kernel that passes for a regular one, must not keep us waiting."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))

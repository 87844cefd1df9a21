"""Files of sigmas: ``.csv``, ``.txt``, ``.json`` and ``.npy``, with the place of every number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.language import tables
from verify.language.errors import BadInput, quoted


@dataclass(frozen=True)
class SigmaFile:
    """One list of numbers, in the order of the file.

    Attributes:
        sigmas: float64, shape (n,).
        rows: their lines, or in JSON and npy their positions from 1.
        precision: numpy's name of the type in which they are stored; text counts as float64.
    """

    sigmas: NDArray[np.float64]
    rows: tuple[int, ...]
    precision: str = "float64"


def read_sigma_file(path: Path, finite: bool = True) -> SigmaFile:
    """The sigmas of a file.

    Args:
        finite: refuse NaN and infinity; otherwise they are read as they are.

    Raises:
        BadInput: no list of numbers; the message names the file, row and value.
    """
    number = tables.finite if finite else _any_float
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _of_array(path, finite)
    if suffix == ".json":
        return _of_json(path, number)
    return _of_text(path, number)


def _any_float(path: Path, row: int, entry: Any) -> float:
    """``entry`` as a float, which may be NaN or infinite. Raises BadInput, which names the row."""
    try:
        value = float(entry)
    except (TypeError, ValueError, OverflowError):
        return tables.finite(path, row, entry)
    return value if not math.isfinite(value) else tables.finite(path, row, entry)


def _of_array(path: Path, finite: bool) -> SigmaFile:
    array = tables.stored_array(path)
    if array.ndim != 1:
        raise BadInput(f"{path}: the array has shape {array.shape}; save the sigmas with shape (n,)")
    with np.errstate(over="ignore"):
        sigmas = tables.read_npy(path) if finite else array.astype(np.float64)
    return SigmaFile(sigmas, tuple(range(1, len(sigmas) + 1)), str(array.dtype.newbyteorder("=")))


def _of_json(path: Path, number: tables.Number) -> SigmaFile:
    values = tables.read_json(path)
    values = values.get("sigmas") if isinstance(values, dict) else values
    if not isinstance(values, list):
        raise BadInput(f'{path}: no list of sigmas; write [80, 10, 1] or {{"sigmas": [80, 10, 1]}}')
    rows = tuple(range(1, len(values) + 1))
    return SigmaFile(np.array([number(path, row, x) for row, x in zip(rows, values, strict=True)], np.float64), rows)


def _of_text(path: Path, number: tables.Number) -> SigmaFile:
    """One number a row, or all in one row, after an optional row that says ``sigma``; ``#`` begins a comment."""
    table = tables.read_table(path, number)
    header = ", ".join(table.header)
    if header not in ("", "sigma", "sigmas"):
        raise BadInput(f"{path}, first row: {quoted(header)} is neither a number nor the column name sigma; correct it")
    if len(table.rows) == 1:
        return SigmaFile(np.array(table.rows[0], np.float64), tuple(table.lines * len(table.rows[0])))
    for line, row in zip(table.lines, table.rows, strict=True):
        if len(row) > 1:
            raise BadInput(f"{path}, row {line}: {len(row)} numbers; write one a row, or all in one row")
    return SigmaFile(np.array([row[0] for row in table.rows], np.float64), tuple(table.lines))

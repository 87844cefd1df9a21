"""Loss curves of trained models from CSV files: columns ``sigma`` and ``loss`` or ``mse``, perhaps errors and ``d``."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verify.language import tables
from verify.language.errors import BadInput, did_you_mean, quoted

if TYPE_CHECKING:
    from numerics.targets import LossCurve

EXAMPLE = 'loss_curve("curve.csv", d=64)'
_TYPED = re.compile(
    r"""\s*loss_curve\s*\(\s*(?P<file>"[^"]*"|'[^']*')\s*(?:,\s*(?:d\s*=\s*)?(?P<d>[^\s,()]+)\s*)?\)\s*"""
)
_ERRORS = ("se", "stderr", "standard_error")
_COLUMNS = ("sigma", "loss", "mse", *_ERRORS, "d")
_MAX_D = 10**9


def typed_curve(text: str) -> LossCurve | None:
    """The curve of ``loss_curve("curve.csv", d=64)``; None where the text is something else.

    Raises:
        BadInput: it begins like one but cannot be read.
    """
    named = named_curve(text)
    return None if named is None else read_curve(tables.existing_file(named[0]), named[1])


def named_curve(text: str) -> tuple[str, int | None] | None:
    """File and dimension of ``loss_curve("curve.csv", d=64)``; None where the text is something else.

    Raises:
        BadInput: it begins like one but is none.
    """
    if not re.match(r"\s*loss_curve\b(?!\s*\.)", text):
        return None
    found = _TYPED.fullmatch(text)
    if found is None:
        raise BadInput(f"{quoted(text)} is no loss curve; write {EXAMPLE}")
    return found["file"][1:-1], None if found["d"] is None else _dimension(found["d"])


def require_curve(file: object, dimension: int | None, smooth: bool) -> None:
    """Options of a loss curve go with one. Raises BadInput where ``file`` is None and another is given."""
    if file is None and dimension is not None:
        raise BadInput(f"dimension {dimension} goes with a loss curve; a target has its own")
    if file is None and smooth:
        raise BadInput("smooth goes with a loss curve; a target is known")


def is_curve(table: tables.Table) -> bool:
    """Whether a table's column names are those of a loss curve: points have no column sigma."""
    return "sigma" in table.header


def read_curve(path: Path, d: int | None = None, smooth: bool = False) -> LossCurve:
    """The curve of a CSV file.

    Its first row names the columns: ``sigma``; ``loss`` = E||sqrt(v) s + xi||^2 or ``mse`` = E||X_0 - D||^2 = sigma^2
    loss, summed over coordinates; optionally ``se`` (``stderr``), the standard error of that column; optionally ``d``,
    the same in every row.

    Args:
        path: the file.
        d: dimension of the data; needed where the file has no column ``d``, and equal to it where it has.
        smooth: assume a smooth curve, see ``LossCurve``.

    Raises:
        BadInput: something else; the message names file, row and value.
    """
    return curve_of_table(path, tables.read_table(path), d, smooth)


def curve_of_table(path: Path, table: tables.Table, d: int | None = None, smooth: bool = False) -> LossCurve:
    """The same from a table that has been read. Every number counts as rounded in its last digit."""
    from numerics.targets import LossCurve

    columns = _columns(path, table)
    dimension = _one_dimension(path, table, columns.pop("d", None), d)
    sigma, errors = columns["sigma"], next((columns[name] for name in _ERRORS if name in columns), None)
    _require_each(path, table, "sigma", sigma, sigma > 0, "must be positive; leave a last sigma = 0 out")
    name = "loss" if "loss" in columns else "mse"
    _require_each(path, table, name, columns[name], columns[name] > 0, "must be positive")
    if errors is not None:
        _require_each(path, table, "standard error", errors, errors >= 0, "must be 0 or larger")
    _require_sorted(path, table, sigma)
    unit = np.ones_like(sigma) if name == "loss" else sigma**2
    with np.errstate(all="ignore"):
        loss, error = columns[name] / unit, None if errors is None else errors / unit
    moderate = (sigma >= 1e-50) & (sigma <= 1e50)
    _require_each(path, table, "sigma", sigma, moderate, "must lie between 1e-50 and 1e50; change the unit of the data")
    small = (loss <= 1e100) & (loss > 0) & (True if error is None else error <= 1e100)
    _require_each(path, table, name, columns[name], small, "makes a loss or error beyond 1e100, or one of 0")
    try:
        label, rounding = f'loss_curve("{path}", d={dimension})', half_units(columns[name]) / unit
        return LossCurve(sigma, loss, dimension, error, label, rounding=rounding, smooth=smooth)
    except ValueError as why:
        raise BadInput(f"{path}: {why}") from None


def half_units(numbers: np.ndarray) -> np.ndarray:
    """Half a unit of the last digit of each number of a column, 0.0005 for 0.377, shape as given.

    A column is printed in one format: with as many decimal places as the number that needs most, or as many significant
    digits. Which of the two is not known, so the coarser is taken; whole numbers alone are exact to one half.
    """
    digits = [Decimal(repr(float(number))).normalize() for number in numbers]
    places = max((-int(one.as_tuple().exponent) for one in digits), default=0)
    count = max((len(one.as_tuple().digits) for one in digits), default=1)
    if places <= 0:
        return np.full(len(digits), 0.5)
    return np.array([0.5 * float(Decimal(10) ** max(-places, one.adjusted() - count + 1)) for one in digits])


def _columns(path: Path, table: tables.Table) -> dict[str, np.ndarray]:
    header = table.header
    for word in header:
        if word not in _COLUMNS:
            raise BadInput(
                f"{path}, first row: {quoted(word)} is no column of a loss curve; {did_you_mean(word, _COLUMNS)}"
            )
        if header.count(word) > 1:
            raise BadInput(f"{path}, first row: the column {word} occurs twice; keep one")
    if not header:
        raise BadInput(f"{path}: no column names; write `sigma,loss` or `sigma,mse` above the numbers")
    if ("loss" in header) == ("mse" in header) or "sigma" not in header:
        raise BadInput(
            f"{path}, first row: {quoted(','.join(header))}; a loss curve has the columns sigma,loss or sigma,mse"
        )
    if sum(word in header for word in _ERRORS) > 1:
        raise BadInput(f"{path}, first row: two columns of standard errors; keep one")
    for line, row in zip(table.lines, table.rows, strict=True):
        if len(row) != len(header):
            raise BadInput(f"{path}, row {line}: {len(row)} numbers for {len(header)} columns ({','.join(header)})")
    if len(table.rows) < 2:
        count = "one row" if table.rows else "no row"
        raise BadInput(f"{path}: {count} of numbers; a loss curve has two or more")
    return dict(zip(header, np.array(table.rows).T, strict=True))


def _one_dimension(path: Path, table: tables.Table, column: np.ndarray | None, d: int | None) -> int:
    if column is None:
        if d is None:
            raise BadInput(
                f'{path}: a loss curve without the dimension of its data; write loss_curve("{path}", d=...), '
                "--dimension, or a column d"
            )
        return _dimension(str(d))
    for line, value in zip(table.lines, column, strict=True):
        if value != column[0]:
            raise BadInput(f"{path}, row {line}: d = {value:g}, but {column[0]:g} above; one curve has one dimension")
    if d is not None and d != column[0]:
        raise BadInput(f"{path}: d = {column[0]:g} in the file, but {d} was given; correct one")
    return _dimension(f"{column[0]:.15g}", f"{path}, row {table.lines[0]}: ")


def _dimension(text: str, where: str = "") -> int:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (1 <= number <= _MAX_D and number.is_integer()):
        raise BadInput(
            f"{where}d = {quoted(text, 30)}; give the dimension of the data, a whole number from 1 to {_MAX_D}"
        )
    return int(number)


def _require_each(path: Path, table: tables.Table, name: str, values: np.ndarray, fine: np.ndarray, need: str) -> None:
    for at in np.flatnonzero(~fine)[:1]:
        raise BadInput(f"{path}, row {table.lines[at]}: {name} = {values[at]:g} {need}")


def _require_sorted(path: Path, table: tables.Table, sigma: np.ndarray) -> None:
    step = np.diff(sigma) * np.sign(sigma[-1] - sigma[0] or 1.0)
    for at in np.flatnonzero(step <= 0)[:1]:
        line, before = table.lines[at + 1], table.lines[at]
        if step[at] == 0:
            raise BadInput(f"{path}, row {line}: sigma = {sigma[at + 1]:g} repeats row {before}; keep one of them")
        raise BadInput(f"{path}, row {line}: sigma = {sigma[at + 1]:g} after {sigma[at]:g}; sort the rows by sigma")

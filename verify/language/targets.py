"""Data distributions as the command line takes them: a family, ``digits``, a file of points, or a loss curve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.language import tables
from verify.language.calls import Call, looks_like_call, make, parse_call
from verify.language.curves import curve_of_table, is_curve, typed_curve
from verify.language.errors import BadInput, did_you_mean, quoted

if TYPE_CHECKING:
    from numerics.targets import Target

EXAMPLE = '"mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])"'
_LIMITS = {"d": 10**5, "samples": 10**6}


def parse_target(text: str) -> Target:
    """The data distribution that a text names.

    Args:
        text: a family with numbers, such as ``gaussian(d=1, var=0.25)`` or
            ``mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])``; ``digits``; the path of a ``.npy``
            or ``.csv`` file of n points in d dimensions, one a row, shape (n, d); or a trained model's
            ``loss_curve("curve.csv", d=64)``, where the path alone will do if the file has a column ``d``.

    Raises:
        BadInput: none of these, or no legal target.
    """
    # Imported here because the targets load torch, which a refused text or a grid should not wait for.
    from numerics.targets import TARGETS, PointCloud

    word = text.strip()
    curve = typed_curve(text)
    if curve is not None:
        return curve
    if word.lower().endswith((".csv", ".npy")):
        path = tables.existing_file(text)
        table = tables.read_table(path) if path.suffix.lower() == ".csv" else None
        if table is not None and is_curve(table):
            return curve_of_table(path, table)
        points = _points(path, table)
        try:
            with np.errstate(over="ignore"):
                return _of_moderate_size(str(path), PointCloud(points, label=str(path)))
        except ValueError as error:
            raise BadInput(f"{path}: {str(error).removeprefix(f'{path}: ')}") from None
    if word == "digits":
        text = "digits()"
    if looks_like_call(text):
        call = parse_call(text, "target", EXAMPLE)
        _require_drawable(call)
        with np.errstate(over="ignore"):
            target = make(call, TARGETS, "target", limits=_LIMITS)
        if not isinstance(target.label, str):
            raise BadInput(f"{quoted(text)}: a label is no number; leave it out")
        return _of_moderate_size(text, target)
    if word in TARGETS:
        raise BadInput(f"{word} needs its parameters; write for example {EXAMPLE}")
    hint = did_you_mean(word, TARGETS) if word.isidentifier() else "check the ending"
    raise BadInput(
        f"{quoted(text)} is no target; {hint}. A target is a family such as {EXAMPLE}, digits, "
        "a file of points (.npy .csv) or a loss curve (.csv)"
    )


def _require_drawable(call: Call) -> None:
    """What only matters when samples are drawn, long after the target was made."""
    for name in ("samples", "seed"):
        value = call.named.get(name, 0)
        if not isinstance(value, int) or value < 0:
            raise BadInput(f"{quoted(call.text)}: {name} = {value}; give a whole number, 0 or larger")
    alpha = call.named.get("alpha", 0.5)
    if not isinstance(alpha, int | float) or not 0 < alpha < 1:
        raise BadInput(f"{quoted(call.text)}: alpha = {alpha}; give an error probability between 0 and 1")


def _of_moderate_size(text: str, target: Target) -> Target:
    if not np.isfinite(target.m2.value + target.m2.radius):
        raise BadInput(f"{quoted(text)}: the second moment leaves float64; change the unit of the data")
    return target


def _points(path: Path, table: tables.Table | None) -> Any:
    if table is None:
        points = tables.read_npy(path)
        if points.ndim != 2:
            raise BadInput(f"{path}: the array has shape {points.shape}; save n points with shape (n, d)")
        return points
    width = len(table.rows[0]) if table.rows else 0
    for line, row in zip(table.lines, table.rows, strict=True):
        if len(row) != width:
            raise BadInput(f"{path}, row {line}: {len(row)} numbers, but the first row has {width}; make them equal")
    if not width:
        raise BadInput(f"{path}: no numbers; write one point a row, its coordinates separated by commas")
    return np.array(table.rows)

"""The data on which a baseline judges a schedule: as typed, as kept in the file, and opened again.

Files are written relative to the baseline's folder, with a digest of their numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from numerics.targets import Target
from verify.language import tables
from verify.language.curves import is_curve, named_curve, read_curve
from verify.language.errors import BadInput, quoted
from verify.language.targets import parse_target


class Fields(BaseModel):
    """Exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Data(Fields):
    """One data distribution, or loss curve, on which the schedule is judged.

    Attributes:
        target: as typed on the command line; the path of a file is relative to the baseline's folder.
        loss_curve: whether the file is the loss curve of a model.
        dimension: of the data behind a loss curve whose file does not say it.
        smooth: whether the loss curve is taken to be smooth between its rows.
        sha256: of the numbers in the file; None for what is no file.
    """

    target: str
    loss_curve: bool = False
    dimension: Annotated[int, Field(ge=1)] | None = None
    smooth: bool = False
    sha256: str | None = None

    @model_validator(mode="after")
    def _agree(self) -> Data:
        for name, value in (("loss_curve", self.loss_curve), ("dimension", self.dimension), ("smooth", self.smooth)):
            if value and not self.is_file:
                raise ValueError(f"{name} = {value} goes with the file of a loss curve, not with {quoted(self.target)}")
        return self

    @property
    def is_file(self) -> bool:
        return self.sha256 is not None or tables.is_table(self.target)

    @property
    def is_curve(self) -> bool:
        return self.loss_curve or self.dimension is not None or self.smooth


def data_of(text: str, typed_in: Path, kept_in: Path) -> Data:
    """What a baseline keeps of a target that was typed.

    Args:
        text: a target, or ``loss_curve("curve.csv", d=64)``.
        typed_in: folder that a path in ``text`` is relative to.
        kept_in: folder of the baseline.

    Raises:
        BadInput: it names a file that is not there or holds something else than numbers.
    """
    text = text.strip()
    if (named := named_curve(text)) is not None:
        file, dimension = named
        return curve_data(file, dimension, typed_in=typed_in, kept_in=kept_in)
    if not tables.is_table(text):
        return Data(target=text)
    path = tables.existing_file(str(typed_in / Path(text).expanduser()))
    curve = path.suffix.lower() == ".csv" and is_curve(tables.read_table(path))
    return Data(target=_kept(path, kept_in), loss_curve=curve, sha256=digest(path))


def curve_data(
    file: str | os.PathLike[str],
    dimension: int | None = None,
    smooth: bool = False,
    *,
    typed_in: Path = Path(),
    kept_in: Path,
) -> Data:
    """What a baseline keeps of a loss curve, a file of any name; the arguments are those of :func:`data_of`.

    Raises:
        BadInput: there is no such file, or no numbers in it.
    """
    path = tables.existing_file(str(typed_in / Path(file).expanduser()))
    return Data(
        target=_kept(path, kept_in), loss_curve=True, dimension=dimension, smooth=smooth, sha256=digest(path, True)
    )


def typed_data(targets: str | Data | Sequence[str | Data], typed_in: Path, kept_in: Path) -> list[Data]:
    """What a baseline in ``kept_in`` keeps of targets that were typed, or are such data already; each once.

    Raises:
        BadInput: what :func:`data_of` refuses, or one file in two senses.
    """
    many = [targets] if isinstance(targets, str | Data) else targets
    found = [one if isinstance(one, Data) else data_of(one, typed_in, kept_in) for one in many]
    data = list(dict.fromkeys(found))
    names = [one.target for one in data]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{name} is given twice, with another dimension or smoothness; give it once")
    return data


def open_data(one: Data, folder: Path) -> Target:
    """The target that a baseline in ``folder`` names.

    Raises:
        BadInput: no target, or its file is gone.
    """
    digest_now(one, folder)
    if one.is_curve:
        return read_curve(folder / one.target, one.dimension, one.smooth)
    return parse_target(str(folder / one.target) if one.is_file else one.target)


def open_kept(data: Sequence[Data], path: Path) -> list[Target]:
    """What the baseline in the file ``path`` names. Raises BadInput, which names that file too."""
    try:
        return [open_data(one, path.parent) for one in data]
    except BadInput as error:
        raise BadInput(f"{path}: data: {error}") from None


def digest_now(one: Data, folder: Path) -> str | None:
    """The digest of the numbers in a file of data; None for what is no file.

    Raises:
        BadInput: the file is gone, or holds something else than numbers.
    """
    if not one.is_file:
        return None
    file = folder / one.target
    if not file.is_file():
        raise BadInput(
            f"{file}, which the baseline is measured on, is gone; put it back, or name other data (--target)"
        )
    return digest(file, one.is_curve)


def digest(path: Path, curve: bool = False) -> str:
    """SHA-256 of the numbers in a table; neither line ends nor comments change it.

    Args:
        curve: whether it is read as text with columns, whatever its ending.

    Raises:
        BadInput: no file of numbers.
    """
    if path.suffix.lower() == ".npy" and not curve:
        array = tables.read_npy(path)
        content: Any = [list(array.shape), np.ascontiguousarray(array).ravel().tolist()]
    elif path.suffix.lower() == ".json" and not curve:
        content = tables.read_json(path)
    else:
        table = tables.read_table(path)
        content = [list(table.header), table.rows]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _kept(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()

"""The file that keeps a noise schedule with its costs: JSON for people to read and for ``schedule check`` to hold to.

Files of data that it names are written relative to its own folder, with a digest of their numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from numerics.enclosures import Enclosure, Kind
from theory.grids import Grid, from_sigmas
from verify.atomic import write_text
from verify.language import tables
from verify.language.errors import BadInput, quoted

FORMAT = "scoreproof schedule baseline"
VERSION = 1
SAMPLERS = ("score", "denoiser", "ode", "heun")
_CURVE = re.compile(r"""loss_curve\s*\(\s*(?P<file>"[^"]*"|'[^']*')\s*(?:,\s*(?:d\s*=\s*)?(?P<d>\d{1,9})\s*)?\)""")
Finite = Annotated[float, Field(allow_inf_nan=False)]


class NoBaseline(BadInput):
    """There is no baseline file yet."""


class Fields(BaseModel):
    """Exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Number(Fields):
    """A number with its error and what the error rests on, as everywhere in scoreproof's JSON."""

    value: Finite
    radius: Annotated[Finite, Field(ge=0)]
    kind: Literal["certified", "exact", "sampled"]

    @classmethod
    def of(cls, number: Enclosure) -> Number:
        return cls.model_validate(number.as_json())

    def enclosure(self) -> Enclosure:
        return Enclosure.of(self.value, self.radius, Kind(self.kind))


class Data(Fields):
    """One data distribution, or loss curve, on which the schedule is judged.

    Attributes:
        target: as typed on the command line; the path of a file is relative to the baseline's folder.
        dimension: of the data behind a loss curve whose file does not say it.
        sha256: of the numbers in the file; None for what is no file.
    """

    target: str
    dimension: Annotated[int, Field(ge=1)] | None = None
    sha256: str | None = None

    @property
    def is_file(self) -> bool:
        return tables.is_table(self.target)


class Cost(Fields):
    """What the schedule costs on one data distribution with one sampler, in nats.

    Attributes:
        criterion: which divergence ``cost`` is.
        cost: None where it cannot be had.
        reason: what the number means, or why there is none.
    """

    target: str
    sampler: Annotated[str, Field(pattern=f"^({'|'.join(SAMPLERS)})$")]
    criterion: str
    cost: Number | None
    reason: str


class Baseline(Fields):
    """A noise schedule, the data and samplers that it is judged by, and what it cost when it was written.

    Attributes:
        about: a sentence for whoever opens the file.
        scoreproof: version that wrote it.
        grid: what was checked, as typed.
        steps_asked: the number of steps that a function was asked for, or None.
        steps: number of sampler steps N.
        sigmas: N + 1 noise levels, strictly decreasing.
        tolerance: nats below which a difference counts as none.
    """

    format: str
    version: int
    about: str
    scoreproof: str
    grid: str
    steps_asked: int | None
    steps: int
    sigmas: list[Finite]
    tolerance: Annotated[Finite, Field(ge=0)]
    data: Annotated[list[Data], Field(min_length=1)]
    costs: Annotated[list[Cost], Field(min_length=1)]

    @model_validator(mode="after")
    def _agree(self) -> Baseline:
        from_sigmas(self.sigmas)
        if self.steps != len(self.sigmas) - 1:
            raise ValueError(f"steps = {self.steps}, but {len(self.sigmas)} sigmas make {len(self.sigmas) - 1} steps")
        for name in (names := [one.target for one in self.data]):
            if names.count(name) > 1:
                raise ValueError(f"data has {quoted(name)} twice; remove one")
        unknown = {cost.target for cost in self.costs} - {one.target for one in self.data}
        if unknown:
            raise ValueError(f"costs speak of {quoted(min(unknown))}, which is not in data")
        pairs = [(cost.target, cost.sampler) for cost in self.costs]
        for pair in pairs:
            if pairs.count(pair) > 1:
                raise ValueError(f"costs has {quoted(pair[0])} with the {pair[1]} sampler twice; remove one")
        return self

    @property
    def samplers(self) -> list[str]:
        """In the order of the file, each once."""
        return list(dict.fromkeys(cost.sampler for cost in self.costs))

    def schedule(self) -> Grid:
        return from_sigmas(self.sigmas, name=self.grid)

    def cost(self, target: str, sampler: str) -> Cost | None:
        return next((cost for cost in self.costs if (cost.target, cost.sampler) == (target, sampler)), None)


def read_baseline(path: Path, update: str = "--update") -> Baseline:
    """The baseline in a file.

    Args:
        update: what writes a baseline, for messages.

    Raises:
        NoBaseline: there is no such file.
        BadInput: it is no baseline of this version, or a field is wrong; the message names the field.
    """
    if not path.exists():
        raise NoBaseline(f"no baseline {path}; write it with {update}")
    content = tables.read_json(path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadInput(f'{path} is no baseline: "format" is not {FORMAT!r}; name another file, or remove this one')
    if content.get("version") != VERSION or isinstance(content.get("version"), bool):
        raise BadInput(
            f'{path}: "version" is {quoted(content.get("version"))}; this scoreproof reads {VERSION}: '
            f"use the one that wrote it ({quoted(content.get('scoreproof'))}), or remove the file and write it with "
            f"{update}"
        )
    try:
        return Baseline.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = _place(first["loc"])
        value = "" if first["type"] in ("missing", "value_error") else f" ({quoted(first['input'], 30)})"
        said = first["msg"].removeprefix("Value error, ")
        raise BadInput(
            f"{path}: {field}{said}{value}; correct it, or remove the file and write it with {update}"
        ) from None


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Replace the file at once, with one sigma a line.

    Raises:
        BadInput: the file cannot be written.
    """
    try:
        write_text(path, json.dumps(baseline.model_dump(mode="json"), indent=2, allow_nan=False) + "\n")
    except (OSError, ValueError) as why:
        raise BadInput(f"{path} cannot be written: {why}") from None


def data_of(text: str, typed_in: Path, kept_in: Path) -> Data:
    """What a baseline keeps of a target that was typed.

    Args:
        text: a target, or ``loss_curve("curve.csv", d=64)``.
        typed_in: folder that a path in ``text`` is relative to.
        kept_in: folder of the baseline.

    Raises:
        BadInput: it names a file that is not there or holds something else than numbers.
    """
    text, dimension = text.strip(), None
    curve = _CURVE.fullmatch(text)
    if curve is not None:
        text, dimension = curve["file"][1:-1].strip(), None if curve["d"] is None else int(curve["d"])
    if not tables.is_table(text):
        return Data(target=text, dimension=None, sha256=None)
    path = tables.existing_file(str(typed_in / Path(text).expanduser()))
    kept = Path(os.path.relpath(path.resolve(), kept_in.resolve())).as_posix()
    return Data(target=kept, dimension=dimension, sha256=digest(path))


def curve_text(file: Path | str, dimension: int | None) -> str:
    """``loss_curve("curve.csv", d=64)``, a loss curve as a target is typed."""
    mark = "'" if '"' in str(file) else '"'
    return f"loss_curve({mark}{file}{mark}{'' if dimension is None else f', d={dimension}'})"


def digest(path: Path) -> str:
    """SHA-256 of the numbers in a table; neither line ends nor comments change it.

    Raises:
        BadInput: no file of numbers.
    """
    if path.suffix.lower() == ".npy":
        array = tables.read_npy(path)
        content: Any = [list(array.shape), np.ascontiguousarray(array).ravel().tolist()]
    elif path.suffix.lower() == ".json":
        content = tables.read_json(path)
    else:
        table = tables.read_table(path)
        content = [list(table.header), table.rows]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _place(location: tuple[int | str, ...]) -> str:
    """``costs[0].cost.radius: ``"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    return f"{text}: " if text else ""

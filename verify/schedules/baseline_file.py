"""The file that keeps a noise schedule with its costs: JSON, to be read by people and by ``schedule check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from numerics.enclosures import Enclosure, Kind
from theory.grids import Grid, from_sigmas
from verify.atomic import write_text
from verify.language import tables
from verify.language.errors import BadInput, quoted
from verify.language.samplers import SAMPLERS
from verify.schedules.baseline_data import Data, Fields

FORMAT = "scoreproof schedule baseline"
VERSION = 1
Finite = Annotated[float, Field(allow_inf_nan=False)]


class NoBaseline(BadInput):
    """There is no baseline file yet."""


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
        steps_asked: the number of steps that were asked for, or None; a function is asked for them again.
        steps: number of sampler steps N.
        sigmas: N + 1 noise levels, strictly decreasing.
        appended_zero: whether a 0 followed them; None where that is not known, as in files from before it was kept.
        tolerance: nats below which a difference counts as none.
    """

    format: str
    version: int
    about: str
    scoreproof: str
    grid: str
    steps_asked: Annotated[int, Field(ge=1)] | None
    steps: int
    sigmas: list[Finite]
    appended_zero: bool | None = None
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
    content = tables.read_json(path, fix=f"correct it, or remove the file and write it with {update}")
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
        reason = why.strerror if isinstance(why, OSError) else why
        raise BadInput(f"{path} cannot be written: {reason}; name a file in a folder that exists") from None


def _place(location: tuple[int | str, ...]) -> str:
    """``costs[0].cost.radius: ``"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    return f"{text}: " if text else ""

"""The stored run on which the edition of the paper rests: what its pages need of each verdict, and the settings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from verify.atomic import write_text

# the values of verify.verdicts.Status, whose module loads torch
Word = Literal["certified", "supported", "refuted", "inconclusive"]


class Stored(BaseModel):
    """What is kept of a file that ``scoreproof verify --json`` wrote; all else is dropped."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Side(Stored):
    """One side of a relation in one case: value, error, and how it was computed."""

    value: float
    radius: float
    kind: str


class StoredOutcome(Stored):
    """A claim in one case; ``text`` says which."""

    text: str
    lhs: Side
    rhs: Side
    ratio: float | None
    certified: bool


class StoredTightness(Stored):
    max: float | None
    median: float | None


class StoredRates(Stored):
    sentence: str


class StoredVerdict(Stored):
    """One claim's verdict; the fields are those of :class:`verify.verdicts.Verdict`."""

    id: str
    status: Word
    expected: str
    as_expected: bool
    how: str
    examples: int
    tightness: StoredTightness
    counterexample: StoredOutcome | None
    largest_violation: StoredOutcome | None
    tightest: StoredOutcome | None
    rates: StoredRates | None
    seed: int


class StoredRun(Stored):
    """Verdicts of the paper suite, and the number of cases a claim that its command was given.

    Raises:
        ValueError: there are no verdicts, or their seeds differ.
    """

    examples: int = Field(ge=10)
    verdicts: list[StoredVerdict] = Field(min_length=1)

    @property
    def by_id(self) -> dict[str, StoredVerdict]:
        return {verdict.id: verdict for verdict in self.verdicts}

    @property
    def seed(self) -> int:
        return self.verdicts[0].seed


_LIST = TypeAdapter(list[StoredVerdict])


def collect(files: Iterable[Path], examples: int) -> StoredRun:
    """A run from files of ``scoreproof verify --json``, all made with ``--examples`` and one seed.

    Args:
        files: where two have a verdict of the same claim, the later one counts.
        examples: as given to the command.

    Raises:
        ValueError: a file holds something else, or the seeds differ.
        OSError: a file cannot be read.
    """
    found: dict[str, StoredVerdict] = {}
    for file in files:
        try:
            found |= {verdict.id: verdict for verdict in _LIST.validate_json(file.read_bytes())}
        except ValidationError as why:
            raise ValueError(f"{file} is not what `scoreproof verify --json` writes: {_first(why)}") from None
    seeds = sorted({verdict.seed for verdict in found.values()})
    if len(seeds) > 1:
        raise ValueError(f"the verdicts have the seeds {', '.join(map(str, seeds))}: run all claims with one --seed")
    return StoredRun(examples=examples, verdicts=[found[id] for id in sorted(found)])


def read_run(path: Path) -> StoredRun:
    """The run that :func:`write_run` wrote.

    Raises:
        ValueError: the file holds something else.
        OSError: it cannot be read.
    """
    try:
        return StoredRun.model_validate_json(path.read_bytes())
    except ValidationError as why:
        raise ValueError(f"{path} is no stored run of the paper: {_first(why)}; make it again") from None


def write_run(run: StoredRun, path: Path) -> None:
    """Write a run to be committed: one line a verdict, so that changes can be read."""
    lines = [json.dumps(verdict.model_dump(mode="json"), allow_nan=False) for verdict in run.verdicts]
    body = ",\n".join(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, f'{{"examples": {run.examples}, "verdicts": [\n{body}\n]}}\n')


def _first(why: ValidationError) -> str:
    first = why.errors()[0]
    place = ".".join(map(str, first["loc"])) or "the file"
    return f"{place}: {first['msg']}"

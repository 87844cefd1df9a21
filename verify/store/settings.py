"""What makes two runs the same run: the statements, their cases, the seed, and the software that draws them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from sympy import srepr

from theory.claims import Claim
from verify import shards
from verify.store.rows import settings_record
from verify.store.versions import PACKAGES, installed_versions


@dataclass(frozen=True)
class RunSettings:
    """The settings of a run; runs of equal settings give equal verdicts.

    Attributes:
        examples, seed: of the run.
        shard_cases: the largest number of cases in a shard.
        claims: for each claim's id, a digest of its relation, its cases and the user's file that it comes from.
        shards: how many shards all claims have together.
        versions: of the packages that a verdict depends on.
        device: on which networks are trained, ``cpu`` or ``cuda``: the same steps round differently there.
        files: for the id of each claim of a user's file, its path and a digest of its text. They are kept for the
            report; what makes runs the same is in ``claims``, so that a file may be moved.
    """

    examples: int
    seed: int
    shard_cases: int
    claims: dict[str, str]
    shards: int
    versions: dict[str, str]
    device: str = "cpu"
    files: dict[str, tuple[str, str]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(
        cls, jobs: Sequence[tuple[Claim, Path | None]], examples: int, seed: int, device: str = "cpu"
    ) -> RunSettings:
        """The settings of a run of these claims, each with the user's file that it comes from or None."""
        return cls(
            examples=examples,
            seed=seed,
            shard_cases=shards.SHARD_CASES,
            claims={claim.id: claim_digest(claim, file) for claim, file in jobs},
            shards=sum(len(shards.shard_sizes(claim, examples)) for claim, _ in jobs),
            versions=dict(installed_versions()),
            device=device,
            files={
                claim.id: (str(Path(file).resolve()), file_digest(file)) for claim, file in jobs if file is not None
            },
        )

    @classmethod
    def from_json(cls, text: str) -> RunSettings:
        """Of any version: what is missing has its default, what is unknown is left out.

        Raises:
            ValueError: the text is not of :meth:`to_json`.
        """
        known = {one.name for one in fields(cls)}
        record = {name: value for name, value in settings_record(text).items() if name in known}
        return cls(**record | {"files": {id: tuple(file) for id, file in record.get("files", {}).items()}})

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def fingerprint(self) -> str:
        """Equal for runs that give equal verdicts; where a user's file lies has no part in it."""
        decisive = {name: value for name, value in asdict(self).items() if name != "files"}
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()

    def differences(self, other: RunSettings) -> list[str]:
        """In words, how ``self`` (an earlier run) differs from ``other`` (the one that is asked for)."""
        found = [
            f"{name} {mine}, not {theirs}"
            for name, mine, theirs in (
                ("--examples", self.examples, other.examples),
                ("--seed", self.seed, other.seed),
                ("--device", self.device, other.device),
                ("cases a shard", self.shard_cases, other.shard_cases),
                *((name, self.versions.get(name), other.versions.get(name)) for name in PACKAGES),
            )
            if mine != theirs
        ]
        more, fewer = self.claims.keys() - other.claims.keys(), other.claims.keys() - self.claims.keys()
        changed = {id for id in self.claims.keys() & other.claims.keys() if self.claims[id] != other.claims[id]}
        for words, ids in (("also runs", more), ("lacks", fewer), ("has another statement of", changed)):
            if ids:
                found.append(f"{words} {_few(sorted(ids))}")
        return found


def claim_digest(claim: Claim, file: Path | None) -> str:
    """What changes with the statement, its cases, its design, or the user's file that it comes from.

    Raises:
        OSError: the file cannot be read.
    """
    parts = [srepr(claim.relation), repr(claim.cases), repr(claim.design)]
    if file is not None:  # it may also define quantities and how they are measured
        parts.append(Path(file).read_text(encoding="utf-8"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def file_digest(file: Path) -> str:
    """Of a file's bytes.

    Raises:
        OSError: the file cannot be read.
    """
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _few(ids: list[str]) -> str:
    return ", ".join(ids) if len(ids) <= 4 else f"{', '.join(ids[:3])} and {len(ids) - 3} more claims"

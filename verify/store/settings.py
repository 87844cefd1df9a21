"""What makes two runs the same run: the statements, their cases, the seed, and the software that draws them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sympy import srepr

from theory.claims import Claim
from verify import shards
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
    """

    examples: int
    seed: int
    shard_cases: int
    claims: dict[str, str]
    shards: int
    versions: dict[str, str]
    device: str = "cpu"

    @classmethod
    def of(
        cls, jobs: Sequence[tuple[Claim, Path | None]], examples: int, seed: int, device: str = "cpu"
    ) -> RunSettings:
        """The settings of a run of these claims, each with the user's file that it comes from or None."""
        return cls(
            examples=examples,
            seed=seed,
            shard_cases=shards.SHARD_CASES,
            claims={claim.id: _digest(claim, file) for claim, file in jobs},
            shards=sum(len(shards.shard_sizes(claim, examples)) for claim, _ in jobs),
            versions=dict(installed_versions()),
            device=device,
        )

    @classmethod
    def from_json(cls, text: str) -> RunSettings:
        return cls(**json.loads(text))

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.to_json().encode()).hexdigest()

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


def _digest(claim: Claim, file: Path | None) -> str:
    parts = [srepr(claim.relation), repr(claim.cases), repr(claim.design)]
    if file is not None:  # it may also define quantities and how they are measured
        parts.append(Path(file).read_text(encoding="utf-8"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _few(ids: list[str]) -> str:
    return ", ".join(ids) if len(ids) <= 4 else f"{', '.join(ids[:3])} and {len(ids) - 3} more claims"

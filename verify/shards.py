"""Shards: the parts that a claim's search is cut into, and what each of them found.

A shard has at most ``SHARD_CASES`` cases and a seed of its own that follows from the run's seed, the claim's id and the
shard's number; the shards of a claim with a design are cells of it (``verify.rates.runs``). Nothing about a shard
depends on how many workers there are, on which of them runs it, or when.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from theory.claims import Claim
from verify.calculator import COSTLY
from verify.evaluate import Outcome
from verify.rates.runs import seeds_a_cell, shards_of
from verify.records import outcome_of, outcome_record

SHARD_CASES = 100
COSTLY_SHARE = 4  # claims with costly quantities are tried on a quarter as many cases
FEWEST_CASES = 10


def shard_sizes(claim: Claim, examples: int) -> list[int]:
    """How many cases each shard of a claim draws: equal but for one, none above ``SHARD_CASES``.

    Of a claim with a design, how many networks each shard trains.
    """
    if claim.design is not None:
        return [len(cells) * seeds_a_cell(claim.design, examples) for cells in shards_of(claim.design)]
    total = max(FEWEST_CASES, examples // COSTLY_SHARE) if claim.names & COSTLY else examples
    count = -(-total // SHARD_CASES)
    return [total // count + (i < total % count) for i in range(count)]


def shard_seed(seed: int, claim_id: str, shard: int) -> int:
    """The seed of one shard, which does not depend on which other claims or shards run."""
    digest = hashlib.sha256(f"{seed}:{claim_id}:{shard}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


@dataclass(frozen=True)
class Findings:
    """All that one shard saw; :func:`verify.conclude.conclude` makes a verdict of a claim's findings.

    Attributes:
        shard: its number, from 0.
        outcomes: of every case that could be measured, in the order in which they were drawn.
        unavailable: reasons for which cases could not be measured, with their number.
        minimal: a violation to show: of a case for a pocket calculator, or shrunk by hypothesis; None without one.
        simple: whether ``minimal`` is a case for a pocket calculator.
        experiments: error probability of each random experiment looked at.
        seconds: time that the search took.
    """

    shard: int
    outcomes: tuple[Outcome, ...]
    unavailable: dict[str, int]
    minimal: Outcome | None
    simple: bool
    experiments: dict[str, float]
    seconds: float

    def to_json(self) -> str:
        """One line of JSON from which :meth:`from_json` makes equal findings."""
        record = {
            "shard": self.shard,
            "outcomes": [outcome_record(o) for o in self.outcomes],
            "unavailable": self.unavailable,
            "minimal": None if self.minimal is None else outcome_record(self.minimal),
            "simple": self.simple,
            "experiments": self.experiments,
            "seconds": self.seconds,
        }
        return json.dumps(record, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Findings:
        record: dict[str, Any] = json.loads(text)
        minimal = record["minimal"]
        return cls(
            shard=record["shard"],
            outcomes=tuple(outcome_of(o) for o in record["outcomes"]),
            unavailable=record["unavailable"],
            minimal=None if minimal is None else outcome_of(minimal),
            simple=record["simple"],
            experiments=record["experiments"],
            seconds=record["seconds"],
        )


def in_order(claim: Claim, findings: Sequence[Findings]) -> list[Findings]:
    """The findings of all shards of a claim, by their number.

    Raises:
        ValueError: a shard is missing or there twice.
    """
    parts = sorted(findings, key=lambda f: f.shard)
    if not parts or [f.shard for f in parts] != list(range(len(parts))):
        raise ValueError(f"claim {claim.id}: the findings are of shards {[f.shard for f in parts]}, not 0, 1, ...")
    return parts

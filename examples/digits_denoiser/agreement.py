"""Predicted and measured order of grids, pair by pair.

A prediction and a measurement are both intervals of a difference between two grids. They *contradict* each other where
both signs are certain and opposite, *agree* where both are certain and equal, and leave the pair *open* otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numerics.enclosures import Enclosure
from numerics.regimes.paths import sign
from numerics.targets import Target
from theory.grids import Grid
from verify.schedules.ranking import rank

from .two_sample import Pair


@dataclass(frozen=True)
class Judged:
    """What was predicted of a pair of grids, nats of path KL, and what was measured."""

    predicted: Enclosure
    measured: Pair

    @property
    def said(self) -> str:
        """``agree``, ``open`` or ``contradict``."""
        product = int(sign(self.predicted)) * self.measured.order
        return {1: "agree", 0: "open", -1: "contradict"}[product]


def judge(grids: Mapping[str, Grid], source: Target, pairs: Sequence[Pair], sampler: str = "denoiser") -> list[Judged]:
    """The prediction of ``rank`` for each measured pair; ``first`` minus ``second`` in both."""
    found = []
    for pair in pairs:
        ranking = rank([grids[pair.second], grids[pair.first]], source, sampler, terminal=False)
        (row,) = (row for row in ranking.rows if row.verdict != "reference")
        found.append(Judged(row.difference, pair))
    return found


def counts(judged: Sequence[Judged]) -> dict[str, int]:
    """How many pairs agree, are open, contradict."""
    return {said: sum(one.said == said for one in judged) for said in ("agree", "open", "contradict")}

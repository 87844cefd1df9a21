"""The table of variants: which died, which are true as well and why, which make no sense, which nobody can explain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from theory.claims import Claim
from verify.evaluate import Outcome
from verify.mutants.hunt import Hunted, hunt, hunt_variants
from verify.mutants.reasons import of_part, part_of, proved_true


class Fate(StrEnum):
    """What became of a variant."""

    KILLED = "killed"
    WEAKER = "true: weaker"
    SAME = "true: the same"
    PROVED = "true: proved"
    PART = "false of a part"
    SENSELESS = "no statement"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Row:
    """One variant's fate, and the reason in words.

    ``case`` is the killing case; ``certified`` says whether ball arithmetic decided it.
    """

    claim: str
    change: str
    relation: str
    fate: Fate
    reason: str
    case: str = ""
    certified: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "claim": self.claim,
            "change": self.change,
            "variant": self.relation,
            "fate": str(self.fate),
            "reason": self.reason,
            "case": self.case or None,
            "certified": self.certified,
        }


@dataclass(frozen=True)
class Summary:
    """Counts over the variants of one claim, or of all."""

    claim: str
    rows: tuple[Row, ...]

    def count(self, *fates: Fate) -> int:
        return sum(row.fate in fates for row in self.rows)

    @property
    def true(self) -> int:
        return self.count(Fate.WEAKER, Fate.SAME, Fate.PROVED)

    @property
    def kill_rate(self) -> float:
        """Killed variants over those that are neither known to be true, nor senseless, nor decided by a part."""
        false = self.count(Fate.KILLED, Fate.UNEXPLAINED)
        return self.count(Fate.KILLED) / false if false else 1.0

    @property
    def rate(self) -> str:
        """The kill rate in words; a dash where every variant is true or senseless."""
        return f"{100 * self.kill_rate:.4g} %" if self.count(Fate.KILLED, Fate.UNEXPLAINED) else "-"

    def as_json(self) -> dict[str, Any]:
        counts = {str(fate): self.count(fate) for fate in Fate}
        return {"claim": self.claim, "variants": len(self.rows), **counts, "kill_rate": self.kill_rate}


def mutant_table(claim: Claim, examples: int, seed: int) -> Summary:
    """The fates of a claim's variants."""
    found = hunt(claim, examples, seed)
    rows = [row_of(one) for one in found if one.killed or not _too_tight(one)]
    part = part_of(claim)
    if part is not None:
        rows = _decided_by_part(rows, [one for one in found if one.killed is None], part, examples, seed)
    return Summary(claim.id, tuple(rows))


def _decided_by_part(rows: list[Row], alive: list[Hunted], part: Claim, examples: int, seed: int) -> list[Row]:
    """What the same change does to the claim that this one is the sum of, with others that have room to spare."""
    unclear = {row.relation for row in rows if row.fate is Fate.UNEXPLAINED}
    parts = [of_part(one.mutant, part) for one in alive if str(one.mutant.claim.relation) in unclear]
    same = [mutant for mutant in parts if mutant is not None]
    dead = {one.mutant.change: one.killed for one in hunt_variants(part, same, examples, seed) if one.killed}
    return [_of_part(row, part, dead[row.relation]) if row.relation in dead else row for row in rows]


def _of_part(row: Row, part: Claim, killed: Outcome) -> Row:
    reason = f"this change makes {part.id} false, and no case shows it in the sum, whose other parts have room"
    return replace(row, fate=Fate.PART, reason=reason, case=str(killed.case), certified=killed.certified)


def _too_tight(one: Hunted) -> bool:
    """A side by 19/20, of a bound that no case meets within as much: no statement about the claim is made."""
    return one.mutant.tighter and not one.mutant.parent.is_equality and one.compared > 0 and one.claims_own < 19 / 20


def together(summaries: Iterable[Summary]) -> Summary:
    return Summary("all", tuple(row for one in summaries for row in one.rows))


def unexplained(summaries: Iterable[Summary]) -> Iterator[Row]:
    return (row for one in summaries for row in one.rows if row.fate is Fate.UNEXPLAINED)


def row_of(one: Hunted) -> Row:
    """A variant with its fate."""
    mutant = one.mutant
    common = (mutant.parent.id, mutant.change, str(mutant.claim.relation))
    if one.killed is not None:
        how = "ball arithmetic" if one.killed.certified else "float64" if not one.killed.lhs.sources else "a real run"
        return Row(*common, Fate.KILLED, f"violated, by {how}", str(one.killed.case), one.killed.certified)
    return Row(*common, *_explained(one))


def _explained(one: Hunted) -> tuple[Fate, str]:
    if one.cases == 0:
        return (
            Fate.SENSELESS,
            "has no value in any case: an index beyond the grid, or the logarithm of a negative number",
        )
    reason = proved_true(one.mutant)
    if reason:
        return Fate.PROVED, reason
    if one.compared == 0:
        return Fate.UNEXPLAINED, f"no violation in {one.cases} cases, too blurred to be compared with the claim"
    if one.apart == 0 and one.senseless:
        return (
            Fate.SENSELESS,
            f"the claim itself in {one.compared} cases, no value in {one.senseless}, where its index leaves the grid",
        )
    if one.apart == 0:
        return Fate.SAME, f"its sides are those of the claim in all of {one.compared} cases"
    if one.surplus >= 0 and not one.mutant.parent.is_equality:
        elsewhere = f"; it has no value in {one.senseless} others" if one.senseless else ""
        return Fate.WEAKER, f"in each of {one.compared} cases it allows as much as the claim, or more{elsewhere}"
    return Fate.UNEXPLAINED, f"no violation in {one.cases} cases; differs by up to {one.apart:.2g} of the larger side"

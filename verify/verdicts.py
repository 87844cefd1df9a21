"""Verdicts: what may be said of a claim after a search.

* certified: the claim has a complete derivation (``theory.derivations``) and no case violates it: this is for all
  cases, given the claims that the derivation starts from (``rests_on``), which are tested and not proved here. Or, with
  no derivation, rigorous enclosures separate the two sides on every case tried: this is for those cases alone.
* supported: held on every case tried; some cases were decided in float64 with a stated tolerance, or the sides
  touch (without a derivation, an equality can only ever be supported: enclosures overlap, at a width that is reported).
* refuted: a case in which the enclosures are disjoint the wrong way.
* inconclusive: says what is missing.

A claim with a design has its own reading of these words, in ``verify.rates.rate``.

Without a derivation a verdict speaks of the cases tried, not of all cases; ``how`` says how many and how they were
decided, and what a derivation covers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from theory.claims import Claim, Expected
from theory.display import Contents, Displayed
from verify.evaluate import Outcome
from verify.power import Detectable
from verify.records import number_record, outcome_of, outcome_record

SHOWN = ("counterexample", "largest_violation", "tightest")


class Status(StrEnum):
    """What a search found, by the rules of ``docs/verdicts.md``.

    Certified: proved, for all cases by a derivation or for the cases tried by ball arithmetic. Supported: no violation.
    Refuted: a case that violates the claim. Inconclusive: neither could be decided.
    """

    CERTIFIED = "certified"
    SUPPORTED = "supported"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Tightness:
    """How close the two sides came: largest and median lhs/rhs.

    For an equality, largest and median relative difference, over the cases whose errors are small enough to show one.
    """

    max: float | None
    median: float | None


@dataclass(frozen=True)
class Verdict(Displayed):
    """The outcome of a search for one claim; fields as in the JSON of the command line.

    ``print(verdict)`` shows it as text; a notebook shows status, sentence, formula and both sides of the cases kept.

    Attributes:
        claim: what was tested.
        status: certified, supported, refuted or inconclusive.
        how: it was reached, in words.
        examples: number of cases that were measured.
        tightness: how close the two sides came.
        seed: of the run; the same seed gives the same verdict.
        seconds: that the search took.
        counterexample: a small case that violates the claim, None where it was not refuted.
        largest_violation: the worst case seen of a claim that was refuted.
        tightest: the case nearest to a violation of a claim that was not.
        error_rates: ``false_alarm``, the probability that sampling misled; None where nothing was sampled.
        detectable: the smallest violation that a claim not refuted would have shown.
        ratios: lhs/rhs (of an equality: the relative difference) of every case that counts for ``tightness``.
        proved: every case tried, each decided by ball arithmetic, where the verdict is certified; else empty.
        rates: of a claim with a design (``verify.rates``), as JSON: for each size under ``variables`` the ``slope`` of
            its implied constant with its interval, the ``curvature``, the ``last`` slope and what they say; the
            ``confidence`` of the slopes together, the ``sentence``, the smallest and largest ``constant``.
        rests_on: ids of the claims that the claim's derivation starts from; empty without one.
    """

    claim: Claim
    status: Status
    how: str
    examples: int
    tightness: Tightness
    seed: int
    seconds: float
    counterexample: Outcome | None = None
    largest_violation: Outcome | None = None
    tightest: Outcome | None = None
    error_rates: dict[str, float] | None = None
    detectable: Detectable | None = None
    ratios: tuple[float, ...] = field(default=(), repr=False)
    proved: tuple[Outcome, ...] = field(default=(), repr=False)
    rates: dict[str, Any] | None = field(default=None, repr=False)
    rests_on: tuple[str, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether the status is the one that the claim expects; a certified verdict also meets ``supported``."""
        if self.claim.expected is Expected.REFUTED:
            return self.status is Status.REFUTED
        return self.status in (Status.CERTIFIED, Status.SUPPORTED)

    @property
    def latex(self) -> str:
        """The claim's relation as LaTeX."""
        return self.claim.latex

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def _contents(self) -> Contents:
        """Status and sentence, the relation, and both sides of the cases that are kept."""
        from verify.display.verdicts import verdict_contents

        return verdict_contents(self)

    def as_json(self) -> dict[str, Any]:
        """As ``scoreproof verify --json`` writes it."""
        return {
            "id": self.claim.id,
            "status": str(self.status),
            "expected": str(self.claim.expected),
            "as_expected": self.as_expected,
            "how": self.how,
            "rests_on": list(self.rests_on),
            "examples": self.examples,
            "tightness": {"max": self.tightness.max, "median": self.tightness.median},
            "counterexample": self.counterexample.as_json() if self.counterexample else None,
            "largest_violation": self.largest_violation.as_json() if self.largest_violation else None,
            "tightest": self.tightest.as_json() if self.tightest else None,
            "error_rates": self.error_rates,
            "detectable": self.detectable.as_json() if self.detectable else None,
            "rates": self.rates,
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
        }

    def record(self) -> dict[str, Any]:
        """Everything but the claim, as JSON from which :meth:`from_record` makes an equal verdict."""
        shown: dict[str, Outcome | None] = {name: getattr(self, name) for name in SHOWN}
        return {
            "status": str(self.status),
            "how": self.how,
            "examples": self.examples,
            "tightness": [self.tightness.max, self.tightness.median],
            "seed": self.seed,
            "seconds": self.seconds,
            **{name: None if o is None else outcome_record(o) for name, o in shown.items()},
            "error_rates": self.error_rates,
            "detectable": None if self.detectable is None else self.detectable.record(),
            "ratios": [number_record(r) for r in self.ratios],
            "proved": [outcome_record(o) for o in self.proved],
            "rates": self.rates,
            "rests_on": list(self.rests_on),
        }

    @classmethod
    def from_record(cls, claim: Claim, record: dict[str, Any]) -> Verdict:
        """The verdict on ``claim`` of which :meth:`record` gave ``record``."""
        return cls(
            claim=claim,
            status=Status(record["status"]),
            how=record["how"],
            examples=record["examples"],
            tightness=Tightness(*record["tightness"]),
            seed=record["seed"],
            seconds=record["seconds"],
            **{name: None if record[name] is None else outcome_of(record[name]) for name in SHOWN},
            error_rates=record["error_rates"],
            detectable=None if record["detectable"] is None else Detectable.from_record(record["detectable"]),
            ratios=tuple(float(r) for r in record["ratios"]),
            proved=tuple(outcome_of(o) for o in record["proved"]),
            rates=record["rates"],
            rests_on=tuple(record.get("rests_on", ())),
        )


class Verdicts(Displayed, tuple[Verdict, ...]):
    """Verdicts of several claims, shown as a table."""

    @property
    def as_expected(self) -> bool:
        """Whether every verdict is the one that its claim expects."""
        return all(verdict.as_expected for verdict in self)

    def _contents(self) -> Contents:
        """One row a claim."""
        from verify.display.verdicts import verdicts_contents

        return verdicts_contents(self)


def finite(x: float) -> float | None:
    """The number for JSON, which has no infinity and no nan: None for these."""
    return float(x) if np.isfinite(x) else None

"""What a supported verdict would have seen: the smallest violation that would have refuted the claim.

In a case with sides lhs and rhs let E be how far lhs must lie above rhs (for an equality: away from it) to refute:

* both sides proved: their radii together;
* a float64 side: ``TRUSTED_MARGIN`` times the radii, as the evaluation asks;
* a sampled side: the radii, which hold at the experiment's alpha, plus what the estimate may fall short of the truth in
  1 of 100 repetitions. That is at most sqrt(ln 100 / ln(2/alpha)) of the radius where half-widths grow with the
  confidence like sqrt(ln(1/p)) or faster, as those of sums of independent draws do. Counted by
  ``benchmarks.calibration`` at alpha = 10^-6, real runs state 6 to 13 % more than 99 of 100 repetitions need, and
  sampled curves, whose intervals are wider than their scatter, 20 % to three times as much.

Had the right side been so much smaller that lhs = (1 + r) rhs with r = E/(|lhs| - E), this case would have refuted the
claim: for certain where nothing is random, else with probability at least 0.99. The left side and its error are those
of the case itself, so nothing is extrapolated. Where |lhs| <= E the case shows no violation of any relative size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from numerics.enclosures import Enclosure, Kind
from verify.evaluate import TRUSTED_MARGIN, Outcome
from verify.records import number_record

PROBABILITY = 0.99


@dataclass(frozen=True)
class Detectable:
    """The violations that a search would have seen.

    Attributes:
        best, median: smallest relative excess r of the left side over the right that the most favourable case would
            have shown, and the median one of those that show any; infinite if none does.
        constant: the tightest case refutes any right side below ``constant`` times the present one; None where no
            right side is positive.
        probability: with which, 1 where nothing is random. ``constant`` is what the outcomes at hand show.
        cases: number of cases.
        blind: how many of them show no violation of any relative size.
    """

    best: float
    median: float
    constant: float | None
    probability: float
    cases: int
    blind: int

    def as_json(self) -> dict[str, Any]:
        return {
            "best": self.best if np.isfinite(self.best) else None,
            "median": self.median if np.isfinite(self.median) else None,
            "constant": self.constant,
            "probability": self.probability,
            "cases": self.cases,
            "blind": self.blind,
        }

    def record(self) -> dict[str, Any]:
        """As JSON from which :meth:`from_record` makes an equal object."""
        return self.as_json() | {"best": number_record(self.best), "median": number_record(self.median)}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Detectable:
        return cls(**(record | {"best": float(record["best"]), "median": float(record["median"])}))

    def __str__(self) -> str:
        """One sentence."""
        if not np.isfinite(self.best):
            return "no case would have shown a violation of any relative size"
        sure = "" if self.probability == 1 else f", with probability {self.probability:g},"
        which = (
            "median case" if not self.blind else f"median of {self.cases - self.blind} cases, {self.blind} show none"
        )
        text = (
            f"would have seen{sure} a violation of {self.median:.1e} of the right side ({which}; best {self.best:.1e})"
        )
        if self.constant is not None and 0 < self.constant < 0.9995:
            text += f", and a right side smaller by {100 * (1 - self.constant):.2g} %"
        return text


def detectable(outcomes: Iterable[Outcome]) -> Detectable | None:
    """What the cases of a search without a violation would have shown; None without a measured case."""
    seen = [o for o in outcomes if not o.undefined]
    if not seen:
        return None
    sizes = np.array([smallest_violation(o) for o in seen])
    constants = [c for c in map(_constant, seen) if c is not None]
    visible = sizes[np.isfinite(sizes)]
    random = any(_is_sampled(o) for o in seen)
    return Detectable(
        best=float(sizes.min()),
        median=float(np.median(visible)) if visible.size else float("inf"),
        constant=max(constants) if constants else None,
        probability=PROBABILITY if random else 1.0,
        cases=len(seen),
        blind=sizes.size - visible.size,
    )


def smallest_violation(o: Outcome) -> float:
    """r for one case: see the module; infinite where the case shows none."""
    needed = _refutes(o) + fluctuation(o.lhs) + fluctuation(o.rhs)
    # the true left side is no smaller than this, but for the error probability of its interval
    left = abs(float(o.lhs.value)) - (float(o.lhs.radius) if _is_sampled(o) else 0.0)
    return float(needed / (left - needed)) if np.isfinite(needed) and needed < left else float("inf")


def fluctuation(x: Enclosure) -> float:
    """How far a repetition's estimate falls short of the truth in at most 1 of 100; 0 where nothing is random.

    The shares of several experiments behind one number add up like their radii.
    """
    if x.kind is not Kind.SAMPLED:
        return 0.0
    return float(x.radius) * max((_share(alpha) for alpha in x.sources.values()), default=1.0)


def _share(alpha: float) -> float:
    """The fluctuation over the half-width of an interval at ``alpha``."""
    rare = 1 - PROBABILITY
    square_root_law = np.sqrt(np.log(1 / rare) / np.log(2 / alpha))
    # below one half of alpha = 2 %, the interval is the less likely of the two to miss, and the law would understate
    return float(max(square_root_law, norm.isf(rare) / norm.isf(alpha / 2)))


def _refutes(o: Outcome) -> float:
    """By how much the left side must exceed the right, as seen, to refute."""
    radii = float(o.lhs.radius + o.rhs.radius)
    return radii if o.certified or _is_sampled(o) else TRUSTED_MARGIN * radii


def _constant(o: Outcome) -> float | None:
    """The share of the right side below which this very outcome refutes an upper bound."""
    right = float(o.rhs.value)
    return (float(o.lhs.value) - _refutes(o)) / right if right > 0 else None


def _is_sampled(o: Outcome) -> bool:
    return Kind.SAMPLED in (o.lhs.kind, o.rhs.kind)

"""From the runs of a design to a verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from numerics.enclosures import Enclosure
from theory.claims import Claim
from theory.claims.design import Bound, Design
from verify.evaluate import Outcome, oriented
from verify.rates.contrasts import Cells
from verify.rates.rate import FALSE_ALARM, PROBABILITY, RANGE_ERROR, Drift, Rate, interval_error, rate_of
from verify.rates.runs import size_of
from verify.rates.words import sentence
from verify.shards import Findings, in_order
from verify.verdicts import Status, Tightness, Verdict

FORBIDDEN = {Bound.LOWER: "-", Bound.UPPER: "", Bound.BOTH: "±"}  # the sign of an exponent that a claim forbids


def conclude_rates(claim: Claim, findings: Sequence[Findings], seed: int) -> Verdict:
    """The verdict on a claim with a design, from the findings of all its shards.

    Raises:
        ValueError: a shard is missing or there twice, or the claim has no design.
    """
    if claim.design is None:
        raise ValueError(f"claim {claim.id} has no design; give it one, or use verify.conclude")
    parts = in_order(claim, findings)
    outcomes = [o for f in parts for o in f.outcomes]
    unavailable: Counter[str] = Counter()
    for f in parts:
        unavailable.update(f.unavailable)
    missing = "; ".join(f"{count} runs: {why}" for why, count in unavailable.items())
    status, how, rates = _judge(claim, claim.design, outcomes, missing)
    return Verdict(
        claim=claim,
        status=status,
        how=how,
        examples=len(outcomes),
        tightness=Tightness(None, None),
        seed=seed,
        seconds=math.fsum(f.seconds for f in parts),
        error_rates=None
        if rates is None
        else {
            "false_alarm": FALSE_ALARM,
            "interval": interval_error(len(claim.design.variables)),
            "range": RANGE_ERROR,
        },
        rates=rates,
    )


def implied_constants(claim: Claim, design: Design, outcomes: Sequence[Outcome]) -> np.ndarray:
    """The constant at which each run's sides are equal, and its relative numerical error, shape (runs, 2).

    The side without the constant over the side with it, both taken at constant 1; NaN where that is no finite
    positive number.
    """
    other, _, _ = design.sides(claim.relation)
    left_is_other = oriented(claim.relation)[0] == other
    found = np.full((len(outcomes), 2), np.nan)
    for row, o in zip(found, outcomes, strict=True):
        above, below = (o.lhs, o.rhs) if left_is_other else (o.rhs, o.lhs)
        if float(above.value) > 0 and float(below.value) > 0:
            with np.errstate(all="ignore"):
                row[:] = float(above.value / below.value), _relative(above) + _relative(below)
    found[~(np.isfinite(found).all(axis=1) & (found[:, 0] > 0))] = np.nan
    return found


def fitted(claim: Claim, design: Design, outcomes: Sequence[Outcome]) -> list[Rate]:
    """The drift of the implied constant along each size that the design varies.

    Raises:
        ValueError: a combination of sizes has too few runs, or a run implies no positive constant.
    """
    constants = implied_constants(claim, design, outcomes)
    bad = np.flatnonzero(np.isnan(constants[:, 0]))
    if bad.size:
        first = outcomes[int(bad[0])]
        raise ValueError(
            f"{bad.size} of {len(outcomes)} runs imply no positive constant, for one {first.case}: left side "
            f"{float(first.lhs.value):.6g}, right side {float(first.rhs.value):.6g}"
        )
    names = design.variables
    sizes = [[size_of(o.case, name) for name in names] for o in outcomes]
    cells = Cells.of(sizes, names, np.log(constants[:, 0]), constants[:, 1])
    _, _, bound = design.sides(claim.relation)
    return [rate_of(cells, name, bound) for name in names]


def _judge(
    claim: Claim, design: Design, outcomes: Sequence[Outcome], missing: str
) -> tuple[Status, str, dict[str, object] | None]:
    if not outcomes:
        return Status.INCONCLUSIVE, f"no run could be measured: {missing or 'there is none'}", None
    if missing:
        return Status.INCONCLUSIVE, f"the design is not complete, not measured: {missing}", None
    try:
        rates = fitted(claim, design, outcomes)
    except ValueError as why:
        return Status.INCONCLUSIVE, str(why), None
    constants = implied_constants(claim, design, outcomes)[:, 0]
    said = sentence(claim, design, rates)
    found = {rate.drift for rate in rates}
    told = {
        "variables": {rate.name: rate.as_json() for rate in rates},
        "confidence": 1 - FALSE_ALARM,
        "range_confidence": 1 - RANGE_ERROR,
        "sentence": said,
        "constant": {"min": float(constants.min()), "max": float(constants.max())},
    }
    if Drift.LASTING in found:
        return Status.REFUTED, f"certified by sampling, at the stated error rate: {said}", told
    if Drift.FADING in found or Drift.HIDDEN in found:
        return Status.INCONCLUSIVE, f"{said}; {_remedy(rates)}", told
    sign = FORBIDDEN[design.sides(claim.relation)[2]]
    seen = ", ".join(f"{rate.name}^{sign}{rate.seen:.2f}" for rate in rates)
    return (
        Status.SUPPORTED,
        f"{len(outcomes)} runs; {said}; would have seen, with probability {PROBABILITY}, {seen}",
        told,
    )


def _remedy(rates: Sequence[Rate]) -> str:
    names = ", ".join(rate.name for rate in rates if rate.drift in (Drift.FADING, Drift.HIDDEN))
    return f"more seeds, or larger {names}, would tell"


def _relative(x: Enclosure) -> float:
    return float(x.radius) / abs(float(x.value))

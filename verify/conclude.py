"""From what the shards of a claim found to its verdict; ``verify.verdicts`` says what each status means."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from sympy import StrictGreaterThan, StrictLessThan

from numerics.enclosures import Kind, Relation
from theory.claims import Claim, catalogue
from verify.evaluate import TRUSTED_MARGIN, Outcome
from verify.power import detectable, smallest_violation
from verify.rates.conclude import conclude_rates
from verify.shards import Findings, in_order
from verify.verdicts import Status, Tightness, Verdict, finite

BLIND = 1.0  # a sampled claim needs one case that would have shown a left side twice the right
RESOLVED = 1e-6  # errors that could hide more than this share of the sides are wide


class ContradictedDerivation(RuntimeError):
    """A claim with a complete derivation was refuted: scoreproof itself is wrong, and this is no verdict."""


def violated(outcome: Outcome) -> bool:
    """A violation that may be believed."""
    return outcome.relation is Relation.VIOLATED and outcome.trusted


def conclude(claim: Claim, findings: Sequence[Findings], seed: int) -> Verdict:
    """The verdict that follows from the findings of all shards of a claim, in whichever order they come.

    A claim with a design is judged by the drift of its implied constant (``verify.rates``). Where the catalogue has a
    complete derivation of the claim, one that was not violated is certified for all cases, given the claims that the
    derivation starts from.

    Args:
        claim: what was tested.
        findings: one of each shard.
        seed: of the run.

    Raises:
        ValueError: a shard is missing or there twice.
        ContradictedDerivation: a claim with a complete derivation was refuted.
    """
    if claim.design is not None:
        return conclude_rates(claim, findings, seed)
    return with_derivation(_Evidence(claim, findings).verdict(seed))


def with_derivation(verdict: Verdict) -> Verdict:
    """The verdict, together with what a checked derivation of the claim says.

    Raises:
        ContradictedDerivation: the claim was refuted, and has a complete derivation.
    """
    from theory.derivations import find_derivation, starting_points

    claim = verdict.claim
    known = catalogue().get(claim.id)
    # a derivation is of the catalogue's claim, not of a variant that has its name
    if known is None or known.relation != claim.relation or known.cases != claim.cases:
        return verdict
    derivation = find_derivation(claim.id)
    if derivation is None or verdict.status is Status.INCONCLUSIVE or not derivation.proves_claim:
        return verdict
    steps = f"a checked derivation of {len(derivation.steps)} steps"
    if verdict.status is Status.REFUTED:
        raise ContradictedDerivation(
            f"{claim.id} was refuted ({verdict.how}) and has {steps}: the measurements or the derivation are wrong; "
            f"see scoreproof derive {claim.id}"
        )
    start = starting_points(derivation)
    tested = f", given {', '.join(start)}, tested and not proved here" if start else ""
    how = f"{steps} covers all cases{tested}; {verdict.how}"
    return replace(verdict, status=Status.CERTIFIED, how=how, rests_on=start)


class _Evidence:
    """The findings of a claim's shards, put together."""

    def __init__(self, claim: Claim, findings: Sequence[Findings]):
        parts = in_order(claim, findings)
        self.claim = claim
        self.strict = isinstance(claim.relation, (StrictGreaterThan, StrictLessThan))
        self.seconds = math.fsum(f.seconds for f in parts)
        self.outcomes = [o for f in parts for o in f.outcomes]
        self.unavailable: dict[str, int] = {}
        self.experiments: dict[str, float] = {}
        for f in parts:
            self.experiments |= f.experiments
            for why, count in f.unavailable.items():
                self.unavailable[why] = self.unavailable.get(why, 0) + count
        simple = [f.minimal for f in parts if f.minimal is not None and f.simple]
        shrunk = [f.minimal for f in parts if f.minimal is not None]
        # every shard tries the simple cases in the same order, so that the first that is found is the simplest
        self.minimal = simple[0] if simple else (_smallest(shrunk) if shrunk else None)
        self.bad = [o for o in self.outcomes if violated(o)] + shrunk

    def verdict(self, seed: int) -> Verdict:
        claim, outcomes, bad = self.claim, self.outcomes, self.bad
        status, how = self.judge()
        held = status in (Status.CERTIFIED, Status.SUPPORTED)
        # an equality is as tight as the cases that could have shown a difference; 0 <= 0 tells nothing of a bound
        telling = [o for o in outcomes if o.lhs.value != 0 or o.rhs.value != 0] or outcomes
        seen = [o for o in outcomes if o.hidden < RESOLVED or violated(o)] if claim.is_equality else telling
        gaps = np.array([o.gap if claim.is_equality else o.ratio for o in seen])
        return Verdict(
            claim=claim,
            status=status,
            how=how,
            examples=len(outcomes),
            tightness=Tightness(
                finite(gaps.max()) if len(gaps) else None, finite(float(np.median(gaps))) if len(gaps) else None
            ),
            seed=seed,
            seconds=self.seconds,
            counterexample=self.minimal or (_smallest(bad) if bad else None),
            largest_violation=max(bad, key=_order(claim)) if bad else None,
            tightest=max(telling, key=_order(claim)) if outcomes and not bad else None,
            error_rates={"false_alarm": math.fsum(self.experiments.values())} if self.experiments else None,
            # with a constant that may be enlarged, no violation at one value of it would refute
            detectable=detectable(outcomes) if held and "C" not in claim.names else None,
            ratios=tuple(float(g) for g in gaps if np.isfinite(g)),
            proved=tuple(outcomes) if status is Status.CERTIFIED else (),
        )

    def judge(self) -> tuple[Status, str]:
        claim, outcomes, bad = self.claim, self.outcomes, self.bad
        missing = "; ".join(f"{count} cases: {why}" for why, count in self.unavailable.items())
        if bad:
            shown = self.minimal or _smallest(bad)
            proof = "ball arithmetic" if shown.certified else "float64, far beyond its stated error"
            if shown.lhs.sources or shown.rhs.sources:
                proof = "sampling, at the stated error rate"
            return Status.REFUTED, f"certified by {proof}" if shown.certified else f"by {proof}"
        doubtful = [o for o in outcomes if o.relation is Relation.VIOLATED]
        if not outcomes:
            return Status.INCONCLUSIVE, f"no case could be measured: {missing or 'the case space is empty'}"
        if doubtful:
            worst = max(doubtful, key=_order(claim))
            return (
                Status.INCONCLUSIVE,
                f"float64 shows a violation within {TRUSTED_MARGIN:g} times its stated error, which ball arithmetic "
                f"cannot decide: {worst.case}",
            )
        mendable = [o for o in outcomes if "C" in dict(o.case.free) and _beyond(o)]
        if mendable:
            return Status.INCONCLUSIVE, f"violated with C = 10^6, which a larger constant may mend: {mendable[0].case}"
        undefined = [o for o in outcomes if o.undefined]
        if undefined:
            where = f"on {len(undefined)} of {len(outcomes)} cases a side has no finite value"
            return Status.INCONCLUSIVE, f"{where}, for one at {undefined[0].case}"
        # what sampling can tell is told by the smallest violation that it would have seen
        sampled = [o for o in outcomes if Kind.SAMPLED in (o.lhs.kind, o.rhs.kind)]
        if sampled and min(map(smallest_violation, sampled)) > BLIND:
            return (
                Status.INCONCLUSIVE,
                f"no sampled case would have shown a violation of {100 * BLIND:.0f} %; raise the number of samples",
            )
        exact = [o for o in outcomes if Kind.SAMPLED not in (o.lhs.kind, o.rhs.kind)]
        wide = [o for o in exact if o.relation is Relation.UNDECIDED and o.hidden >= RESOLVED]
        if 2 * len(wide) > len(outcomes):
            return (
                Status.INCONCLUSIVE,
                f"on {len(wide)} of {len(outcomes)} cases the errors of the two sides overlap by more than "
                f"{RESOLVED:g} of their size; raise the accuracy, or fix other data with --target",
            )
        if self.strict and any(o.relation is Relation.UNDECIDED for o in outcomes):
            return Status.INCONCLUSIVE, "the sides touch, and enclosures cannot tell < from =; state it with <="
        proved = sum(o.certified and o.relation is Relation.HOLDS for o in outcomes)
        touching = [o for o in outcomes if o.relation is Relation.UNDECIDED]
        if proved == len(outcomes) and not self.unavailable:
            return Status.CERTIFIED, f"ball arithmetic separates the sides on all {proved} cases"
        return Status.SUPPORTED, _support(outcomes, touching, missing)


def _beyond(o: Outcome) -> bool:
    """The enclosures are disjoint the wrong way, whatever became of it."""
    return bool(o.lhs.value - o.lhs.radius > o.rhs.value + o.rhs.radius)


def _support(outcomes: list[Outcome], touching: list[Outcome], missing: str) -> str:
    balls = sum(o.certified for o in outcomes)
    parts = [f"held on {len(outcomes)} cases, {balls} of them in ball arithmetic"]
    if touching:
        parts.append(f"sides touch on {len(touching)}, {_resolution(touching)}")
    if missing:
        parts.append(f"not measured: {missing}")
    return "; ".join(parts)


def _resolution(touching: list[Outcome]) -> str:
    """What a touch could hide, relative to the sides."""
    hidden = np.array([o.hidden for o in touching])
    fine = int((hidden < RESOLVED).sum())
    text = f"where a difference of {np.median(hidden):.0e} (median) could hide"
    return text if fine == len(touching) else f"{text}, more than {RESOLVED:g} on {len(touching) - fine}"


def _order(claim: Claim) -> Callable[[Outcome], float]:
    """Order of violations and of tight cases: by lhs/rhs, for an equality by the relative difference."""
    if claim.is_equality:
        return lambda o: o.push
    return lambda o: o.ratio if np.isfinite(o.ratio) else 1e300 * (1 + o.slack)


def _smallest(bad: list[Outcome]) -> Outcome:
    return min(bad, key=lambda o: (len(o.case.v), o.case.target.d, len(str(o.case))))

"""The search for a counterexample, driven by hypothesis.

First come cases for a pocket calculator: if one of them violates the claim, it is the counterexample to show. Then
hypothesis draws cases and ``target`` pushes the claim's slack up, whether or not violations occur, so that it sees the
tightest case or the largest violation. Only if a violation turned up here and none before, hypothesis shrinks it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.errors import Unsatisfiable

from numerics.enclosures import Relation
from numerics.targets import Target
from numerics.targets.base import NotAvailable
from theory.claims import Claim
from verify.calculator import COSTLY, calculator_cases
from verify.cases import Case
from verify.evaluate import TRUSTED_MARGIN, Evaluator, Outcome
from verify.reproducible import no_local_constants
from verify.strategies import cases
from verify.verdicts import Status, Tightness, Verdict, finite

COSTLY_SHARE = 4  # such claims are tried on a quarter as many cases
RESOLVED = 1e-6
SIMPLE_FIRST = 600  # cases for a pocket calculator that every claim is tried on before the search
PROVED_MIXTURES = 12  # how many mixture cases a claim may decide by ball arithmetic where float64 sufficed

Progress = Callable[[int], None]


class _Violation(Exception):
    pass


class Search:
    """One claim's search; :func:`verify_claim` runs it."""

    def __init__(self, claim: Claim, examples: int, seed: int, target: Target | None, progress: Progress | None):
        self.claim, self.seed, self.target = claim, seed, target
        self.examples = max(10, examples // COSTLY_SHARE) if claim.names & COSTLY else examples
        self.evaluate = Evaluator(claim)
        self.outcomes: list[Outcome] = []
        self.unavailable: dict[str, int] = {}
        self.minimal: Outcome | None = None
        self.proved_mixtures = 0
        self.progress = progress

    def explore(self) -> None:
        """See many cases, pushed towards a violation."""

        def look(case: Case) -> None:
            outcome = self.outcome(case)
            if outcome is not None:
                self.outcomes.append(outcome)
                hypothesis.target(outcome.push)
            if self.progress is not None:
                self.progress(len(self.outcomes))

        self.run(look, self.examples, (Phase.generate, Phase.target))

    def simplest(self, most: int | None = None) -> None:
        """The first violation among (the first ``most`` of) the cases for a pocket calculator."""
        simple = calculator_cases(self.claim.cases, self.claim.names, self.target)
        for case in islice(simple, most):
            try:
                if self.evaluate.screen(case).relation is not Relation.VIOLATED:
                    continue
                outcome = self.evaluate(case)
            except NotAvailable:
                continue
            if violated(outcome):
                self.minimal = outcome
                return

    def shrink(self) -> None:
        """Let hypothesis shrink a violation."""

        def fail(case: Case) -> None:
            outcome = self.outcome(case)
            if outcome is not None and violated(outcome):
                self.minimal = outcome
                raise _Violation

        with suppress(_Violation):
            self.run(fail, 5 * self.examples, (Phase.generate, Phase.target, Phase.shrink))

    def outcome(self, case: Case) -> Outcome | None:
        gaussian = hasattr(case.target, "eigenvalues")
        try:
            found = self.evaluate(case, certify=gaussian or self.proved_mixtures < PROVED_MIXTURES)
        except NotAvailable as why:
            self.unavailable[str(why)] = self.unavailable.get(str(why), 0) + 1
            return None
        self.proved_mixtures += not gaussian and found.certified
        return found

    def run(self, body: Callable[[Case], None], examples: int, phases: tuple[Phase, ...]) -> None:
        space = cases(self.claim.cases, self.claim.names, self.target)
        test = hypothesis.given(space)(body)
        test = settings(
            max_examples=examples,
            phases=phases,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )(test)
        with no_local_constants(), suppress(Unsatisfiable):
            hypothesis.seed(self.seed)(test)()


def violated(outcome: Outcome) -> bool:
    return outcome.relation is Relation.VIOLATED and outcome.trusted


def verify_claim(
    claim: Claim,
    examples: int = 200,
    seed: int = 0,
    target: Target | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Search for a counterexample to ``claim`` and say what may be said.

    Args:
        claim: what to test.
        examples: number of cases (claims with costly quantities use a quarter of it, at least 10).
        seed: of hypothesis; the same seed gives the same verdict.
        target: fixes the data instead of drawing them from the claim's families.
        progress: called with the number of cases seen.
    """
    began = time.perf_counter()
    search = Search(claim, examples, seed, target, progress)
    search.simplest(SIMPLE_FIRST)
    search.explore()
    if search.minimal is None and any(violated(o) for o in search.outcomes):
        search.simplest()
        if search.minimal is None:
            search.shrink()
    return _verdict(search, time.perf_counter() - began)


def _verdict(search: Search, seconds: float) -> Verdict:
    claim, outcomes = search.claim, search.outcomes
    bad = [o for o in outcomes if violated(o)] + ([search.minimal] if search.minimal else [])
    status, how = _judge(search, bad)
    # an equality is as tight as the cases that could have shown a difference
    seen = [o for o in outcomes if o.hidden < RESOLVED or violated(o)] if claim.is_equality else outcomes
    gaps = np.array([o.gap if claim.is_equality else o.ratio for o in seen])
    alphas = search.evaluate.experiments
    return Verdict(
        claim=claim,
        status=status,
        how=how,
        examples=len(outcomes),
        tightness=Tightness(
            finite(gaps.max()) if len(gaps) else None, finite(float(np.median(gaps))) if len(gaps) else None
        ),
        seed=search.seed,
        seconds=seconds,
        counterexample=(search.minimal or _smallest(bad)) if bad else None,
        largest_violation=max(bad, key=_order(claim)) if bad else None,
        tightest=max(outcomes, key=_order(claim)) if outcomes and not bad else None,
        error_rates={"false_alarm": sum(alphas.values())} if alphas else None,
        ratios=tuple(float(g) for g in gaps if np.isfinite(g)),
    )


def _judge(search: Search, bad: list[Outcome]) -> tuple[Status, str]:
    claim, outcomes = search.claim, search.outcomes
    missing = "; ".join(f"{count} cases: {why}" for why, count in search.unavailable.items())
    if bad:
        shown = search.minimal or _smallest(bad)
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
    undefined = [o for o in outcomes if o.undefined]
    if undefined:
        where = f"on {len(undefined)} of {len(outcomes)} cases a side has no finite value"
        return Status.INCONCLUSIVE, f"{where}, for one at {undefined[0].case}"
    wide = [o for o in outcomes if o.relation is Relation.UNDECIDED and o.hidden >= RESOLVED]
    if 2 * len(wide) > len(outcomes):
        return (
            Status.INCONCLUSIVE,
            f"on {len(wide)} of {len(outcomes)} cases the errors of the two sides overlap by more than {RESOLVED:g} "
            f"of their size; raise the accuracy, or fix other data with --target",
        )
    if search.evaluate.strict and any(o.relation is Relation.UNDECIDED for o in outcomes):
        return Status.INCONCLUSIVE, "the sides touch, and enclosures cannot tell < from =; state it with <="
    proved = sum(o.certified and o.relation is Relation.HOLDS for o in outcomes)
    touching = [o for o in outcomes if o.relation is Relation.UNDECIDED]
    if proved == len(outcomes) and not search.unavailable:
        return Status.CERTIFIED, f"ball arithmetic separates the sides on all {proved} cases"
    return Status.SUPPORTED, _support(outcomes, touching, missing)


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

"""The search for a counterexample, driven by hypothesis, one shard at a time.

The first shard begins with cases for a pocket calculator: if one of them violates the claim, it is the counterexample
to show. Then come the cases at the boundary of the claim's space. Then hypothesis draws cases and ``target`` pushes the
claim's slack up, whether or not violations occur, so that it sees the tightest case or the largest violation. From the
worst cases of each sort a bound is climbed along the gradient of its slack. (An equality is not: where it is false, it
is false almost everywhere.) A shard that saw a violation and has no simple one yet tries all simple cases; if none of
them violates the claim, hypothesis shrinks its own violation, and what it could not find again is rounded.

A claim with a design is not searched: its runs are fixed beforehand (``verify.rates``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

import hypothesis
import numpy as np
from hypothesis import Phase
from sympy import Integral

from numerics.enclosures import Relation
from numerics.targets import Target
from numerics.targets.base import NotAvailable
from theory.claims import Claim
from verify.ascent import LOOKS_A_CLIMB, Climber, best_of_each_sort
from verify.boundary import boundary_cases, rare
from verify.calculator import COSTLY, RUNS, calculator_cases
from verify.cases import Case
from verify.conclude import conclude, violated
from verify.draws import for_each_case
from verify.error_rates import Account, ErrorBudget
from verify.evaluate import Evaluator, Outcome
from verify.rates.search import search_cells
from verify.screening import doubtful
from verify.shards import COSTLY_SHARE, Findings, shard_seed, shard_sizes
from verify.simplify import simplified
from verify.verdicts import Verdict

SIMPLE_FIRST = 600  # cases for a pocket calculator that every claim is tried on before the search
FEWEST_BOUNDARY, FEWEST_CLIMBS = 30, 2
NO_OTHERS = ErrorBudget()
CASES_A_CLIMB = 20  # drawn cases for each climb
CLEAR = 0.999  # sides known better than this are worth a climb
PROVED_MIXTURES = 12  # how many mixture cases a shard may decide by ball arithmetic where float64 sufficed

Progress = Callable[[int], None]


class _Violation(Exception):
    pass


class Search:
    """The search of one shard of a claim; :func:`search_shard` runs it."""

    def __init__(
        self,
        claim: Claim,
        examples: int,
        seed: int,
        target: Target | None = None,
        progress: Progress | None = None,
        shard: int = 0,
        budget: ErrorBudget = NO_OTHERS,
    ):
        self.claim, self.target, self.shard = claim, target, shard
        self.seed = shard_seed(seed, claim.id, shard)
        sizes = shard_sizes(claim, examples)
        self.examples = sizes[shard]
        long = claim.names & COSTLY or claim.relation.has(Integral)
        self.simple_first = SIMPLE_FIRST // COSTLY_SHARE if long else SIMPLE_FIRST
        self.at_boundary = max(FEWEST_BOUNDARY, sum(sizes) // 2)
        # the same plan in every shard: all that the first looks at before it draws, and all that each draws and climbs
        climbs = [_climbs(claim, size) for size in sizes]
        self.climbs = climbs[shard]
        looks = [size + count * LOOKS_A_CLIMB for size, count in zip(sizes, climbs, strict=True)]
        fixed = self.simple_first + self.at_boundary
        self.account = Account.planned(claim.relation, budget.per_claim, fixed, looks, shard, seed)
        self.evaluate = Evaluator(claim, self.account)
        self.outcomes: list[Outcome] = []
        self.unavailable: dict[str, int] = {}
        self.minimal: Outcome | None = None
        self.simple = False
        self.proved_mixtures = 0
        # what is charged to an account, or computed for many networks at once already, is looked at case by case
        self.one_by_one = target is not None or claim.cases.training is not None or bool(claim.names & RUNS)
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

    def boundary(self) -> None:
        """See the cases at the edge of the claim's space: half as many as are drawn, at least two of each data."""
        space = boundary_cases(self.claim.cases, self.claim.names, self.target)
        for case in islice(space, self.at_boundary):
            # what float64 cannot see decides a bound, and cannot decide an equality
            outcome = None if self.claim.is_equality and rare(case) else self.outcome(case, prove=rare(case))
            if outcome is not None:
                self.outcomes.append(outcome)

    def ascend(self) -> None:
        """Climb from the worst cases of each sort, if the claim is a bound that nothing has violated yet."""
        if not self.climbs or any(violated(o) for o in self.outcomes):
            return
        climber = Climber(self.claim, self.screened, fixed_data=self.target is not None)
        clear = [(o.push, o.case) for o in self.outcomes if not o.undefined and o.hidden < CLEAR]
        for start in best_of_each_sort(clear, self.climbs):
            top = climber.climb(start)
            outcome = None if top is None else self.outcome(top)
            if outcome is not None:
                self.outcomes.append(outcome)
                if violated(outcome):
                    return

    def screened(self, case: Case) -> Outcome | None:
        """Both sides in float64; None where they cannot be measured."""
        try:
            return self.evaluate.screen(case)
        except NotAvailable:
            return None

    def confirmed(self, case: Case) -> Outcome | None:
        """The outcome of a case that violates the claim beyond doubt, else None."""
        outcome = self.outcome(case)
        return outcome if outcome is not None and violated(outcome) else None

    def simplest(self, most: int | None = None) -> None:
        """The first violation among (the first ``most`` of) the cases for a pocket calculator."""
        simple = islice(calculator_cases(self.claim.cases, self.claim.names, self.target), most)
        for case in simple if self.one_by_one else doubtful(self.evaluate, simple):
            try:
                seen = self.evaluate.screen(case)
                blind = seen.relation is Relation.UNDECIDED and not np.isfinite(seen.lhs.radius + seen.rhs.radius)
                if seen.relation is not Relation.VIOLATED and not blind:
                    continue
                outcome = self.evaluate(case)
            except NotAvailable:
                continue
            if violated(outcome):
                self.minimal, self.simple = outcome, True
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
        if self.minimal is None:
            bad = [o for o in self.outcomes if violated(o)]
            self.minimal = simplified(min(bad, key=lambda o: (o.case.N, o.case.target.d)), self.confirmed)

    def outcome(self, case: Case, prove: bool = False) -> Outcome | None:
        """Both sides in one case; None where they cannot be measured. ``prove`` asks for balls in any case."""
        gaussian = prove or hasattr(case.target, "eigenvalues")
        try:
            found = self.evaluate(case, certify=gaussian or self.proved_mixtures < PROVED_MIXTURES)
        except NotAvailable as why:
            self.unavailable[str(why)] = self.unavailable.get(str(why), 0) + 1
            return None
        self.proved_mixtures += not gaussian and found.certified
        return found

    def run(self, body: Callable[[Case], None], examples: int, phases: tuple[Phase, ...]) -> None:
        """Call ``body`` on cases of the claim's space that follow from the shard's seed."""
        for_each_case(body, self.claim.cases, self.claim.names, examples, self.seed, self.target, phases)

    def findings(self, seconds: float) -> Findings:
        return Findings(
            shard=self.shard,
            outcomes=tuple(self.outcomes),
            unavailable=dict(self.unavailable),
            minimal=self.minimal,
            simple=self.simple,
            experiments=dict(self.account.ledger.charged),
            seconds=seconds,
        )


def _climbs(claim: Claim, examples: int) -> int:
    """How many climbs a shard makes: none for an equality, a real run or a network, which are not smooth in a case."""
    flat = claim.is_equality or claim.names & RUNS or claim.cases.training is not None
    return 0 if flat else max(FEWEST_CLIMBS, examples // CASES_A_CLIMB)


def search_shard(
    claim: Claim,
    examples: int,
    seed: int,
    shard: int,
    target: Target | None = None,
    progress: Progress | None = None,
) -> Findings:
    """What one shard of a claim's search finds.

    Args:
        claim: what to test.
        examples: number of cases of the whole claim; ``verify.shards.shard_sizes`` says how many the shard draws.
        seed: of the run.
        shard: number of the shard, from 0.
        target: fixes the data instead of drawing them from the claim's families.
        progress: called with the number of cases that the shard has seen.

    Raises:
        IndexError: there is no shard of that number.
        ValueError: data are fixed for a claim with a design, which has data of its own.
    """
    if claim.design is not None:
        if target is not None:
            raise ValueError(f"claim {claim.id} has a design with data of its own; leave out {target.label}")
        return search_cells(claim, examples, seed, shard, progress)
    began = time.perf_counter()
    search = Search(claim, examples, seed, target, progress, shard)
    if shard == 0:
        search.simplest(search.simple_first)
        search.boundary()
    search.explore()
    search.ascend()
    if search.minimal is None and any(violated(o) for o in search.outcomes):
        search.account.ledger.decided()
        search.simplest()
        if search.minimal is None:
            search.shrink()
    return search.findings(time.perf_counter() - began)


def verify_claim(
    claim: Claim,
    examples: int = 200,
    seed: int = 0,
    target: Target | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Search for a counterexample to ``claim`` and say what may be said: all its shards, one after the other.

    Args:
        claim: what to test.
        examples: number of cases (claims with costly quantities use a quarter of it, at least 10); of a claim with a
            design, the percentage of its seeds.
        seed: the same seed gives the same verdict.
        target: fixes the data instead of drawing them from the claim's families.
        progress: called with the number of cases seen.
    """
    findings: list[Findings] = []
    for shard in range(len(shard_sizes(claim, examples))):
        before = sum(len(f.outcomes) for f in findings)
        findings.append(search_shard(claim, examples, seed, shard, target, _from(before, progress)))
    return conclude(claim, findings, seed)


def _from(before: int, progress: Progress | None) -> Progress | None:
    """Progress that counts on from ``before`` cases."""
    return None if progress is None else lambda seen: progress(before + seen)

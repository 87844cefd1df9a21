"""One shard of a design: its networks are trained together, and both sides of the claim are measured on each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from numerics.enclosures import Relation
from numerics.targets.base import NotAvailable
from theory.claims import Claim
from verify.evaluate import Evaluator, Outcome
from verify.rates.runs import cases_of, seeds_a_cell, shards_of
from verify.shards import Findings
from verify.training import prefetch


def search_cells(
    claim: Claim, examples: int, seed: int, shard: int, progress: Callable[[int], None] | None = None
) -> Findings:
    """The outcomes of all runs of one shard; they are neither violations nor not, as the constant has no value.

    Args:
        claim: a claim with a design.
        examples: 100 for as many seeds as the design states, others in proportion.
        seed: of the run.
        shard: number of the shard, from 0.
        progress: called with the number of runs measured.

    Raises:
        ValueError: the claim has no design.
        IndexError: there is no shard of that number.
    """
    began = time.perf_counter()
    if claim.design is None:
        raise ValueError(f"claim {claim.id} has no design")
    evaluate, seeds = Evaluator(claim), seeds_a_cell(claim.design, examples)
    outcomes: list[Outcome] = []
    unavailable: Counter[str] = Counter()
    for number in shards_of(claim.design)[shard]:
        cases = cases_of(claim.design, number, seeds, seed)
        prefetch(cases)  # the networks of a cell are one batch
        for case in cases:
            try:
                found = evaluate.screen(case)
            except NotAvailable as why:
                unavailable[str(why)] += 1
            else:
                outcomes.append(replace(found, relation=Relation.UNDECIDED, trusted=False))
        if progress is not None:
            progress(len(outcomes))
    return Findings(shard, tuple(outcomes), dict(unavailable), None, False, {}, time.perf_counter() - began)

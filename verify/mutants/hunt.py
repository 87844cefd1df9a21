"""Hunting the variants of a claim: what each is worth in every case, from one measurement of the cases.

All variants of a claim speak of the same quantities, so that a batch of cases is measured once and every variant
still alive is evaluated on all of it. A variant dies by a case that violates it beyond doubt, which the evaluator of
verdicts confirms (in ball arithmetic where it can). The cases are those that every claim is tried on: for a pocket
calculator, at the boundary, drawn. From the worst of them, the variants that do not follow from the claim are climbed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integral

from numerics.backends import EnclosureOps
from numerics.enclosures import Enclosure, Kind, Relation, as_enclosure
from numerics.targets.base import NotAvailable
from theory.claims import Claim
from theory.compiler import CompileError, compile_array
from verify.ascent import Climber, best_of_each_sort
from verify.batches import BatchMeasurements
from verify.boundary import boundary_cases, rare
from verify.calculator import COSTLY, RUNS, calculator_cases
from verify.cases import Case
from verify.draws import drawn_cases
from verify.evaluate import Evaluator, Outcome, oriented
from verify.mutants.variants import Mutant, mutants

SIMPLE, BOUNDARY, DRAWN = 600, 400, 150  # cases of each kind; a quarter where they are costly
COSTLY_SHARE = 4
FIRST_BATCH, BATCH = 4, 64
CLIMBS = 24  # for a variant that does not follow from the claim
DOUBTS = 6  # violations that could not be confirmed, after which a batch's others are left alone
ROUNDING = 1e-12  # of a formula in sampled numbers
BLURRED = 1e-3  # sides known less well than this, relative to their size, say nothing of the variant's distance

# a variant may leave the domain of what is measured, or make float64 and balls disagree there
UNMEASURED = (NotAvailable, CompileError, ArithmeticError, ValueError)

Side = Callable[[Any], Any] | None
Sides = tuple[Enclosure, Enclosure]


@dataclass
class Hunted:
    """A variant and what the hunt found.

    Attributes:
        killed: a confirmed violation, or None.
        cases, compared: how many cases gave it a value, and in how many of them it could be compared with the claim.
        senseless: how many did not: an index beyond the grid, the logarithm of a negative number.
        surplus: smallest surplus of its slack (rhs - lhs) over the claim's own, relative to the largest side; at
            least 0 if in every case the variant follows from the claim.
        apart: largest distance of its sides from the claim's, relative to the largest side.
        slacks: (lhs - rhs)/(|lhs| + |rhs|) and case, wherever the sides are known well.
        tightest, claims_own: largest lhs/rhs of the variant and of the claim, at the ends that make it smallest.
    """

    mutant: Mutant
    killed: Outcome | None = None
    cases: int = 0
    compared: int = 0
    senseless: int = 0
    surplus: float = np.inf
    apart: float = 0.0
    tightest: float = -np.inf
    claims_own: float = -np.inf
    slacks: list[tuple[float, Case]] = field(default_factory=list, repr=False)


def hunt(claim: Claim, examples: int = DRAWN, seed: int = 0) -> list[Hunted]:
    """What became of each variant of a claim.

    Args:
        claim: expected to be true.
        examples: drawn cases, beside the fixed ones.
        seed: of the drawn cases.
    """
    return hunt_variants(claim, mutants(claim), examples, seed)


def hunt_variants(claim: Claim, variants: list[Mutant], examples: int = DRAWN, seed: int = 0) -> list[Hunted]:
    """What became of these variants of a claim: on its cases, near the worst of them, and beyond float64."""
    grounds = list(hunting_grounds(claim, examples, seed))
    found = hunt_on(variants, grounds)
    for one in found:
        if one.killed is None and one.surplus < 0 and not claim.names & RUNS:
            climb_from(one)
        if one.killed is None and one.surplus < 0:
            prove_wrong(one, (case for case in grounds if rare(case)))
    return found


def prove_wrong(one: Hunted, cases: Iterable[Case]) -> None:
    """Try cases in ball arithmetic that float64 cannot decide."""
    evaluate = Evaluator(one.mutant.claim)
    one.killed = next((found for case in cases if (found := _confirmed(evaluate, case)) is not None), None)


def climb_from(one: Hunted) -> None:
    """Look for a violation of a variant near the cases where it is worst."""
    evaluate = Evaluator(one.mutant.claim)

    def look(case: Case) -> Outcome | None:
        try:
            return evaluate.screen(case)
        except UNMEASURED:
            return None

    climber = Climber(one.mutant.claim, look)
    for start in best_of_each_sort(one.slacks, CLIMBS):
        top = climber.climb(start)
        if top is None:
            continue
        outcome = look(top)
        if outcome is None or outcome.relation is not Relation.VIOLATED:
            continue
        one.killed = _confirmed(evaluate, top)
        if one.killed is not None:
            return


def _confirmed(evaluate: Evaluator, case: Case) -> Outcome | None:
    """The violation of a case, where it is beyond doubt."""
    try:
        outcome = evaluate(case)
    except UNMEASURED:
        return None
    return outcome if outcome.relation is Relation.VIOLATED and outcome.trusted else None


def hunting_grounds(claim: Claim, examples: int = DRAWN, seed: int = 0) -> Iterator[Case]:
    """The cases that variants are tried on."""
    share = COSTLY_SHARE if claim.names & COSTLY or claim.relation.has(Integral) else 1
    space, names = claim.cases, claim.names
    yield from islice(calculator_cases(space, names), SIMPLE // share)
    yield from islice(boundary_cases(space, names), BOUNDARY // share)
    yield from drawn_cases(space, names, max(10, examples // share), seed)


def hunt_on(variants: list[Mutant], grounds: Iterable[Case]) -> list[Hunted]:
    """What became of these variants of one claim on these cases."""
    found = [Hunted(mutant) for mutant in variants]
    if not found:
        return found
    claim = found[0].mutant.parent
    compiled: dict[Expr, Side] = {}
    own = _compiled(claim, compiled)
    sides = {id(one): _compiled(one.mutant.claim, compiled) for one in found}
    judge = Evaluator(claim)
    for batch in batches(grounds):
        alive = survivors(found)
        if not alive:
            break
        env = BatchMeasurements(batch)
        values: dict[Expr, Enclosure | None] = {}
        reference = _values(own, env, values)
        if reference is None:
            continue
        for one in alive:
            here = _values(sides[id(one)], env, values)
            if here is None:
                one.senseless += len(batch)
            else:
                _try(one, batch, here, reference, judge)
    return found


def batches(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """Cases in order, cut where their sizes change; the first are few, as most variants die by them."""
    group: list[Case] = []
    size = FIRST_BATCH
    for case in cases:
        if group and (case.sizes != group[0].sizes or len(group) == size):
            yield group
            group, size = [], min(2 * size, BATCH)
        group.append(case)
    if group:
        yield group


def _try(one: Hunted, batch: list[Case], here: Sides, reference: Sides, judge: Evaluator) -> None:
    lhs, rhs = here
    sensible = np.isfinite(lhs.value) & np.isfinite(rhs.value)
    measured = np.isfinite(reference[0].value) & np.isfinite(reference[1].value)
    one.cases += int((sensible & measured).sum())
    one.senseless += int((~sensible & measured).sum())
    _compare(one, batch, here, reference)
    gap, noise = lhs.value - rhs.value, lhs.radius + rhs.radius
    beyond = np.abs(gap) if judge.claim.is_equality else gap
    with np.errstate(invalid="ignore"):
        violated = np.flatnonzero(sensible & (beyond > noise))
        clear = beyond[violated] / np.maximum(noise[violated], 1e-300)
    # the first clear violation is the one to show; doubtful ones come last
    order = violated[np.argsort(clear < 1e6, kind="stable")]
    evaluate = Evaluator(one.mutant.claim) if len(order) else judge
    for i in order[:DOUBTS]:
        one.killed = _confirmed(evaluate, batch[i])
        if one.killed is not None:
            return


def _compare(one: Hunted, batch: list[Case], here: Sides, reference: Sides) -> None:
    (lhs, rhs), (left, right) = here, reference
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        scale = np.max(np.abs([x.value for x in (*here, *reference)]), axis=0)
        noise = sum((_blur(x) for x in (*here, *reference)), np.zeros(scale.shape))
        known = np.isfinite(scale) & (scale > 0) & (noise <= BLURRED * scale)
        surplus = (rhs.value - lhs.value) - (right.value - left.value)
        surplus = np.where(np.abs(surplus) <= noise, 0.0, surplus / scale)
        moved = np.maximum(np.abs(lhs.value - left.value), np.abs(rhs.value - right.value))
        moved = np.where(moved <= noise, 0.0, moved / scale)
        ratio = np.where(rhs.value > rhs.radius, lhs.lower / rhs.upper, -np.inf)
        own = np.where(right.value > right.radius, left.lower / right.upper, -np.inf)
        slack = (lhs.value - rhs.value) / (np.abs(lhs.value) + np.abs(rhs.value))
    one.slacks += [(float(slack[i]), batch[i]) for i in np.flatnonzero(known & np.isfinite(slack))]
    one.compared += int(known.sum())
    if known.any():
        one.surplus = min(one.surplus, float(surplus[known].min()))
        one.apart = max(one.apart, float(moved[known].max()))
        one.tightest = max(one.tightest, float(ratio[known].max()))
        one.claims_own = max(one.claims_own, float(own[known].max()))


def _blur(x: Enclosure) -> NDArray[np.float64]:
    """What blurs the distance of two variants: not the sampling of a real run, which both sides of it share."""
    return ROUNDING * np.abs(x.value) if x.kind is Kind.SAMPLED else x.radius


def _compiled(claim: Claim, known: dict[Expr, Side]) -> list[tuple[Expr, Side]]:
    out = []
    for side in oriented(claim.relation):
        if side not in known:
            try:
                known[side] = compile_array(side, EnclosureOps())
            except CompileError:
                known[side] = None
        out.append((side, known[side]))
    return out


def _values(
    sides: list[tuple[Expr, Side]], env: BatchMeasurements, known: dict[Expr, Enclosure | None]
) -> Sides | None:
    """Both sides in every case, or None where the variant makes no sense in any (an index beyond the grid)."""
    for expression, side in sides:
        if expression not in known:
            known[expression] = None if side is None else _value(side, env)
    lhs, rhs = (known[expression] for expression, _ in sides)
    return None if lhs is None or rhs is None else (lhs, rhs)


def _value(side: Callable[[Any], Any], env: BatchMeasurements) -> Enclosure | None:
    try:
        with np.errstate(all="ignore"):
            value = as_enclosure(side(env))
    except UNMEASURED:
        return None
    count = (len(env.cases),)
    return value.broadcast_to(count) if not value.ndim else value.reshape(*count)


def survivors(found: Iterable[Hunted]) -> list[Hunted]:
    """Those that no case killed."""
    return [one for one in found if one.killed is None]

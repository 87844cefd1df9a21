"""Evaluating a claim in a case: float64 screens, ball arithmetic decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import flint
import numpy as np
from sympy import Expr, GreaterThan, StrictGreaterThan, StrictLessThan
from sympy.core.relational import Relational

from numerics.backends import BallOps, EnclosureOps
from numerics.enclosures import EPS, Enclosure, Kind, Relation, as_enclosure, at_most, equal
from numerics.targets.base import NotAvailable
from theory.claims import Claim
from theory.compiler import compile_array, compile_scalar
from verify import components
from verify.cases import Case
from verify.error_rates import Account
from verify.measurements import BallMeasurements, FloatMeasurements

PRECISIONS = (64, 128, 256, 512)  # bits, raised until the two sides separate
REPORTED_BITS = 40
TRUSTED_MARGIN = 1000.0  # an unproved violation counts if it is this many times the stated error


@dataclass(frozen=True)
class Outcome:
    """Both sides of a claim in one case, and what follows.

    Attributes:
        relation: holds, violated, or undecided (the sides touch or overlap).
        lhs, rhs: scalars, oriented so that the claim reads lhs <= rhs or lhs == rhs.
        certified: ball arithmetic decided.
        trusted: a violation that may be believed: certified, sampled at a stated error rate, or beyond the
            float64 error by ``TRUSTED_MARGIN``.
        bits: precision of the ball arithmetic, 0 for float64.
        equality: whether the claim is one.
    """

    case: Case
    relation: Relation
    lhs: Enclosure
    rhs: Enclosure
    certified: bool
    trusted: bool
    bits: int
    equality: bool = False

    @property
    def ratio(self) -> float:
        """lhs/rhs; infinite where rhs <= 0 < lhs."""
        left, right = float(self.lhs.value), float(self.rhs.value)
        if right > 0:
            return left / right
        return 1.0 if left == right else (float("inf") if left > right else 0.0)

    @property
    def slack(self) -> float:
        """(lhs - rhs) / (|lhs| + |rhs|), in [-1, 1]; positive is a violation of lhs <= rhs."""
        left, right = float(self.lhs.value), float(self.rhs.value)
        scale = abs(left) + abs(right)
        return (left - right) / scale if scale > 0 and np.isfinite(scale) else 0.0

    @property
    def undefined(self) -> bool:
        """A side has no finite value, such as the logarithm of a negative number."""
        return not (np.isfinite(self.lhs.value) and np.isfinite(self.rhs.value))

    @property
    def hidden(self) -> float:
        """The largest difference of the sides that their errors allow, relative to their size."""
        scale = max(abs(float(self.lhs.value)), abs(float(self.rhs.value)))
        width = abs(float(self.lhs.value - self.rhs.value)) + float(self.lhs.radius + self.rhs.radius)
        return width / scale if width < scale else min(width, 1.0)

    @property
    def gap(self) -> float:
        """|lhs - rhs| relative to the larger side; 0 where both are 0 within their errors."""
        scale = max(abs(float(self.lhs.value)), abs(float(self.rhs.value)))
        noise = float(self.lhs.radius + self.rhs.radius)
        return abs(float(self.lhs.value - self.rhs.value)) / scale if scale > noise else 0.0

    @property
    def push(self) -> float:
        """What the search drives up: the slack, for an equality its size, damped where error dominates."""
        if not self.equality:
            return self.slack
        noise = 1e3 * float(self.lhs.radius + self.rhs.radius)
        scale = abs(float(self.lhs.value)) + abs(float(self.rhs.value)) + noise
        gap = abs(float(self.lhs.value - self.rhs.value))
        return gap / scale if 0 < scale < np.inf else 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "case": self.case.as_json(),
            "text": str(self.case),
            "lhs": self.lhs.as_json(),
            "rhs": self.rhs.as_json(),
            "ratio": self.ratio if np.isfinite(self.ratio) else None,
            "certified": self.certified,
        }


class Evaluator:
    """A claim compiled once for both backends.

    Args:
        claim: what is decided.
        account: error rate, seed and ledger of what is random; without it, nothing is charged and every random
            experiment has its default rate.
    """

    def __init__(self, claim: Claim, account: Account | None = None):
        self.claim, self.account = claim, account
        sides = oriented(claim.relation)
        self.strict = isinstance(claim.relation, (StrictGreaterThan, StrictLessThan))
        self.alone = components.named_alone(claim.relation)
        self.floats = [compile_array(side, EnclosureOps()) for side in sides]
        self.balls = [compile_scalar(side, BallOps()) for side in sides]

    def __call__(self, case: Case, certify: bool = True) -> Outcome:
        """Decide the claim in ``case``.

        Args:
            certify: try ball arithmetic also where float64 says that the claim holds.

        Raises:
            NotAvailable: a quantity of the claim cannot be measured in this case.
        """
        found = self._decide_case(case, certify)
        if found.relation is Relation.VIOLATED and "C" in dict(case.free) and not self._no_constant_helps(case, found):
            return replace(found, relation=Relation.UNDECIDED, trusted=False)
        return found

    def _no_constant_helps(self, case: Case, found: Outcome) -> bool:
        """For a right side affine in C: violated at C = 1 as well, and not growing with C."""
        free = tuple((name, 1.0 if name == "C" else value) for name, value in case.free)
        at_one = self._decide_case(replace(case, free=free), certify=True)
        return at_one.relation is Relation.VIOLATED and bool(found.rhs.value <= at_one.rhs.value)

    def _decide_case(self, case: Case, certify: bool) -> Outcome:
        screened = self.screen(case)
        sampled = Kind.SAMPLED in (screened.lhs.kind, screened.rhs.kind)
        if sampled or (screened.relation is Relation.HOLDS and not certify):
            return screened
        try:
            proved = self.certify(case)
        except NotAvailable:
            return screened
        if proved.undefined and not screened.undefined:  # balls that grew without bound, such as a hard integral's
            return screened
        require_agreement(screened, proved)
        return proved

    def screen(self, case: Case) -> Outcome:
        """Decide in float64 alone.

        Raises:
            NotAvailable: a quantity of the claim cannot be measured in this case.
        """
        account = self.account
        env = FloatMeasurements(case) if account is None else FloatMeasurements(case, account.alpha, account.experiment)
        if self.alone:
            env.known[components.NAME] = components.components_alone(case, self.alone)
        lhs, rhs = (one_number(side(env)) for side in self.floats)
        if account is not None:
            for side in (lhs, rhs):
                account.charge(side.sources)
        relation = self.decide(lhs, rhs)
        trusted = self.trust(relation, lhs, rhs)
        return Outcome(case, relation, lhs, rhs, False, trusted, 0, self.claim.is_equality)

    def certify(self, case: Case) -> Outcome:
        """Decide by ball arithmetic alone, at rising precision.

        Raises:
            NotAvailable: some quantity has no proved enclosure in this case.
        """
        before = flint.ctx.prec
        try:
            for bits in PRECISIONS:
                flint.ctx.prec = bits
                env = BallMeasurements(case)
                left, right = (_ball(side(env)) for side in self.balls)
                relation = self.decide_balls(left, right)
                if relation is not Relation.UNDECIDED and _sharp(left) and _sharp(right):
                    break
                # equal sides never separate: one look at twice the working precision is enough
                if relation is Relation.UNDECIDED and self.claim.is_equality and bits >= 128:
                    break
            lhs, rhs = Enclosure.from_ball(left), Enclosure.from_ball(right)
            violated = relation is Relation.VIOLATED
            return Outcome(case, relation, lhs, rhs, True, violated, bits, self.claim.is_equality)
        finally:
            flint.ctx.prec = before

    def decide(self, lhs: Enclosure, rhs: Enclosure) -> Relation:
        if not (np.isfinite(lhs.value) and np.isfinite(rhs.value)):
            return Relation.UNDECIDED
        return equal(lhs, rhs) if self.claim.is_equality else at_most(lhs, rhs)

    def decide_balls(self, left: Any, right: Any) -> Relation:
        if self.claim.is_equality:
            return Relation.UNDECIDED if left.overlaps(right) else Relation.VIOLATED
        if left > right or (self.strict and left.is_exact() and right.is_exact() and left == right):
            return Relation.VIOLATED
        return Relation.HOLDS if left <= right else Relation.UNDECIDED

    def trust(self, relation: Relation, lhs: Enclosure, rhs: Enclosure) -> bool:
        if relation is not Relation.VIOLATED:
            return False
        if Kind.SAMPLED in (lhs.kind, rhs.kind):
            return True
        return bool(abs(lhs.value - rhs.value) > TRUSTED_MARGIN * (lhs.radius + rhs.radius))


class BackendsDisagreeError(ArithmeticError):
    """float64 and ball arithmetic give different numbers: one of the two implementations is wrong."""


def require_agreement(screened: Outcome, proved: Outcome) -> None:
    """Hold the two implementations of every quantity to each other, wherever both have measured a case.

    Raises:
        BackendsDisagreeError: a side in float64 is off its proved enclosure by ``TRUSTED_MARGIN`` times its stated
            error.
    """
    for name in ("lhs", "rhs"):
        rough, sharp = getattr(screened, name), getattr(proved, name)
        if not (np.isfinite(rough.value) and np.isfinite(sharp.value)):
            continue
        if abs(rough.value - sharp.value) > TRUSTED_MARGIN * rough.radius + sharp.radius + EPS * abs(sharp.value):
            side = "left" if name == "lhs" else "right"
            raise BackendsDisagreeError(
                f"the {side} side is {rough} in float64, but {sharp} in ball arithmetic, at {proved.case}"
            )


def oriented(relation: Relational) -> tuple[Expr, Expr]:
    """The two sides, turned so that the relation reads lhs <= rhs or lhs == rhs."""
    if isinstance(relation, (GreaterThan, StrictGreaterThan)):
        return relation.rhs, relation.lhs
    return relation.lhs, relation.rhs


def one_number(x: Any) -> Enclosure:
    """The value of a side as a scalar enclosure.

    Raises:
        ValueError: the side has several values.
    """
    value = as_enclosure(x)
    if value.value.size != 1:
        raise ValueError(f"a side of the relation has {value.value.size} values; it must be one number")
    return value.reshape()


def _sharp(ball: Any) -> bool:
    """Known well enough to be printed, not only to be compared."""
    return bool(ball.is_zero() or ball.rel_accuracy_bits() >= REPORTED_BITS)


def _ball(x: Any) -> Any:
    return x if isinstance(x, flint.arb) else flint.arb(x)

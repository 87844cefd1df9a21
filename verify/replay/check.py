"""Re-checking one case of a certificate, at rising precision."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from verify.replay.clock import check_time, time_limit
from verify.replay.errors import CannotCheck, TooWide
from verify.replay.evaluate import evaluate
from verify.replay.format import CaseFields, EnclosureFields, GaussianFields, MixtureFields, OtherFields
from verify.replay.gaussian import GaussianData
from verify.replay.intervals import between, bounds, precision
from verify.replay.mixture import MixtureData
from verify.replay.network import Network
from verify.replay.network_fields import NamedNetworkFields
from verify.replay.quantities import Quantities, ReplayCase
from verify.replay.text import Statement

PRECISIONS = (60, 100, 160, 256, 400)
ENOUGH_FOR_WHOLE_NUMBERS = 1024  # a small network's losses are dyadic: with these bits most are points
ENOUGH_FOR_EQUALITY = 160  # equal sides never separate: more bits would not help
SHARP = Fraction(1, 2**33)  # relative width at which the intervals say enough about the certificate's numbers

Ends = tuple[Fraction, Fraction]


class Answer(StrEnum):
    AGREE = "agree"
    DISAGREE = "disagree"
    CANNOT_CHECK = "cannot check"


@dataclass(frozen=True)
class Checked:
    """What a case came to.

    Attributes:
        reason: why not ``agree``; for ``agree``, how well the numbers are known.
        lhs, rhs: intervals of both sides, None where they were not had.
        bits: the precision at the end.
    """

    answer: Answer
    reason: str
    lhs: Ends | None = None
    rhs: Ends | None = None
    bits: int = 0
    seconds: float = 0.0


def check_case(statement: Statement, case: CaseFields, seconds: float = 60.0) -> Checked:
    """Whether the case shows what its certificate says (a violation, or for ``proved`` cases that the relation holds).

    ``agree``: this implementation's intervals separate the sides the same way, and each meets the certificate's
    enclosure. ``disagree``: they separate the other way, or one of them does not meet, or nothing separates the sides
    and not even the certificate's own enclosures do.
    """
    began = time.monotonic()
    found = _check(statement, case, seconds)
    return Checked(found.answer, found.reason, found.lhs, found.rhs, found.bits, time.monotonic() - began)


def _check(statement: Statement, case: CaseFields, seconds: float) -> Checked:
    if case.evidence == "sampling":
        return Checked(Answer.CANNOT_CHECK, "the evidence is sampling, which has no exact value to compare")
    best: Checked | None = None
    try:
        with time_limit(seconds):
            plain = replay_case(case)
            for bits in PRECISIONS if plain.network is None else (*PRECISIONS, ENOUGH_FOR_WHOLE_NUMBERS):
                check_time()
                try:
                    with precision(bits):
                        sides = _sides(statement, plain)
                        every = _sides_for_every_constant(statement, plain, case)
                except TooWide as why:
                    best = best or Checked(Answer.CANNOT_CHECK, f"at {bits} bits: {why}", bits=bits)
                    continue
                best = _judge(statement, case, sides, every, bits)
                if best.answer is Answer.DISAGREE or (best.answer is Answer.AGREE and _width(sides) <= SHARP):
                    return best
                if statement.sign == "==" and bits >= ENOUGH_FOR_EQUALITY:
                    break
    except CannotCheck as why:
        if best is None or best.lhs is None:
            return Checked(Answer.CANNOT_CHECK, str(why), bits=best.bits if best else 0)
    assert best is not None
    return best if best.lhs is None or best.answer is Answer.AGREE else _unresolved(statement, case, best)


def replay_case(case: CaseFields) -> ReplayCase:
    """The case in this implementation's own types.

    Raises:
        CannotCheck: the data (or the network, where there is one) have no exact description.
    """
    data: GaussianData | MixtureData | None = None
    network: Network | None = None
    if isinstance(case.training, NamedNetworkFields):
        raise CannotCheck(f"the network {case.training.label} is not written out")
    if case.training is not None:
        network = Network(case.training)
    if isinstance(case.data, GaussianFields):
        data = GaussianData(tuple(case.data.variances), tuple(case.data.means))
    elif isinstance(case.data, MixtureFields):
        data = MixtureData(tuple(case.data.weights), tuple(case.data.means), tuple(case.data.variances))
    elif network is None:
        assert isinstance(case.data, OtherFields)
        raise CannotCheck(f"the data {case.data.label} are not described exactly")
    error = case.score_error
    a, b = (error.a, error.b) if error else (Fraction(0), Fraction(0))
    free = {str(name): number for name, number in case.free.items()}
    return ReplayCase(data, tuple(case.v), case.sampler, case.start, a, b, free, network)


def _sides(statement: Statement, case: ReplayCase) -> tuple[Ends, Ends]:
    quantities = Quantities(case)
    left, right = evaluate(statement.lhs, quantities), evaluate(statement.rhs, quantities)
    return bounds(left), bounds(right)


def _sides_for_every_constant(statement: Statement, plain: ReplayCase, case: CaseFields) -> tuple[Ends, Ends] | None:
    """Both sides with the unnamed constant C as the whole range from 1 to its value; None without such a constant."""
    if "C" not in statement.names or case.role == "proved":
        return None
    quantities: Any = _WithRange(plain)
    left, right = evaluate(statement.lhs, quantities), evaluate(statement.rhs, quantities)
    return bounds(left), bounds(right)


class _WithRange(Quantities):
    """The quantities of a case with C anywhere between 1 and its value."""

    def exact(self, name: str) -> Fraction | None:
        return None if name == "C" else super().exact(name)

    def number(self, name: str) -> Any:
        if name != "C":
            return super().number(name)

        top = self.case.free["C"]
        return between(min(Fraction(1), top), max(Fraction(1), top))


def _judge(statement: Statement, case: CaseFields, sides: tuple[Ends, Ends], every: Any, bits: int) -> Checked:
    left, right = sides
    for name, ours, theirs in (("left", left, case.lhs), ("right", right, case.rhs)):
        if not _meet(ours, theirs):
            why = f"the {name} side is in {show(ours)}, the certificate says {show(theirs.ends)}"
            return Checked(Answer.DISAGREE, why, left, right, bits)
    stated = separated(statement.sign, left, right, case.role != "proved")
    if stated and every is not None and not separated(statement.sign, every[0], every[1], violated=True):
        return Checked(Answer.CANNOT_CHECK, "some constant C below the one tried may do", left, right, bits)
    if stated:
        return Checked(Answer.AGREE, f"both sides known to {float(_width(sides)):.0e}", left, right, bits)
    if separated(statement.sign, left, right, case.role == "proved"):
        what = "holds" if case.role != "proved" else "is violated"
        return Checked(
            Answer.DISAGREE, f"the relation {what}: left {show(left)}, right {show(right)}", left, right, bits
        )
    return Checked(Answer.CANNOT_CHECK, "", left, right, bits)


def separated(sign: str, left: Ends, right: Ends, violated: bool) -> bool:
    """Whether two intervals prove that the relation is violated (or, else, that it holds)."""
    if sign == "==":
        apart = left[1] < right[0] or right[1] < left[0]
        return apart if violated else left[0] == left[1] == right[0] == right[1]
    if sign == "<=":
        return left[0] > right[1] if violated else left[1] <= right[0]
    return left[0] >= right[1] if violated else left[1] < right[0]


def _unresolved(statement: Statement, case: CaseFields, best: Checked) -> Checked:
    """The last word where the intervals overlap to the end."""
    assert best.lhs is not None
    assert best.rhs is not None
    if not separated(statement.sign, case.lhs.ends, case.rhs.ends, case.role != "proved"):
        why = "neither the certificate's own enclosures nor these intervals separate the sides as it says"
        return Checked(Answer.DISAGREE, why, best.lhs, best.rhs, best.bits)
    why = best.reason or f"the sides still overlap at {best.bits} bits: left {show(best.lhs)}, right {show(best.rhs)}"
    return Checked(Answer.CANNOT_CHECK, why, best.lhs, best.rhs, best.bits)


def _meet(ours: Ends, theirs: EnclosureFields) -> bool:
    low, high = theirs.ends
    return ours[0] <= high and low <= ours[1]


def _width(sides: tuple[Ends, Ends]) -> Fraction:
    """The larger of the two widths, relative to the larger side."""
    scale = max(abs(end) for side in sides for end in side)
    width = max(high - low for low, high in sides)
    return width / scale if scale else width


def show(ends: Ends) -> str:
    """An interval in decimals, for people."""
    return f"[{_decimal(ends[0])}, {_decimal(ends[1])}]"


def _decimal(number: Fraction) -> str:
    try:
        return f"{float(number):.12g}"
    except OverflowError:
        return "beyond 1e308"

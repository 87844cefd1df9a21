"""The two sides of a claim in one case: bars with their numbers, and the part by which the claim fails."""

from __future__ import annotations

import math

from numerics.enclosures import Enclosure, Relation
from theory.claims import Claim
from verify.evaluate import Outcome
from verify.reports.numbers import plus_minus
from verify.reports.sides import both_sides, overlap, turned, upper_side
from verify.reports.svg.axes import SMALL, Scale, Tick, bottom_axis
from verify.reports.svg.drawing import HOLDS, INK, LINE, OPEN, PAPER, REFUTED, A, Drawing

LEFT, RIGHT = 8.0, 372.0
BAR, ROW = 12.0, 34.0
SHORT = 24  # letters of a side that can be written beside its number
SLIM = 0.03  # a difference below this share of the axis is drawn on an axis of its own


def draw_sides(drawing: Drawing, claim: Claim, outcome: Outcome, top: float) -> float:
    """Both sides below ``top``, as they stand in the claim; returns where they end."""
    pair = both_sides(claim, outcome)
    left, right = (float(side.value) for side in pair)
    drawable = math.isfinite(left) and math.isfinite(right) and math.isfinite(abs(left) + abs(right))
    scale = _scale(outcome) if drawable else Scale(0.0, 1.0, LEFT, RIGHT)
    expressions = claim.relation.lhs, claim.relation.rhs
    for i, (name, side) in enumerate(zip(("left", "right"), pair, strict=True)):
        y = top + i * ROW
        drawing.text(LEFT, y + 11, f"{name}{_named(str(expressions[i]))}: {said(side)}", class_=f"number {name}")
        if drawable:
            value = float(side.value)
            begin, end = sorted((scale(0.0), scale(value)))
            drawing.rectangle(begin, y + 16, end - begin, BAR, fill=A, fill_opacity=1 - 0.45 * i, class_=f"side {name}")
            _whisker(drawing, scale, side, y + 16 + BAR / 2)
    bottom = top + 2 * ROW
    if not drawable:
        return bottom
    for y in (top, top + ROW):
        drawing.line((scale(0.0), y + 14), (scale(0.0), y + 18 + BAR))
    _difference(drawing, claim, outcome, scale, top)
    drawing.text(LEFT, bottom + 10, difference(claim, outcome), class_="difference")
    bottom += 16
    return _magnified(drawing, claim, outcome, bottom) if _is_slim(outcome, scale) else bottom


def _scale(outcome: Outcome) -> Scale:
    """From 0 to the larger side, or from the smaller to the larger, with such errors as are not larger still."""
    sides = [(float(side.value), float(side.radius)) for side in (outcome.lhs, outcome.rhs)]
    widest = max(abs(value) for value, _ in sides)
    ends = [value + sign * (radius if radius < widest else 0.0) for value, radius in sides for sign in (-1, 1)]
    low, high = (f([0.0, *ends, *(value for value, _ in sides)]) for f in (min, max))
    if min(value for value, _ in sides) >= 0:
        low = 0.0
    if max(value for value, _ in sides) <= 0:
        high = 0.0
    return Scale(low, high if low < high else 1.0, LEFT, RIGHT)


def said(side: Enclosure) -> str:
    """A side's number with its error, or that it has none."""
    return plus_minus(side) if math.isfinite(float(side.value)) else "no finite value"


def difference(claim: Claim, outcome: Outcome) -> str:
    """By how much the claim fails or holds in this case, in words; a share is one of the side that bounds the other."""
    if outcome.undefined:
        return "a side has no finite value"
    bound = abs(float(outcome.rhs.value))
    gap = abs(float(outcome.lhs.value - outcome.rhs.value))
    share = f", {_share(gap / bound)} the {upper_side(claim)} side" if bound and math.isfinite(gap / bound) else ""
    if outcome.relation is Relation.HOLDS:
        return f"holds with {gap:.3g} to spare{share}" if gap else "holds: both sides are equal"
    fails = f"{'sides differ' if outcome.equality else 'fails'} by {gap:.3g}{share}"
    if outcome.relation is Relation.VIOLATED and outcome.trusted:
        return fails if gap else "fails: both sides are equal"
    if outcome.relation is Relation.VIOLATED or not overlap(outcome):  # not believed, or another constant may mend it
        return f"{fails}, not decided"
    return "the sides agree within their errors" if outcome.lhs.radius + outcome.rhs.radius else "both sides are equal"


def _share(share: float) -> str:
    return f"{100 * share:.3g} % of" if share < 10 else f"{share:.3g} times"


def _named(expression: str) -> str:
    return f" side, {expression}" if len(expression) <= SHORT else " side"


def _whisker(drawing: Drawing, scale: Scale, side: Enclosure, y: float) -> None:
    """The error of a side, where it can be seen."""
    radius = float(side.radius)
    if not math.isfinite(radius):
        return
    ends = [min(max(scale(float(side.value) + sign * radius), LEFT), RIGHT) for sign in (-1, 1)]
    if ends[1] - ends[0] >= 2:
        drawing.path(
            f"M{ends[0]:.2f} {y:.2f}H{ends[1]:.2f}M{ends[0]:.2f} {y - 4:.2f}v8M{ends[1]:.2f} {y - 4:.2f}v8",
            stroke=INK,
            fill="none",
            class_="error",
        )


def _difference(drawing: Drawing, claim: Claim, outcome: Outcome, scale: Scale, top: float) -> None:
    """What lies between the sides, beside the one that is to be smaller; hatched where the claim fails."""
    colour = _colour(outcome)
    if colour == OPEN and overlap(outcome):
        return
    begin, end = sorted(scale(float(side.value)) for side in (outcome.lhs, outcome.rhs))
    place = begin, top + 16 + ROW * turned(claim), end - begin, BAR
    if colour == REFUTED:
        drawing.rectangle(*place, fill=PAPER)
        drawing.rectangle(*place, class_="gap", fill=drawing.hatch(REFUTED), stroke=REFUTED)
    else:
        drawing.rectangle(*place, class_="gap", fill="none", stroke=colour, stroke_dasharray="3 2")
    edge = scale(float(outcome.rhs.value))
    drawing.line((edge, top + 14), (edge, top + ROW + 16 + BAR), stroke_dasharray="2 2")


def _colour(outcome: Outcome) -> str:
    """Of what a case shows: that the claim holds, fails, or neither."""
    if outcome.relation is Relation.HOLDS:
        return HOLDS
    return REFUTED if outcome.relation is Relation.VIOLATED and outcome.trusted else OPEN


def _is_slim(outcome: Outcome, scale: Scale) -> bool:
    """Whether the difference, or that there is none, cannot be seen on the axis of the sides."""
    gap = abs(float(outcome.lhs.value) - float(outcome.rhs.value))
    room = gap + float(outcome.lhs.radius + outcome.rhs.radius)
    return (
        math.isfinite(room)
        and room > 0
        and any((outcome.lhs.value, outcome.rhs.value))
        and gap < SLIM * (scale.high - scale.low)
    )


def _magnified(drawing: Drawing, claim: Claim, outcome: Outcome, top: float) -> float:
    """left - right, of a bound from below right - left, with its error on an axis of its own; returns where it ends."""
    gap = float(outcome.lhs.value - outcome.rhs.value)
    radius = float(outcome.lhs.radius + outcome.rhs.radius)
    reach = 1.15 * (abs(gap) + radius)
    scale = Scale(-reach, reach, LEFT, RIGHT)
    axis, y = top + 30, top + 17
    if not outcome.equality:  # a bound may not pass 0 to the right
        drawing.rectangle(scale(0.0), top + 6, RIGHT - scale(0.0), axis - top - 6, fill=REFUTED, fill_opacity=0.12)
    colour = _colour(outcome)
    ends = scale(gap - radius), scale(gap + radius)
    if ends[1] - ends[0] >= 1:
        drawing.path(
            f"M{ends[0]:.2f} {y}H{ends[1]:.2f}M{ends[0]:.2f} {y - 5}v10M{ends[1]:.2f} {y - 5}v10",
            stroke=colour,
            stroke_width=1.5,
            fill="none",
        )
    drawing.add("circle", cx=scale(gap), cy=y, r=4, fill=colour, class_="point")
    drawing.line((scale(0.0), top + 6), (scale(0.0), axis), stroke=LINE)
    ticks: list[Tick] = [(0.0, "0"), *((x, f"{x:.2g}") for x in (-reach / 1.15, reach / 1.15))]
    bottom_axis(drawing, scale, axis, ticks=ticks)
    names = "right - left" if turned(claim) else "left - right"
    drawing.text((LEFT + RIGHT) / 2, axis + 27, f"{names}, with the error of both", "middle", font_size=SMALL)
    return axis + 32

"""The training loss of a case's network, step by step."""

from __future__ import annotations

import math

import numpy as np

from numerics.targets.base import NotAvailable
from theory.claims import Claim
from verify.cases import Case
from verify.reports.svg.axes import Scale, Tick, bottom_axis, left_axis
from verify.reports.svg.drawing import A, Drawing, polyline
from verify.training import LONG, training_number

LEFT, RIGHT, HEIGHT = 44.0, 372.0, 92.0
OF_LOSS = {"loss_em", "growth"}  # claims on the course of the loss ...
OF_A_MOVE = "loss_moved"  # ... and not on one move of the weights


def draw_loss(drawing: Drawing, claim: Claim, case: Case, top: float) -> float | None:
    """The loss of the network of the case, which is trained once more, over its steps.

    Returns where it ends, or None for a claim that is not on the loss along a run, and for runs too long to repeat.
    """
    if case.training is None or not claim.names & OF_LOSS or OF_A_MOVE in claim.names or case.training.steps > LONG:
        return None
    try:
        loss = np.asarray(training_number(case, "loss_em").value, dtype=np.float64)
    except NotAvailable:
        return None
    if len(loss) < 2 or not np.isfinite(loss).all():
        return None
    plot, bottom = top + 18, top + 18 + HEIGHT
    xs = Scale(-0.15, len(loss) - 0.85, LEFT, RIGHT)
    ys = _heights(loss, bottom, plot)
    left_axis(drawing, ys, LEFT, RIGHT)
    shown = [(xs(s), ys(y)) for s, y in enumerate(loss.tolist()) if not ys.log or y > 0]
    drawing.path(polyline(shown), fill="none", stroke=A, stroke_width=1.5, class_="loss")
    points = drawing.group(fill=A)
    for x, y in shown:
        drawing.add("circle", points, cx=x, cy=y, r=3)
    note = ", 0 is not drawn" if len(shown) < len(loss) else ""
    drawing.text(LEFT, top + 10, f"training loss of this network{note}")
    steps: list[Tick] = [(float(s), str(s)) for s in range(len(loss)) if len(loss) < 12 or s % 4 == 0]
    bottom_axis(drawing, xs, bottom, "step of gradient descent", steps)
    return bottom + 40


def _heights(loss: np.ndarray, bottom: float, top: float) -> Scale:
    """Logarithmic where the loss changes by more than a factor of 10."""
    positive = loss[loss > 0]
    if len(positive) > 1 and positive.max() > 10 * positive.min():
        low, high = math.log10(positive.min()), math.log10(positive.max())
        room = 0.06 * (high - low)
        return Scale(10 ** (low - room), 10 ** (high + room), bottom, top, log=True)
    return Scale(0.0, 1.06 * (float(loss.max()) or 1.0), bottom, top)

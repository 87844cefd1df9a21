"""Picture of the case that a verdict shows: its grid under the curve of its data, or a training loss, and its sides."""

from __future__ import annotations

from theory.claims import Claim
from verify.evaluate import Outcome
from verify.reports.sides import both_sides, kind_of
from verify.reports.svg.case_grid import draw_grid
from verify.reports.svg.case_loss import draw_loss
from verify.reports.svg.drawing import Drawing
from verify.reports.svg.picture import Picture
from verify.reports.svg.sides import difference, draw_sides, said
from verify.verdicts import Verdict

WIDTH = 380.0


def counterexample(verdict: Verdict) -> Picture | None:
    """The smallest counterexample, or the tightest case of a claim that was not refuted; None without either.

    Above, where the claim speaks of levels of noise, the case's levels under v J(v) of its data (mmse(v)/v for the
    denoiser sampler) and what the sampler holds on each step, for Gaussian data and mixtures in one dimension; for a
    claim on the loss of a network, that loss. Below, both sides with their numbers.
    """
    outcome = verdict.counterexample or verdict.tightest
    if outcome is None:
        return None
    what = "Smallest counterexample" if verdict.counterexample is not None else "Tightest case"
    claim, case = verdict.claim, outcome.case
    drawing = Drawing(f"case {claim.id}", WIDTH, 0)
    drawing.text(8, 12, what, font_weight="bold")
    drawing.text(372, 12, kind_of(outcome), "end", fill_opacity=0.8)
    top = draw_grid(drawing, claim, case, 22) or draw_loss(drawing, claim, case, 22) or 20
    drawing.height = draw_sides(drawing, claim, outcome, top) + 4
    return drawing.picture(f"{what} to {claim.id}", _alt(what, claim, outcome), f"{what}: {_caption(outcome)}")


def _alt(what: str, claim: Claim, outcome: Outcome) -> str:
    left, right = both_sides(claim, outcome)
    sides = f"left side {said(left)}, right side {said(right)}"
    return f"{what}, {outcome.case}: {sides} ({kind_of(outcome)}); {difference(claim, outcome)}."


def _caption(outcome: Outcome) -> str:
    error = outcome.case.error
    learned = ""
    if error is not None and (error.a or error.b) and outcome.case.v:
        learned = " The steps are those of the true score, not of the learned one."
    return f"{outcome.case}.{learned}"

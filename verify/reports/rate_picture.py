"""Measured exponents of claims about rates beside the printed ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from sympy import Number, Symbol, diff, simplify

from theory.claims import Claim
from theory.claims.design import Bound
from theory.vocabulary import VOCABULARY
from verify.reports.training_pictures import BLACK, BLUE, GREY, ORANGE, figure

COLUMNS = 4
HALF = 0.32  # of the width of a mark
WRONG_SIDE: dict[Bound, tuple[int, ...]] = {Bound.LOWER: (-1,), Bound.UPPER: (1,), Bound.BOTH: (-1, 1)}


@dataclass(frozen=True)
class Exponent:
    """The power of one size in a rate.

    Attributes:
        size: ``m``, ``d``, ``n``, ``N`` or ``layers``.
        printed: in the claim; None where the size is no factor of that side.
        drift, low, high: power with which the implied constant goes, and its interval.
        lasting: whether this drift refutes the claim.
    """

    size: str
    printed: float | None
    drift: float
    low: float
    high: float
    lasting: bool

    @property
    def measured(self) -> tuple[float, float, float]:
        """The exponent that was measured and its interval: the printed one (0 if there is none) plus the drift."""
        base = self.printed or 0.0
        return base + self.drift, base + self.low, base + self.high


def exponents(claim: Claim, rates: dict[str, Any]) -> list[Exponent]:
    """The printed and measured powers of each size.

    Args:
        claim: a claim with a design.
        rates: as :attr:`verify.verdicts.Verdict.rates`.

    Raises:
        ValueError: the claim has no design.
    """
    if claim.design is None:
        raise ValueError(f"claim {claim.id} has no design, and so no rates")
    found = []
    for size, one in rates["variables"].items():
        last = one["decided_by"] == "last"
        value, ends = (one["last"]["value"], one["last"]) if last else (one["slope"], one)
        drift = (value, ends["low"], ends["high"])
        found.append(Exponent(size, printed_exponent(claim, size), *drift, one["drift"] == "lasting"))
    return found


def printed_exponent(claim: Claim, size: str) -> float | None:
    """The power of a size in the side with the unnamed constant; None where that is not one number.

    Raises:
        ValueError: the claim has no design.
    """
    if claim.design is None:
        raise ValueError(f"claim {claim.id} has no design, and so no printed rate")
    _, side, _ = claim.design.sides(claim.relation)
    x = VOCABULARY[size].symbol
    power = simplify(x * diff(side, x) / side)
    given = dict(claim.design.free)
    power = power.subs({s: given[s.name] for s in power.free_symbols if isinstance(s, Symbol) and s.name in given})
    return float(power) if isinstance(power, Number) else None


def draw_rates(measured: Sequence[tuple[Claim, dict[str, Any]]], to: Path) -> None:
    """A panel a claim: for each size the printed exponent as a line, the measured one as a point with its interval.

    Raises:
        ValueError: there is no claim, or one without a design.
    """
    if not measured:
        raise ValueError("no claim with measured rates: there is nothing to draw")
    columns = min(COLUMNS, len(measured))
    rows = -(-len(measured) // columns)
    with figure(to, columns, rows, width=3.1, height=2.7, share=True) as grid:
        panels = list(grid.flat)
        for axes, (claim, rates) in zip(panels, measured, strict=False):
            draw_panel(axes, claim, exponents(claim, rates))
        for axes in panels[len(measured) :]:
            axes.axis("off")
        for row in grid:
            row[0].set_ylabel("exponent")
        panels[0].figure.legend(handles=legend(), frameon=False, fontsize=8, loc="outside lower center", ncols=4)


def legend() -> list[Any]:
    """What the marks mean, whichever of them a panel has."""
    return [
        Line2D([], [], color=BLACK, lw=1.6, label="printed"),
        Line2D([], [], color=BLUE, marker="o", ms=4, lw=1.2, label="measured, with interval"),
        Line2D([], [], color=ORANGE, marker="o", ms=4, lw=1.2, label="the same, refutes the claim"),
        Patch(color=GREY, alpha=0.25, lw=0, label="side that would refute"),
    ]


def draw_panel(axes: Any, claim: Claim, found: Sequence[Exponent]) -> None:
    """One claim.

    Raises:
        ValueError: it has no design.
    """
    if claim.design is None:
        raise ValueError(f"claim {claim.id} has no design, and so no rates")
    _, _, bound = claim.design.sides(claim.relation)
    for x, one in enumerate(found):
        middle, low, high = one.measured
        if one.printed is not None:
            ends = [x - HALF, x + HALF]
            axes.plot(ends, [one.printed] * 2, color=BLACK, lw=1.6)
            for sign in WRONG_SIDE[bound]:
                axes.fill_between(ends, one.printed, one.printed + 0.5 * sign, color=GREY, alpha=0.25, lw=0)
        error = [[middle - low], [high - middle]]
        colour = ORANGE if one.lasting else BLUE
        axes.errorbar(x, middle, yerr=error, color=colour, fmt="o", ms=4, capsize=3, lw=1.2)
    axes.set_xticks(range(len(found)), [one.size for one in found])
    axes.set_xlim(-0.6, len(found) - 0.4)
    axes.set_xlabel("size")
    axes.set_title(claim.id, fontsize=9)

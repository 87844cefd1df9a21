"""How the implied constant of a claim drifts along each size, and whether the drift refutes the claim.

With c the implied constant of a run and x a size, the cell means of ln c give three contrasts: the least-squares
*slope* in ln x, the *last* slope (between the two largest levels), and the *bend*, the change of the slope for each
factor e of x. A bend that is told from 0 says that the range is not yet asymptotic; then the last slope decides,
otherwise the slope.

The drift that decides refutes a claim if its interval lies wholly on the wrong side, unless it may vanish beyond the
range. A correction 1 + A x^-p that is at most as large as the limit it comes to, u = A x^-p <= 1, drifts with the slope
s = p u/(1 + u), and this fades by s (p - s) for each factor e. Since s <= p/2, and if no correction slower than x^-1/2
is meant, that is at least kappa s with kappa = max(1/2 - s, s). So a drift lasts if ``stay = bend + kappa slope`` lies
on the wrong side too. It vanishes if it fades by more than max(1/2, s) s, as no power does; between the two, or
where the intervals do not tell, it is open. Drifts slower than every power are not told from vanishing ones: where
ln x < 2, a power of a logarithm fades as fast, so that a supported rate is one up to logarithms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from theory.claims.design import Bound
from verify.rates.contrasts import Cells, Interval, bend_weights, last_weights, slope_weights

FALSE_ALARM = 1e-5  # that a claim whose constant does not drift is refuted
STUDENT = 0.1  # the share of it that the intervals are computed at; the rest is for tails that are not Student's
RANGE_ERROR = 0.01  # that a bend is seen that is not there; that a drift is taken for lasting, or for vanishing
PROBABILITY = 0.99  # with which a drift of the stated size is seen
SLOWEST = 0.5  # x^-SLOWEST is the slowest correction that counts as vanishing
_SHARES = (SLOWEST / 2, 0.3, 0.35, 0.4, 0.5, 0.7, 1.0, 1.5)  # kappas tried for the size of a drift that is refuted
WHOLE_POWER = 1.0

Ends = tuple[float, float]
_WRONG: Mapping[Bound, tuple[int, ...]] = {Bound.LOWER: (-1,), Bound.UPPER: (1,), Bound.BOTH: (-1, 1)}


class Drift(StrEnum):
    """What the runs say of the drift along one size in the direction that the claim forbids."""

    NONE = "none"  # none is seen, and one of a whole power would have been
    LASTING = "lasting"  # refutes
    VANISHING = "vanishing"  # is seen, and fades too fast to go on: a correction that is gone for larger sizes
    FADING = "fading"  # is seen, and may last or vanish beyond the range
    HIDDEN = "hidden"  # one of a whole power could hide


@dataclass(frozen=True)
class Rate:
    """The drift of the implied constant along one size.

    Attributes:
        name: of the size.
        slope, last, bend: see the module.
        stay: ``bend`` plus kappa times the slope that decides, kappa the smallest that slopes of its interval have.
        fade: ``bend`` plus the slope that decides, times the largest of its interval, at least 1/2.
        bent: whether the bend is told from 0.
        seen: size of a forbidden drift with which the claim would not be supported, with probability ``PROBABILITY``.
        refuted: size of one with which it would be refuted, with that probability.
        drift: see :class:`Drift`.
    """

    name: str
    slope: Interval
    last: Interval
    bend: Interval
    stay: Interval
    fade: Interval
    bent: bool
    seen: float
    refuted: float
    drift: Drift

    @property
    def decides(self) -> Interval:
        return self.last if self.bent else self.slope

    @property
    def is_seen(self) -> bool:
        """A drift in a direction that the claim forbids is told from none, whatever becomes of it."""
        return self.drift in (Drift.LASTING, Drift.VANISHING, Drift.FADING)

    def as_json(self) -> dict[str, Any]:
        slope = self.slope.as_json()
        return {
            "slope": slope.pop("value"),
            **slope,
            "curvature": self.bend.as_json() | {"seen": self.bent},
            "last": self.last.as_json(),
            "stay": self.stay.as_json() if self.is_seen else None,
            "fade": self.fade.as_json() if self.is_seen else None,
            "decided_by": "last" if self.bent else "slope",
            "drift": str(self.drift),
            "would_see": self.seen,
            "would_refute": self.refuted,
        }


def interval_error(variables: int, false_alarm: float = FALSE_ALARM) -> float:
    """Error probability at which each interval of a slope is computed: two for each size share the claim's."""
    return STUDENT * false_alarm / (2 * variables)


def range_error(variables: int) -> float:
    """Error probability of each interval of a bend or of what stays.

    Only one end of the intervals of what stays can let a fading drift pass for a lasting one, and there are two for
    each size.
    """
    return RANGE_ERROR / variables


def rate_of(cells: Cells, name: str, bound: Bound, false_alarm: float = FALSE_ALARM) -> Rate:
    """The drift along one size of the mean of ln c over all others.

    Args:
        cells: ln c of the runs.
        name: of the size, which has at least three levels.
        bound: what the claim says of c.
        false_alarm: probability that the claim is refuted though c does not drift, all sizes together.
    """
    levels, variables = cells.levels(name), len(cells.names)
    alpha, alpha_range = interval_error(variables, false_alarm), range_error(variables)
    slope_w, last_w, bend_w = (
        cells.weights(name, make(levels)) for make in (slope_weights, last_weights, bend_weights)
    )
    slope, last = cells.interval(slope_w, alpha), cells.interval(last_w, alpha)
    bend = cells.interval(bend_w, alpha_range)
    bent = bend.excludes_zero
    decides, decides_w = (last, last_w) if bent else (slope, slope_w)

    def stay_of(kappa: float) -> Interval:
        return cells.interval(bend_w + kappa * decides_w, alpha_range)

    pointing = [ends for ends in _both_ways(decides) if ends[0] > 0]  # its size, where it is told from 0
    low, high = pointing[0] if pointing else (0.0, 0.0)
    stay = stay_of(max(SLOWEST / 2, low, SLOWEST - high) if pointing else SLOWEST)
    fade = stay_of(max(SLOWEST, high))
    miss = (1 - PROBABILITY) / 4  # of which there are four ways
    seen = max(one.sure(alpha, miss) for one in (slope, last))
    # a drift that is larger than kappa by ``seen`` has an interval above kappa
    refuted = min(
        max(seen + (kappa if kappa > SLOWEST / 2 else 0.0), stay_of(kappa).sure(alpha_range, miss) / kappa)
        for kappa in _SHARES
    )
    return Rate(name, slope, last, bend, stay, fade, bent, seen, refuted, _drift(decides, stay, fade, bound))


def _both_ways(one: Interval) -> tuple[Ends, Ends]:
    """The ends of an interval, as it is and mirrored."""
    return (one.low, one.high), (-one.high, -one.low)


def _drift(decides: Interval, stay: Interval, fade: Interval, bound: Bound) -> Drift:
    found = {_towards(*(_both_ways(one)[sign < 0] for one in (decides, stay, fade))) for sign in _WRONG[bound]}
    order = (Drift.LASTING, Drift.FADING, Drift.HIDDEN, Drift.VANISHING, Drift.NONE)
    return next(drift for drift in order if drift in found)


def _towards(decides: Ends, stay: Ends, fade: Ends) -> Drift:
    """The drift where the claim forbids a positive one."""
    if decides[0] <= 0:
        return Drift.HIDDEN if decides[1] >= WHOLE_POWER else Drift.NONE
    if stay[0] > 0:
        return Drift.LASTING
    return Drift.VANISHING if fade[1] < 0 else Drift.FADING

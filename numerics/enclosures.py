"""The one number type of scoreproof: a value that carries its own error.

An :class:`Enclosure` is a midpoint ``value`` and a ``radius`` (float64 arrays of one shape) that promise

    |true - value| <= radius

and a ``kind`` that says what the promise rests on:

* ``certified``: proved, by ball arithmetic (Arb) with outward rounding;
* ``exact``: float64 evaluation of a closed form or of a converged quadrature, with a stated tolerance;
* ``sampled``: a confidence interval that fails with probability at most ``alpha``.

Arithmetic follows the promise through (interval arithmetic plus the rounding of each operation), and the
weakest kind wins. Comparisons are decided by :func:`at_most` and :func:`equal`, never on bare floats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.display import Badge, Contents, Displayed, Table, Tone

EPS = float(np.finfo(np.float64).eps)
TINY = float(np.finfo(np.float64).tiny)
_ROWS = 10  # of a table in a notebook


class Kind(StrEnum):
    """What the ± of a number is worth.

    Certified: proved, by ball arithmetic with outward rounding. Exact: float64, with an estimate of its error. Sampled:
    a confidence interval, which misses at a stated rate.
    """

    CERTIFIED = "certified"
    EXACT = "exact"
    SAMPLED = "sampled"


_STRENGTH = {Kind.CERTIFIED: 2, Kind.EXACT: 1, Kind.SAMPLED: 0}


def weakest(*kinds: Kind) -> Kind:
    """The kind of a number computed from numbers of these kinds."""
    return min(kinds, key=_STRENGTH.__getitem__)


class Relation(StrEnum):
    """Outcome of comparing two enclosures."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNDECIDED = "undecided"


@dataclass(frozen=True, eq=False)
class Enclosure(Displayed):
    """``value`` ± ``radius`` (float64 arrays of equal shape), its kind, and the chance that it is wrong.

    Attributes:
        value: the middle.
        radius: how far the true number may be off, >= 0; infinite where nothing is promised.
        kind: what the promise rests on.
        sources: name of each random experiment behind the number -> its error probability, so that an experiment used
            twice is charged once.
    """

    value: NDArray[np.float64]
    radius: NDArray[np.float64]
    kind: Kind = Kind.EXACT
    sources: Mapping[str, float] = field(default_factory=dict)

    # numpy must not try to broadcast over this object
    __array_ufunc__ = None

    @classmethod
    def of(cls, value: ArrayLike, radius: ArrayLike = 0.0, kind: Kind = Kind.EXACT) -> Enclosure:
        """A value with a stated tolerance (default none: the float64 number itself)."""
        mid = np.asarray(value, dtype=np.float64)
        rad = np.broadcast_to(np.asarray(radius, dtype=np.float64), mid.shape)
        rad = np.where(np.isnan(mid) | np.isnan(rad), np.inf, rad)
        return cls(mid, rad, kind)

    @classmethod
    def rounded(cls, value: ArrayLike, ulps: float = 8.0) -> Enclosure:
        """A float64 closed form, off by at most ``ulps`` units in the last place."""
        mid = np.asarray(value, dtype=np.float64)
        return cls.of(mid, ulps * EPS * np.abs(mid))

    @classmethod
    def interval(cls, lower: ArrayLike, upper: ArrayLike, kind: Kind = Kind.EXACT) -> Enclosure:
        """All numbers from ``lower`` to ``upper``, arrays of one shape; infinite ends make an infinite radius."""
        lo, hi = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
        mid = np.where(np.isfinite(lo) & np.isfinite(hi), lo / 2 + hi / 2, np.where(np.isfinite(lo), lo, 0.0))
        return cls.of(mid, np.nextafter(np.maximum(hi - mid, mid - lo), np.inf), kind)

    @classmethod
    def sampled(cls, value: ArrayLike, radius: ArrayLike, source: str, alpha: float) -> Enclosure:
        """A confidence interval from the experiment ``source``, wrong with probability at most ``alpha``."""
        if not 0 < alpha < 1:
            raise ValueError(f"alpha = {alpha!r} is not a probability strictly between 0 and 1")
        base = cls.of(value, radius, Kind.SAMPLED)
        return cls(base.value, base.radius, Kind.SAMPLED, {source: alpha})

    @classmethod
    def from_ball(cls, ball: Any) -> Enclosure:
        """A python-flint ``arb`` (or a nested list of them), rounded outward to float64."""
        balls = np.asarray(ball, dtype=object)
        mid = np.vectorize(lambda b: float(b.mid()), otypes=[float])(balls)
        rad = np.vectorize(_outward_radius, otypes=[float])(balls)
        return cls.of(mid, rad, Kind.CERTIFIED)

    @property
    def lower(self) -> NDArray[np.float64]:
        """value - radius, rounded down."""
        return np.nextafter(self.value - self.radius, -np.inf) if np.any(self.radius) else self.value

    @property
    def upper(self) -> NDArray[np.float64]:
        """value + radius, rounded up."""
        return np.nextafter(self.value + self.radius, np.inf) if np.any(self.radius) else self.value

    @property
    def shape(self) -> tuple[int, ...]:
        """Of value and radius; () for a number."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.value.ndim

    @property
    def alpha(self) -> float:
        """Probability that the promise fails (union bound over the experiments used)."""
        return float(sum(self.sources.values()))

    def __getitem__(self, index: Any) -> Enclosure:
        return Enclosure(np.asarray(self.value[index]), np.asarray(self.radius[index]), self.kind, self.sources)

    def reshape(self, *shape: int) -> Enclosure:
        """The same numbers in another shape."""
        return Enclosure(self.value.reshape(shape), self.radius.reshape(shape), self.kind, self.sources)

    def broadcast_to(self, shape: tuple[int, ...]) -> Enclosure:
        """The same numbers, repeated to a larger shape as numpy does."""
        return Enclosure(
            np.broadcast_to(self.value, shape), np.broadcast_to(self.radius, shape), self.kind, self.sources
        )

    def widened(self, radius: ArrayLike) -> Enclosure:
        """The same number with ``radius`` more error."""
        return Enclosure(self.value, self.radius + np.asarray(radius, dtype=np.float64), self.kind, self.sources)

    def intersect(self, lower: ArrayLike, upper: ArrayLike) -> Enclosure:
        """The part of the enclosure that lies within proved limits ``lower <= true <= upper``."""
        lo = np.maximum(self.value - self.radius, np.asarray(lower))
        hi = np.minimum(self.value + self.radius, np.asarray(upper))
        hi = np.maximum(hi, lo)
        out = Enclosure.interval(lo, hi, self.kind)
        return Enclosure(out.value, out.radius, self.kind, self.sources)

    def as_json(self) -> dict[str, Any]:
        """``{"value", "radius", "kind"}`` as in every JSON of the command line; a scalar only."""
        return {"value": float(self.value), "radius": float(self.radius), "kind": str(self.kind)}

    def __str__(self) -> str:
        if self.value.ndim:
            return f"Enclosure(shape={self.shape}, kind={self.kind})"
        return f"{float(self.value):.10g} ± {float(self.radius):.1e} ({self.kind})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _contents(self) -> Contents:
        """The number and its error, or a table of at most ten of them, as a notebook shows it."""
        tone = {Kind.CERTIFIED: Tone.GOOD, Kind.EXACT: Tone.PLAIN, Kind.SAMPLED: Tone.OPEN}[self.kind]
        badge = Badge(str(self.kind), tone)
        if not self.value.ndim:
            return Contents(f"{float(self.value):.10g} ± {float(self.radius):.1e}", badge)
        rows = tuple(
            (str(place), f"{self.value.flat[place]:.10g}", f"{self.radius.flat[place]:.1e}")
            for place in range(min(self.value.size, _ROWS))
        )
        left_out = self.value.size - len(rows)
        table = Table(("", "value", "radius"), rows + ((("...", f"{left_out} more", ""),) if left_out else ()), (1, 2))
        return Contents(f"{self.value.size} numbers, shape {self.shape}", badge, (table,))

    # --- arithmetic -------------------------------------------------------------------------------------

    def _with(self, value: Any, radius: Any, *others: Enclosure) -> Enclosure:
        """Result of one operation: propagated radius plus the operation's own rounding."""
        value = np.asarray(value, dtype=np.float64)
        # the last factor covers the rounding of the radius itself
        radius = (np.asarray(radius, dtype=np.float64) + EPS * np.abs(value)) * (1 + 8 * EPS)
        radius = np.where(np.isnan(value) | np.isnan(radius), np.inf, radius)
        sources = self.sources
        for other in others:
            if other.sources:
                sources = {**sources, **other.sources}
        kind = weakest(Kind.EXACT, self.kind, *(o.kind for o in others))
        return Enclosure(value, radius, kind, sources)

    def __neg__(self) -> Enclosure:
        return Enclosure(-self.value, self.radius, self.kind, self.sources)

    def __add__(self, other: EnclosureLike) -> Enclosure:
        o = as_enclosure(other)
        return self._with(self.value + o.value, self.radius + o.radius, o)

    def __sub__(self, other: EnclosureLike) -> Enclosure:
        o = as_enclosure(other)
        return self._with(self.value - o.value, self.radius + o.radius, o)

    def __mul__(self, other: EnclosureLike) -> Enclosure:
        o = as_enclosure(other)
        with np.errstate(invalid="ignore", over="ignore"):  # an infinite radius times 0 promises nothing
            radius = np.abs(self.value) * o.radius + np.abs(o.value) * self.radius + self.radius * o.radius
        return self._with(self.value * o.value, radius + TINY, o)  # products may underflow

    def __truediv__(self, other: EnclosureLike) -> Enclosure:
        o = as_enclosure(other)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = self.value / o.value
            floor = np.abs(o.value) - o.radius
            radius = np.where(floor > 0, (self.radius + np.abs(value) * o.radius) / floor, np.inf)
        return self._with(value, radius + TINY, o)

    def __pow__(self, power: int | float) -> Enclosure:
        if float(power).is_integer() and abs(power) <= 64:
            n = abs(int(power))
            out = Enclosure.of(np.ones_like(self.value))
            for _ in range(n):
                out = out * self
            return out if power >= 0 else 1.0 / out
        if float(power) == 0.5:
            return self.sqrt()
        return (self.log() * float(power)).exp()

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: EnclosureLike) -> Enclosure:
        return as_enclosure(other) - self

    def __rtruediv__(self, other: EnclosureLike) -> Enclosure:
        return as_enclosure(other) / self

    def __abs__(self) -> Enclosure:
        return self._with(np.abs(self.value), self.radius)

    def _monotone(self, f: Callable[[Any], Any]) -> Enclosure:
        """An increasing function, by its values at both ends (NaN means that an end left the domain)."""
        with np.errstate(all="ignore"):
            value = f(self.value)
            top, bottom = (f(np.nextafter(self.value + s * self.radius, s * np.inf)) for s in (1, -1))
            spread = np.maximum(top - value, value - bottom) + 2 * EPS * np.maximum(np.abs(top), np.abs(value))
        return self._with(value, np.where(np.isnan(spread), np.inf, spread) + TINY)

    def exp(self) -> Enclosure:
        """e to the power of it."""
        return self._monotone(np.exp)

    def log(self) -> Enclosure:
        """Natural logarithm; an infinite radius where the interval reaches 0."""
        return self._monotone(np.log)

    def sqrt(self) -> Enclosure:
        """Square root; an infinite radius where the interval reaches below 0."""
        return self._monotone(np.sqrt)

    def atan(self) -> Enclosure:
        """Arc tangent, radians."""
        return self._monotone(np.arctan)

    def sin(self) -> Enclosure:
        """Sine of radians."""
        return self._with(np.sin(self.value), self.radius + EPS)

    def cos(self) -> Enclosure:
        """Cosine of radians."""
        return self._with(np.cos(self.value), self.radius + EPS)

    def minimum(self, other: EnclosureLike) -> Enclosure:
        """The smaller of the two, entry by entry."""
        o = as_enclosure(other)
        return self._with(np.minimum(self.value, o.value), np.maximum(self.radius, o.radius), o)

    def maximum(self, other: EnclosureLike) -> Enclosure:
        """The larger of the two, entry by entry."""
        o = as_enclosure(other)
        return self._with(np.maximum(self.value, o.value), np.maximum(self.radius, o.radius), o)

    def sum(self, axis: int | None = None) -> Enclosure:
        """Sum over an axis, or over all entries."""
        count = self.value.size if axis is None else self.value.shape[axis]
        rounding = count * EPS * np.sum(np.abs(self.value), axis=axis)
        return self._with(np.sum(self.value, axis=axis), np.sum(self.radius, axis=axis) + rounding)

    def prod(self) -> Enclosure:
        """Product over the last axis."""
        out = Enclosure.of(np.ones(self.shape[:-1]))
        for i in range(self.shape[-1]):
            out = out * self[..., i]
        return out


EnclosureLike = Enclosure | float | int | NDArray[np.float64]


def as_enclosure(x: EnclosureLike) -> Enclosure:
    """``x`` itself, or a float64 number (array) with radius 0."""
    return x if isinstance(x, Enclosure) else Enclosure.of(x)


def at_most(left: Enclosure, right: Enclosure) -> Relation:
    """Decide ``left <= right`` for scalars: holds or violated only where the enclosures are disjoint."""
    gap = right.value - left.value
    slack = np.nextafter(left.radius + right.radius, np.inf)
    if gap >= slack or (gap >= 0 and left.radius + right.radius == 0):
        return Relation.HOLDS
    return Relation.VIOLATED if gap < -slack else Relation.UNDECIDED


def equal(left: Enclosure, right: Enclosure) -> Relation:
    """Decide ``left == right`` for scalars: enclosures can refute equality, never prove it."""
    slack = np.nextafter(left.radius + right.radius, np.inf)
    return Relation.VIOLATED if abs(right.value - left.value) > slack else Relation.UNDECIDED


def _outward_radius(ball: Any) -> float:
    mid = float(ball.mid())
    if not np.isfinite(mid):
        return float("inf")
    rad = float(ball.rad())
    return float(np.nextafter(rad + EPS * abs(mid) + TINY, np.inf))

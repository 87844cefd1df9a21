"""Affine maps y -> slope y + offset, carried through a sampler's step in place of y.

``slope`` and ``offset`` may be floats, enclosures or Arb balls; an affine form takes scalars on its right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class AffineForm:
    """The map y -> slope y + offset, with the operations that a sampler's step needs."""

    slope: Any
    offset: Any

    @classmethod
    def identity(cls, like: Any) -> AffineForm:
        """y itself, in numbers of the type of ``like``."""
        return cls(0.0 * like + 1.0, 0.0 * like)

    def __add__(self, other: AffineForm) -> AffineForm:
        return AffineForm(self.slope + other.slope, self.offset + other.offset)

    def __sub__(self, other: AffineForm) -> AffineForm:
        return AffineForm(self.slope - other.slope, self.offset - other.offset)

    def __mul__(self, factor: Any) -> AffineForm:
        return AffineForm(self.slope * factor, self.offset * factor)

    def __truediv__(self, divisor: Any) -> AffineForm:
        return AffineForm(self.slope / divisor, self.offset / divisor)


@dataclass(frozen=True)
class AffineModel:
    """A model with score ``slope(v) x + offset(v)`` at level v, as along one eigenvector of Gaussian data."""

    slope: Callable[[Any], Any]
    offset: Callable[[Any], Any]

    def score(self, x: AffineForm, v: Any) -> AffineForm:
        return AffineForm(x.slope * self.slope(v), x.offset * self.slope(v) + self.offset(v))

    def denoiser(self, x: AffineForm, v: Any) -> AffineForm:
        return x + self.score(x, v) * v


class AffineStep(NamedTuple):
    """Y' = slope Y + offset + sqrt(variance) Z."""

    slope: Any
    offset: Any
    variance: Any

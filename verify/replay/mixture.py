"""One-dimensional Gaussian mixtures, point masses included: curves by proved quadrature.

With c_i = s_i^2 + v, N_i the density of N(m_i, c_i) times its weight and r_i = N_i / sum N_i,

    score = -sum r_i q_i,  q_i = (x - m_i)/c_i;      dscore = sum r_i (q_i^2 - 1/c_i) - score^2
    denoiser D = sum r_i D_i,  D_i = m_i + s_i^2 q_i;   Cov = sum r_i (s_i^2 v/c_i + D_i^2) - D^2
    J = E score^2,  hess2 = E dscore^2,  cov2 = E Cov^2,  H = -E ln p,
    mmse = Var X_0 - E (D - E X_0)^2   (the posterior mean is the orthogonal projection of X_0),
    KLn = -H + (ln(2 pi v) + 1 + m2/v)/2.

Derivatives in v rest on theorems: J' = -hess2, mmse' = cov2/v^2, H' = J/2, KLn' = -(m2 - mmse)/(2 v^2).
Of two levels: the score is a martingale along the reverse process, so that drift2(u, w) = J(w) - J(u).
Beyond ``reach`` standard deviations of every component, :mod:`verify.replay.tails` bounds the integral.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.replay.errors import CannotCheck
from verify.replay.intervals import (
    bounds,
    certainly_positive,
    log,
    over,
    pi,
    precision,
    real,
    sqrt,
    square,
    working_bits,
)
from verify.replay.normal import normal_cdf
from verify.replay.panels import Component, LocalMixture
from verify.replay.quadrature import integrate
from verify.replay.tails import panel_bound, tail

SLACK = 16  # bits by which an integral's tolerance stays above the working precision
CANCELLING = 200  # most bits spent on a difference that cancels


@dataclass(frozen=True)
class MixtureData:
    """sum weights[i]/sum(weights) N(means[i], variances[i]), all numbers exact; weights >= 0."""

    weights: tuple[Fraction, ...]
    means: tuple[Fraction, ...]
    variances: tuple[Fraction, ...]
    d: int = 1

    @property
    def components(self) -> list[Component]:
        total = sum(self.weights, Fraction(0))
        triples = zip(self.weights, self.means, self.variances, strict=True)
        return [Component(w / total, m, s2) for w, m, s2 in triples if w > 0]

    @property
    def mean(self) -> Fraction:
        return sum((c.weight * c.mean for c in self.components), Fraction(0))

    @property
    def m2(self) -> Fraction:
        return sum((c.weight * (c.mean**2 + c.variance) for c in self.components), Fraction(0))

    @property
    def variance(self) -> Fraction:
        return self.m2 - self.mean**2

    def line(self, what: str) -> tuple[Fraction, Fraction]:
        raise CannotCheck(f"{what} is defined for Gaussian data only")

    def curve(self, name: str, v: Any) -> Any:
        """A curve of the vocabulary, or its derivative ``name'``, at the level ``v``, a real interval > 0.

        Raises:
            CannotCheck: ``v`` is complex (an integral of the curve), or this curve is not known here.
        """
        if not hasattr(v, "_mpi_"):
            raise CannotCheck("an integral of a mixture's curve over noise levels")
        match name:
            case "J" | "H" | "hess2" | "cov2":
                return self._expectation(name, v)
            case "mmse":
                with precision(working_bits() + self._cancelling(v, inverse=True)):
                    return real(self.variance) - self._expectation("D2", v)
            case "KLn":
                with precision(working_bits() + self._cancelling(v)):
                    gauss = log(2 * pi() * v) + 1 + over(real(self.m2), v)
                    return gauss * real(Fraction(1, 2)) - self._expectation("H", v)
            case "J'":
                return -self.curve("hess2", v)
            case "mmse'":
                return over(self.curve("cov2", v), square(v))
            case "H'":
                return self.curve("J", v) * real(Fraction(1, 2))
            case "KLn'":
                with precision(working_bits() + self._cancelling(v)):
                    return over(self.curve("mmse", v) - real(self.m2), 2 * square(v))
        raise CannotCheck(f"{name} of a mixture")

    def point(self, name: str, x: Any, v: Any) -> Any:
        """score, denoiser, cov, dscore or cdf at (x, v): finite sums."""
        if name == "cdf":
            parts = ((real(c.weight), over(x - real(c.mean), sqrt(real(c.variance) + v))) for c in self.components)
            return sum((weight * normal_cdf(z) for weight, z in parts), real(0))
        here = LocalMixture.at(self.components, v, x)
        return here.moment(name)

    def ahead(self, name: str, x: Any, u: Any, w: Any) -> Any:
        """E[score or denoiser (Y_w, w) | Y_u = x]: both are martingales along the reverse process."""
        return self.point(name, x, u)

    def drift2(self, u: Any, w: Any) -> Any:
        return self.curve("J", w) - self.curve("J", u)

    def _cancelling(self, v: Any, inverse: bool = False) -> int:
        """Bits that the difference loses where v is far above (``inverse``: below) the data's variance."""
        level, spread = bounds(v)[1], self.variance
        if spread == 0:
            return 0
        ratio = spread / level if inverse else level / spread
        bits = ratio.numerator.bit_length() - ratio.denominator.bit_length() + 1
        return max(0, min(CANCELLING, bits if inverse else 2 * bits))

    def _expectation(self, name: str, v: Any) -> Any:
        """The integral behind a curve: inside by quadrature, outside by a bound."""
        if not certainly_positive(v):
            raise CannotCheck("a noise level that is not positive")
        goal = working_bits() - SLACK
        cut = math.isqrt(math.ceil(1.4 * goal)) + 1
        centre = self.mean
        # moved to mean 0, where D and its square are smallest
        centred = [Component(c.weight, c.mean - centre, c.variance) for c in self.components]
        scale = self._scale(name, v) / 2**goal

        def local(middle: Fraction, half: Fraction) -> Callable[[Any], Any]:
            return LocalMixture.on(centred, v, middle, half).integrand(name)

        inside = integrate(local, _points(centred, v, cut), scale / 32, goal // 4 + 8, panel_bound(name, centred, v))
        return inside + tail(name, centred, v, cut)

    def _scale(self, name: str, v: Any) -> Fraction:
        """The size below which a curve does not matter: J >= 1/Var X_v, Cov near min(Var X_0, v)."""
        level = bounds(v)[0]
        total = level + self.variance
        least = min(level, self.variance) if self.variance else level
        return {
            "J": 1 / total,
            "H": Fraction(1),
            "hess2": 1 / total**2,
            "cov2": least**2,
            "D2": self.variance or level,
        }[name]


def _points(components: list[Component], v: Any, cut: int) -> list[Fraction]:
    """Every component's centre and edges; the outermost are beyond ``cut`` standard deviations of all."""
    points: set[Fraction] = set()
    for c in components:
        total = c.variance + bounds(v)[1]
        root = (
            Fraction(math.isqrt(int(total * 2**128)) + 1, 2**64)
            if total < 2**64
            else Fraction(math.isqrt(int(total)) + 1)
        )
        points |= {c.mean - cut * root, c.mean, c.mean + cut * root}
    return sorted(points)

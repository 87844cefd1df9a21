"""A mixture near one point of the line, with every exponent as a quadratic in the local variable t.

On a panel, x = middle + half t. The component that dominates at the middle is pulled out, p = N_j P with
P = 1 + sum_{i != j} N_i/N_j, so that ln p = ln N_j + ln P, where ln N_j is a quadratic and P has a positive real part
near the real line. Expanding about the middle keeps rectangles from entering twice where they need not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.replay.errors import CannotCheck
from verify.replay.intervals import bounds, exp, log, over, pi, real, square


@dataclass(frozen=True)
class Component:
    """weight N(mean, variance), exact."""

    weight: Fraction
    mean: Fraction
    variance: Fraction


class LocalMixture:
    """The mixture X_v on a panel.

    Attributes:
        logs: for each component the coefficients of ln N_i in t.
        slopes: those of q_i = (x - m_i)/c_i.
        lead: the component with the largest density at t = 0.
    """

    def __init__(self, components: list[Component], v: Any, middle: Any, half: Any) -> None:
        self.components, self.v = components, v
        self.totals = [real(c.variance) + v for c in components]
        self.logs, self.slopes = [], []
        for c, total in zip(components, self.totals, strict=True):
            offset = middle - real(c.mean)
            height = log(real(c.weight)) - (log(2 * pi() * total) + over(square(offset), total)) * real(Fraction(1, 2))
            self.logs.append((height, -over(offset * half, total), -over(square(half), 2 * total)))
            self.slopes.append((over(offset, total), over(half, total)))
        self.lead = max(range(len(components)), key=lambda i: bounds(self.logs[i][0])[1])
        lead = self.logs[self.lead]
        self.ratios = [tuple(a - b for a, b in zip(log_i, lead, strict=True)) for log_i in self.logs]

    @classmethod
    def on(cls, components: list[Component], v: Any, middle: Fraction, half: Fraction) -> LocalMixture:
        """On the panel [middle - half, middle + half]."""
        return cls(components, v, real(middle), real(half))

    @classmethod
    def at(cls, components: list[Component], v: Any, x: Any) -> LocalMixture:
        """At the single point ``x``."""
        return cls(components, v, x, real(0))

    def weights(self, t: Any) -> list[Any]:
        """N_i/N_j, 1 for the lead."""
        out = []
        for i, (a, b, c) in enumerate(self.ratios):
            out.append(real(1) if i == self.lead else exp(a + t * b + square(t) * c))
        return out

    def lead_density(self, t: Any) -> Any:
        a, b, c = self.logs[self.lead]
        return exp(a + t * b + square(t) * c)

    def averages(self, t: Any) -> tuple[Any, list[Any], list[Any]]:
        """P, the N_i/N_j and the q_i."""
        weights = self.weights(t)
        return _sum(weights), weights, [a + t * b for a, b in self.slopes]

    def posterior_means(self, slopes: list[Any]) -> list[Any]:
        """D_i = m_i + s_i^2 q_i."""
        return [real(c.mean) + real(c.variance) * q for c, q in zip(self.components, slopes, strict=True)]

    def integrand(self, name: str) -> Callable[[Any], Any]:
        """p(x) times what is averaged for J, hess2, cov2, H or D2 (= denoiser^2), as a function of t."""

        def value(t: Any) -> Any:
            total, weights, slopes = self.averages(t)
            density = self.lead_density(t)
            if name == "H":
                a, b, c = self.logs[self.lead]
                return -(density * total) * (a + t * b + square(t) * c + log(total))
            if name == "J":
                return density * over(square(_dot(weights, slopes)), total)
            if name == "D2":
                return density * over(square(_dot(weights, self.posterior_means(slopes))), total)
            spread = self._dscore(weights, slopes, total) if name == "hess2" else self._cov(weights, slopes, total)
            return density * over(square(spread), total)

        return value

    def moment(self, name: str) -> Any:
        """score, denoiser, cov or dscore at t = 0."""
        total, weights, slopes = self.averages(real(0))
        match name:
            case "score":
                return -over(_dot(weights, slopes), total)
            case "denoiser":
                return over(_dot(weights, self.posterior_means(slopes)), total)
            case "cov":
                return over(self._cov(weights, slopes, total), total)
            case "dscore":
                return over(self._dscore(weights, slopes, total), total)
        raise CannotCheck(f"{name} is not a function of (x, u) here")

    def _dscore(self, weights: list[Any], slopes: list[Any], total: Any) -> Any:
        """P times the second derivative of ln p."""
        curved = [square(q) - over(real(1), c) for q, c in zip(slopes, self.totals, strict=True)]
        return _dot(weights, curved) - over(square(_dot(weights, slopes)), total)

    def _cov(self, weights: list[Any], slopes: list[Any], total: Any) -> Any:
        """P times Var(X_0 | X_v = x)."""
        means = self.posterior_means(slopes)
        second = [
            over(real(c.variance) * self.v, a) + square(m)
            for c, a, m in zip(self.components, self.totals, means, strict=True)
        ]
        return _dot(weights, second) - over(square(_dot(weights, means)), total)


def _sum(terms: list[Any]) -> Any:
    out = terms[0]
    for term in terms[1:]:
        out = out + term
    return out


def _dot(left: list[Any], right: list[Any]) -> Any:
    return _sum([a * b for a, b in zip(left, right, strict=True)])

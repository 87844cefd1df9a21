"""ln of a density on the line as Chebyshev polynomials on panels, each as wide as the density's own smoothness allows.

An error e of ln q is an error q e of the density, so that tails may be coarse: a panel is halved until the last
coefficients of its polynomial are below the wanted accuracy times the largest density over the panel's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from numerics.targets.base import NotAvailable

Array = NDArray[np.float64]
ORDER = 16  # coefficients of a panel
FINEST = 1e-12  # accuracy of the density, relative to its maximum, that rounding allows
COARSEST = 0.1  # largest error of ln q, however far out
MOST_PANELS = 2000

NODES = -np.cos(np.pi * np.arange(ORDER) / (ORDER - 1))  # from -1 to 1, both included
_TO_VALUES = chebyshev.chebvander(NODES, ORDER - 1)
_TO_COEFFICIENTS = np.linalg.inv(_TO_VALUES)
_BEND = chebyshev.chebvander(NODES, ORDER - 3) @ chebyshev.chebder(np.eye(ORDER), 2)  # second derivative at the nodes


class NotSmooth(NotAvailable):
    """The panels do not suit this law: it has kinks, or its map turns back."""


class Sampled(NamedTuple):
    """ln of a density at points u, both of shape (panels, ORDER), u increasing along each row and from row to row."""

    u: Array
    log_density: Array


@dataclass(frozen=True, eq=False)
class LogPanels:
    """ln q on [ends[0], ends[-1]], continued by straight lines.

    Attributes:
        ends: of the panels, increasing, shape (P + 1,).
        coefficients: of Chebyshev polynomials on each, shape (P, ORDER).
    """

    ends: Array
    coefficients: Array

    def __call__(self, x: Array) -> Array:
        """ln q at ``x`` (any shape)."""
        panel = np.searchsorted(self.ends[1:-1], x, side="right")
        inside = np.clip(x, self.ends[0], self.ends[-1])
        t = (inside - self._middle[panel]) * self._inverse_half[panel]
        columns, twice = self._columns, 2 * t
        later, last = columns[-1].take(panel), np.zeros_like(t)
        for column in columns[-2:0:-1]:  # Clenshaw: later, last = column + 2 t later - last, later
            np.subtract(column.take(panel), last, out=last)
            last += twice * later
            later, last = last, later
        value = columns[0].take(panel) + t * later - last
        if np.min(x) < self.ends[0] or np.max(x) > self.ends[-1]:
            low, high = self._end_slopes
            value += (x - inside) * np.where(x < inside, low, high)
        return np.asarray(value)

    @cached_property
    def widths(self) -> Array:
        """Of the panels, shape (P,)."""
        return np.diff(self.ends)

    @cached_property
    def peaks(self) -> Array:
        """The largest ln q at the nodes of each panel, shape (P,)."""
        return np.asarray((self.coefficients @ _TO_VALUES.T).max(axis=1))

    @cached_property
    def bends(self) -> Array:
        """The largest -(ln q)'' of each panel, 0 where it is convex, shape (P,): 1/s^2 for a normal law of spread s."""
        bend = -(self.coefficients @ _BEND.T).min(axis=1) / (self.widths / 2) ** 2
        return np.maximum(bend, 0.0)

    def down_to(self, depth: float) -> LogPanels:
        """Without the panels at both ends on which ln q stays ``depth`` below its maximum."""
        kept = np.flatnonzero(self.peaks > self.peaks.max() - depth)
        first, last = kept[0], kept[-1] + 1
        return LogPanels(self.ends[first : last + 1], self.coefficients[first:last])

    def mass(self) -> float:
        """The integral of q over the panels, by Clenshaw-Curtis rules on parts no wider than the law's spread."""
        parts = np.maximum(1, np.ceil(self.widths * np.sqrt(self.bends))).astype(np.int64)
        ends = np.concatenate([self.split(parts), self.ends[-1:]])
        half = np.diff(ends) / 2
        points = (ends[:-1] + half)[:, None] + half[:, None] * NODES
        moments = np.array([2 / (1 - k * k) if k % 2 == 0 else 0.0 for k in range(ORDER)])
        return float(half @ (np.exp(self(points)) @ (moments @ _TO_COEFFICIENTS)))

    def split(self, parts: NDArray[np.int64]) -> Array:
        """The left ends of ``parts[p]`` equal parts of each panel p."""
        within = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
        return np.repeat(self.ends[:-1], parts) + within * np.repeat(self.widths / parts, parts)

    @cached_property
    def _columns(self) -> Array:
        return np.ascontiguousarray(self.coefficients.T)

    @cached_property
    def _middle(self) -> Array:
        return np.asarray((self.ends[:-1] + self.ends[1:]) / 2)

    @cached_property
    def _inverse_half(self) -> Array:
        return np.asarray(2 / self.widths)

    @cached_property
    def _end_slopes(self) -> tuple[float, float]:
        """Of ln q at both ends, never rising outwards."""
        k = np.arange(ORDER)
        low = float((self.coefficients[0] * k**2) @ (-1.0) ** (k + 1)) * self._inverse_half[0]
        high = float(self.coefficients[-1] @ k**2) * self._inverse_half[-1]
        return max(low, 0.0), min(high, 0.0)


def fit(
    sample: Callable[[Array], Sampled], ends: Array, accuracy: float, depth: float, narrowest: float = 0.0
) -> LogPanels:
    """The panels of a law, halved from ``ends`` until each is accurate.

    Args:
        sample: of points x, shape (panels, ORDER): the law at u(x), u increasing; u is ``x`` itself if it is returned.
        ends: of the first panels in x, increasing.
        accuracy: of the density, relative to its maximum; at least ``FINEST``.
        depth: panels that stay this far below the maximum of ln q are not halved.
        narrowest: nor panels of this width: below it there is nothing but rounding, which halving would follow.

    Raises:
        NotSmooth: more than ``MOST_PANELS`` panels.
    """
    left, right = ends[:-1], ends[1:]
    top, found = -np.inf, []
    while left.size:
        half = (right - left) / 2
        x = (left + half)[:, None] + half[:, None] * NODES
        x[:, 0], x[:, -1] = left, right
        u, log_density = sample(x)
        coefficients = _coefficients(u, log_density, u is x)
        peak = log_density.max(axis=1)
        top = max(top, float(peak.max()))
        allowed = np.minimum(COARSEST, accuracy * np.exp(np.minimum(top - peak, 50.0)))
        good = (np.abs(coefficients[:, -3:]).max(axis=1) <= allowed) | (peak < top - depth) | (2 * half <= narrowest)
        found.append((u[good, 0], u[good, -1], coefficients[good]))
        middle = (left + half)[~good]
        left, right = np.concatenate([left[~good], middle]), np.concatenate([middle, right[~good]])
        if sum(len(part[0]) for part in found) + left.size > MOST_PANELS:
            raise NotSmooth(f"the density needs more than {MOST_PANELS} panels: it is not smooth")
    starts, stops, coefficients = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(starts)
    return LogPanels(np.append(starts[order], stops.max()), coefficients[order])


def _coefficients(u: Array, values: Array, straight: bool) -> Array:
    """Of the polynomials through the values at u, by Chebyshev's recursion where u are not the nodes themselves."""
    if straight:
        return np.asarray(values @ _TO_COEFFICIENTS.T)
    t = 2 * (u - u[:, :1]) / (u[:, -1:] - u[:, :1]) - 1
    return np.asarray(np.linalg.solve(chebyshev.chebvander(t, ORDER - 1), values[..., None])[..., 0])

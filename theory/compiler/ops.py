"""The number type behind a vectorised function, and plain float64 numpy as the simplest one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import sympy

FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh")


class ArrayOps(Protocol):
    """What :func:`theory.compiler.compile_array` asks of a number type beyond ``+ - * /`` and integer powers."""

    def const(self, number: sympy.Expr) -> Any: ...
    def numbers(self, values: np.ndarray) -> Any:
        """The values of an index, as an array of this type."""

    def unary(self, name: str, x: Any) -> Any:
        """One of ``FUNCTIONS``, elementwise."""

    def sqrt(self, x: Any) -> Any: ...
    def abs(self, x: Any) -> Any: ...
    def minimum(self, x: Any, y: Any) -> Any: ...
    def maximum(self, x: Any, y: Any) -> Any: ...
    def total(self, x: Any) -> Any:
        """Sum over the last axis."""

    def product(self, x: Any) -> Any:
        """Product over the last axis."""

    def expand(self, x: Any, axes: int) -> Any:
        """Append ``axes`` axes of length 1 (numbers stay as they are)."""

    def spread(self, x: Any, length: int) -> Any:
        """Repeat along the last axis, which has length 1 or is missing."""

    def select(self, mask: np.ndarray, x: Any, otherwise: float) -> Any:
        """``x`` where ``mask``, else ``otherwise``."""

    def integrate(self, f: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        """Integral of ``f``, which maps nodes of shape (..., Q) to values of the same shape."""


class NumpyOps:
    """Plain float64 arrays: the fast screen. Rounding is not tracked."""

    def const(self, number: sympy.Expr) -> Any:
        return float(number)

    def numbers(self, values: np.ndarray) -> Any:
        return values

    def unary(self, name: str, x: Any) -> Any:
        return getattr(np, {"atan": "arctan"}.get(name, name))(x)

    def sqrt(self, x: Any) -> Any:
        return np.sqrt(x)

    def abs(self, x: Any) -> Any:
        return np.abs(x)

    def minimum(self, x: Any, y: Any) -> Any:
        return np.minimum(x, y)

    def maximum(self, x: Any, y: Any) -> Any:
        return np.maximum(x, y)

    def total(self, x: Any) -> Any:
        return np.sum(x, axis=-1)

    def product(self, x: Any) -> Any:
        return np.prod(x, axis=-1)

    def expand(self, x: Any, axes: int) -> Any:
        return x[(..., *(None,) * axes)] if getattr(x, "ndim", 0) else x

    def spread(self, x: Any, length: int) -> Any:
        return x * np.ones(length)

    def select(self, mask: np.ndarray, x: Any, otherwise: float) -> Any:
        return np.where(mask, x, otherwise)

    def integrate(self, f: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        nodes, weights = gauss_legendre(lower, upper, 16)
        return np.sum(f(nodes) * weights, axis=-1)


PANEL = 3.0  # widest panel in ln u: information curves are smooth on the scale 1
NEAR = 1e-17  # where a range from 0 is cut, relative to its upper end
FAR = 13  # panels beyond which an infinite range is integrated in 1/u


def gauss_legendre(lower: Any, upper: Any, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights, shape (..., Q), of a composite Gauss-Legendre rule over [lower, upper].

    Information curves vary on a logarithmic scale, so panels are uniform in ln u, at most ``PANEL`` wide, with
    ``order`` nodes each. The far end of an infinite range is integrated in 1/u; a range that starts at 0 is cut at
    ``NEAR`` times its upper end (:func:`outermost` names the points beyond which nothing was computed).

    Args:
        lower, upper: numbers or arrays that broadcast; 0 <= lower, and upper may be infinite throughout.
    """
    base, weight = np.polynomial.legendre.leggauss(order)
    base, weight = (base + 1) / 2, weight / 2
    low, high = np.broadcast_arrays(np.asarray(lower, float), np.asarray(upper, float))
    low, high = low[..., None], high[..., None]
    if np.any(np.isinf(high)):
        far = low * np.exp(PANEL * FAR)
        near, near_weight = _log_panels(low, far, base, weight)
        nodes = far / base
        return np.concatenate([near, nodes], -1), np.concatenate([near_weight, weight * nodes**2 / far], -1)
    if np.any(low <= 0):
        return _log_panels(np.where(low > 0, low, NEAR * high), high, base, weight)
    return _log_panels(low, high, base, weight)


def outermost(lower: Any, upper: Any) -> list[np.ndarray]:
    """Points past which ``gauss_legendre`` extrapolates: the last of an infinite range, the first of one from 0."""
    low, high = np.broadcast_arrays(np.asarray(lower, float), np.asarray(upper, float))
    points = [low * np.exp(PANEL * FAR)] if np.any(np.isinf(high)) else []
    return points + ([NEAR * high] if np.any(low <= 0) else [])


def _log_panels(low: Any, high: Any, base: Any, weight: Any) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(all="ignore"):  # an end that is 0, negative or not finite: the result will not be a number
        span = np.log(high / low)
    count = max(1, int(np.ceil(np.max(span, initial=0.0, where=np.isfinite(span)) / PANEL)))
    place = ((np.arange(count)[:, None] + base) / count).ravel()
    nodes = low * np.exp(span * place)
    return nodes, np.tile(weight / count, count) * span * nodes

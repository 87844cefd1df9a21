"""The losses of a network before and after a move of its weights, exactly: whole numbers, then one fraction.

S(X) = last relu(W_L ... relu(W_1 relu(first X))) is positively homogeneous in X and in each matrix. Each of them is
multiplied by a power of two that makes it whole, the network is run on whole numbers, and the powers are divided out of
its outputs. So nothing is rounded and the sign of every unit is known. The derivative along the move D is 0 through a
unit that is off, and otherwise follows the product rule, layer by layer: q' <- W q' + D q. With

    r_ij = sigma_j S(x_i + sigma_j xi_ij, sigma_j) + xi_ij,    u = sqrt(beta_j/n) r_ij stacked,

    loss_em[0] = |u|^2/2,  loss_moved = |u_moved|^2/2,  slope_moved = <u, u'>,  gauss_newton = |u_moved - u|^2/2,
    curve_moved = |u_moved - u - u'|,  move2 = |D|^2,  g_j = beta_j sigma_j^2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

from verify.replay.clock import check_time
from verify.replay.errors import CannotCheck
from verify.replay.intervals import real, sqrt
from verify.replay.network_fields import NetworkFields

HALF = Fraction(1, 2)
Vector = list[Fraction]
Whole = list[list[int]]


@dataclass(frozen=True)
class Residual:
    """At one data point and noise level: weight beta_j/n, r, r after the move, derivative of r along the move."""

    weight: Fraction
    before: Vector
    after: Vector
    tangent: Vector


@dataclass(frozen=True)
class Network:
    """The network of a certificate's case."""

    given: NetworkFields

    @property
    def d(self) -> int:
        return self.given.d

    def exact(self, name: str) -> Fraction | None:
        """The value of one of the network's numbers where it is rational, else None."""
        given = self.given
        match name:
            case "n":
                return Fraction(len(given.points))
            case "m":
                return Fraction(len(given.first))
            case "layers":
                return Fraction(len(given.trained))
            case "K":
                return Fraction(given.steps)
            case "move2":
                return sum((x * x for matrix in given.move for row in matrix for x in row), Fraction(0))
            case "loss_moved":
                return self._half_squares(lambda r: r.after)
            case "gauss_newton":
                return self._half_squares(lambda r: _minus(r.after, r.before))
            case "slope_moved":
                return sum((r.weight * _dot(r.before, r.tangent) for r in self.residuals), Fraction(0))
            case "g_min":
                return min(self.level("g", j) for j in range(len(given.sigmas)))
            case "g_max":
                return max(self.level("g", j) for j in range(len(given.sigmas)))
        return None

    def number(self, name: str) -> Any:
        """``curve_moved``, the only one with a root, as an interval."""
        if name != "curve_moved":
            raise CannotCheck(f"{name} of a network")
        left = self._half_squares(lambda r: _minus(_minus(r.after, r.before), r.tangent))
        return sqrt(real(2 * left))

    def level(self, name: str, j: int) -> Fraction:
        """``beta`` or ``g`` at a level that is trained on.

        Raises:
            CannotCheck: the network is not trained on the last grid point.
        """
        if not 0 <= j < len(self.given.sigmas):
            raise CannotCheck(f"{name}[{j}] is no level that the network is trained on")
        weight, sigma = self.given.beta[j], self.given.sigmas[j]
        return weight if name == "beta" else weight * sigma * sigma

    def at_start(self, name: str, step: int) -> Fraction:
        """``loss_em`` before the first step of training.

        Raises:
            CannotCheck: a later step, whose weights a certificate does not give.
        """
        if name != "loss_em" or step != 0:
            raise CannotCheck(f"{name}[{step}] is what a real run showed after {step} steps of training")
        return self._half_squares(lambda r: r.before)

    def _half_squares(self, vector: Any) -> Fraction:
        return HALF * sum((r.weight * _dot(vector(r), vector(r)) for r in self.residuals), Fraction(0))

    @cached_property
    def residuals(self) -> list[Residual]:
        """At every data point and noise level."""
        given, n, N = self.given, len(self.given.points), len(self.given.sigmas)
        out = []
        for i, point in enumerate(given.points):
            for j, (sigma, beta) in enumerate(zip(given.sigmas, given.beta, strict=True)):
                noise = given.noises[i * N + j]
                noisy = [x + sigma * xi for x, xi in zip(point, noise, strict=True)]
                here, there, tangent = self._outputs([*noisy, sigma])
                out.append(
                    Residual(
                        beta / n,
                        [sigma * s + xi for s, xi in zip(here, noise, strict=True)],
                        [sigma * s + xi for s, xi in zip(there, noise, strict=True)],
                        [sigma * t for t in tangent],
                    )
                )
        return out

    def _outputs(self, inputs: Vector) -> tuple[Vector, Vector, Vector]:
        """S before and after the move, and its derivative along the move."""
        first, last, layers, scale = self._whole
        bottom = lcm(*(x.denominator for x in inputs))
        q = _relu(_times(first, [int(x * bottom) for x in inputs]))
        moved, slope = q, [0] * len(q)
        for before, step, after in layers:
            raw = _times(before, q)
            turned = [a + b for a, b in zip(_times(before, slope), _times(step, q), strict=True)]
            slope = [t if x > 0 else 0 for t, x in zip(turned, raw, strict=True)]
            q, moved = _relu(raw), _relu(_times(after, moved))
        here, there, tangent = ([Fraction(x, scale * bottom) for x in _times(last, v)] for v in (q, moved, slope))
        return here, there, tangent

    @cached_property
    def _whole(self) -> tuple[Whole, Whole, list[tuple[Whole, Whole, Whole]], int]:
        """first, last, (before, move, after) of each layer, as whole numbers, and the product of their multipliers."""
        first, last, layers, scale = self.given.first, self.given.last, [], 1
        for before, step in zip(self.given.trained, self.given.move, strict=True):
            after = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(before, step, strict=True)]
            times = _multiplier(before, step)
            scale *= times
            layers.append((_scaled(before, times), _scaled(step, times), _scaled(after, times)))
        ends = _multiplier(first), _multiplier(last)
        return _scaled(first, ends[0]), _scaled(last, ends[1]), layers, scale * ends[0] * ends[1]


def _multiplier(*matrices: list[Vector]) -> int:
    """The smallest number that makes all entries whole."""
    return lcm(*(x.denominator for matrix in matrices for row in matrix for x in row))


def _scaled(matrix: list[Vector], times: int) -> Whole:
    return [[int(x * times) for x in row] for row in matrix]


def _times(matrix: Whole, vector: list[int]) -> list[int]:
    return list(_rows(matrix, vector))


def _rows(matrix: Whole, vector: list[int]) -> Iterator[int]:
    for row in matrix:
        check_time()
        yield sum(w * x for w, x in zip(row, vector, strict=True))


def _relu(raw: list[int]) -> list[int]:
    return [max(x, 0) for x in raw]


def _dot(left: Vector, right: Vector) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def _minus(left: Vector, right: Vector) -> Vector:
    return [a - b for a, b in zip(left, right, strict=True)]

"""Losses of a small network in ball arithmetic: its numbers are float64, hence exact rationals.

What a move dtheta from theta_0 does is proved here: the loss at both ends, the derivative along the move, the
Gauss-Newton term and the distance from the linearised network. Only for networks of a few thousand numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import flint

from numerics.targets.base import NotAvailable
from numerics.training.setup import Setup

MOST_NUMBERS = 5_000  # of weights, beyond which balls take too long
Vector = list[Any]


@dataclass(frozen=True)
class MovedBalls:
    """A network before and after a move, at the precision of ``flint.ctx.prec`` when a number is asked for.

    Raises:
        NotAvailable: the network is large, or a unit is so close to its kink that its sign is not proved.
    """

    setup: Setup
    reach: float

    def __post_init__(self) -> None:
        if self.setup.layers * self.setup.m**2 > MOST_NUMBERS:
            raise NotAvailable(f"a network of width {self.setup.m} is too large for ball arithmetic")

    @cached_property
    def _parts(self) -> dict[str, Any]:
        drawn = self.setup.drawn()
        move = self.setup.direction(self.reach)
        start = [_matrix(weights) for weights in drawn["trained"]]
        step = [_matrix(weights) for weights in move]
        first, last = _matrix(drawn["first"]), _matrix(drawn["last"])
        before: Vector = []
        after: Vector = []
        linear: Vector = []
        for i, point in enumerate(self.setup.points):
            for j, (sigma, beta) in enumerate(zip(self.setup.sigmas, self.setup.beta, strict=True)):
                noise = [flint.arb(x) for x in drawn["noises"][i * self.setup.N + j].tolist()]
                level = flint.arb(sigma)
                column = [[flint.arb(x) + level * xi] for x, xi in zip(point, noise, strict=True)]
                q = _relu(first * flint.arb_mat([*column, [level]]))[0]
                scale = (flint.arb(beta) / self.setup.n).sqrt()
                here, tangent = self._outputs(q, start, step, last)
                there, _ = self._outputs(q, [a + b for a, b in zip(start, step, strict=True)], None, last)
                for a, b, t, xi in zip(here, there, tangent, noise, strict=True):
                    before.append(scale * (level * a + xi))
                    after.append(scale * (level * b + xi))
                    linear.append(scale * level * t)
        return {"before": before, "after": after, "linear": linear, "move": step}

    def _outputs(self, q: Any, W: list[Any], step: list[Any] | None, last: Any) -> tuple[Vector, Vector]:
        """Outputs at the weights W, and their derivative along ``step``."""
        tangent = flint.arb_mat(self.setup.m, 1)
        for layer, weights in enumerate(W):
            raw = weights * q
            moving = weights * tangent if step is None else weights * tangent + step[layer] * q
            q, on = _relu(raw)
            tangent = flint.arb_mat([[moving[r, 0] if on[r] else flint.arb(0)] for r in range(self.setup.m)])
        out, slope = last * q, last * tangent
        return [out[a, 0] for a in range(self.setup.d)], [slope[a, 0] for a in range(self.setup.d)]

    def number(self, name: str) -> Any:
        """One of loss_em (at theta_0) loss_moved slope_moved gauss_newton curve_moved move2.

        Raises:
            NotAvailable: there is no proved enclosure of it.
        """
        parts = self._parts
        before, after, linear = parts["before"], parts["after"], parts["linear"]
        if name == "loss_em":
            return _square(before) / 2
        if name == "loss_moved":
            return _square(after) / 2
        if name == "slope_moved":
            return sum((u * t for u, t in zip(before, linear, strict=True)), flint.arb(0))
        if name == "gauss_newton":
            return _square([b - a for a, b in zip(before, after, strict=True)]) / 2
        if name == "curve_moved":
            return _square([b - a - t for a, b, t in zip(before, after, linear, strict=True)]).sqrt()
        if name == "move2":
            return _square([x for weights in parts["move"] for x in weights.entries()])
        raise NotAvailable(f"{name} has no proved enclosure on training runs")


def _matrix(tensor: Any) -> Any:
    return flint.arb_mat([[flint.arb(x) for x in row] for row in tensor.tolist()])


def _square(numbers: Vector) -> Any:
    return sum((x * x for x in numbers), flint.arb(0))


def _relu(raw: Any) -> tuple[Any, list[bool]]:
    """relu of a column, and which entries are on.

    Raises:
        NotAvailable: the sign of an entry is not proved.
    """
    values = raw.entries()
    unsure = [x for x in values if not (x > 0 or x <= 0)]
    if unsure:
        raise NotAvailable(f"a unit is too close to its kink: {unsure[0]}")
    on = [bool(x > 0) for x in values]
    return flint.arb_mat([[x if positive else flint.arb(0)] for x, positive in zip(values, on, strict=True)]), on

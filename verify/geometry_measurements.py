"""What is measured for the geometric lemmas: mixins for both kinds of numbers. Real draws have no proved enclosure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import numpy as np
from scipy.special import betainc

from numerics import geometry
from numerics.enclosures import EPS, Enclosure, as_enclosure
from numerics.targets.base import NotAvailable
from verify.cases import Case


class _Arguments:
    case: Case

    def _given(self, name: str) -> float:
        """A free argument of the case.

        Raises:
            NotAvailable: the case does not give it.
        """
        free = dict(self.case.free)
        if name not in free:
            raise NotAvailable(f"{name} must be given: a claim on random vectors or networks draws it")
        return free[name]

    def _dim(self) -> Any:
        raise NotAvailable("the case gives no dimension, angle, norm or distance to draw at")

    _angle = _cap_angle = _x2 = _eps = _dim


class GeometryMeasurements(_Arguments):
    """float64 enclosures, most of them confidence intervals."""

    alpha: float
    experiment: int

    def _I_beta(self) -> Callable[..., Enclosure]:
        return incomplete_beta

    def _P_both(self) -> Callable[[Any], Enclosure]:
        return lambda t: geometry.both_sides(t, int(self._given("dim")), self.alpha, self.experiment)

    def _P_cap(self) -> Callable[[Any], Enclosure]:
        return lambda t: geometry.cap_share(t, int(self._given("dim")), self.alpha, self.experiment)

    def _norms(self) -> tuple[Enclosure, Enclosure]:
        x2, u, dim = (self._given(name) for name in ("x2", "u", "dim"))
        return geometry.noisy_norm(x2, u, int(dim), self.alpha, self.experiment)

    def _M_X(self) -> Enclosure:
        return self._norms()[0]

    def _V_X(self) -> Enclosure:
        return self._norms()[1]

    @property
    def _network(self) -> tuple[int, int]:
        return int(self._given("m")), int(self._given("layers"))

    def _M_q(self) -> Enclosure:
        return geometry.growth_mean(*self._network, self.alpha, self.experiment)

    def _V_q(self) -> Enclosure:
        return geometry.growth_spread(*self._network, self.alpha, self.experiment)

    def _P_q(self) -> Callable[[Any], Enclosure]:
        return lambda t: geometry.growth_tail(t, *self._network, self.alpha, self.experiment)


class GeometryBallMeasurements(_Arguments):
    """Arb balls, for what is no draw."""

    def _I_beta(self) -> Callable[..., Any]:
        return lambda x, a, b: flint.arb(x).beta_lower(flint.arb(a), flint.arb(b), regularized=True)

    def _drawn(self) -> Any:
        raise NotAvailable("what real draws show has no proved enclosure")

    _P_both = _P_cap = _M_X = _V_X = _M_q = _V_q = _P_q = _drawn


def incomplete_beta(x: Any, a: Any, b: Any) -> Enclosure:
    """I_x(a, b), shaped as the arguments together.

    Raises:
        NotAvailable: a or b is known less well than to rounding.
    """
    at, first, second = (as_enclosure(part) for part in (x, a, b))
    if np.any(first.radius > 8 * EPS * first.value) or np.any(second.radius > 8 * EPS * second.value):
        raise NotAvailable("I_beta(x, a, b) is known for exact a and b")
    ends = [
        betainc(first.value, second.value, np.clip(at.value + sign * (at.radius + EPS), 0.0, 1.0)) for sign in (-1, 1)
    ]
    value = betainc(first.value, second.value, np.clip(at.value, 0.0, 1.0))
    spread = np.maximum(ends[1] - value, value - ends[0])
    return Enclosure.of(value, spread + 64 * EPS * value)

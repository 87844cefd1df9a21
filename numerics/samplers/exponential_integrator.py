"""The exponential integrator in time t, as Wang, He, Tao print it (arXiv 2406.12839, eq. 10).

For dX = sqrt(2 sigma_t^2) dW with sigma_bar(t) = t^a, i.e. 2 sigma_t^2 = d(t^{2a})/dt, and G = int_{t'}^{t} 2
sigma_u^2 du computed by numerical integration:

    Y' = Y + G s(v, Y) + sqrt(G) Z.

That this is the ``score`` sampler whatever a (G = v - v') is a claim to test, so G is not simplified here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import acb, arb

from numerics.enclosures import EPS, Enclosure
from numerics.mixture_quadrature import gauss_panels
from numerics.samplers.base import Sampler
from numerics.samplers.clock import time_of


class ExponentialIntegrator(Sampler):
    """Exponential integrator with sigma_bar(t) = t^a, a > 0.

    Raises:
        ValueError: a is not positive.
    """

    def __init__(self, a: float = 1.0) -> None:
        if not a > 0:
            raise ValueError(f"the exponent of sigma_bar(t) = t^a must be positive, not {a!r}")
        self.a = a
        self.name = "exponential_integrator" if a == 1.0 else f"exponential_integrator(a={a:g})"

    def mean(self, model: Any, y: Any, v: Any, v_next: Any) -> Any:
        return y + model.score(y, v) * self.noise_variance(v, v_next)

    def noise_variance(self, v: Any, v_next: Any) -> Any:
        """G, integrated over t: proved for balls, with its rounding for enclosures, else a float."""
        t, t_next = time_of(v, self.a), time_of(v_next, self.a)
        if isinstance(v, arb):
            return _ball_integral(t_next, t, self.a)
        if isinstance(v, Enclosure):
            value, error = np.vectorize(_integral)(t_next.value, t.value, self.a)
            # an end point that is off by its radius moves G by the integrand there
            ends = t.radius * _rate(t.value, self.a) + t_next.radius * _rate(t_next.value, self.a)
            return Enclosure.of(value, error + 2 * ends)
        return _integral(t_next, t, self.a)[0]


def _rate(t: Any, a: float) -> Any:
    """2 sigma_t^2 for sigma_bar(t) = t^a."""
    return 2 * a * t ** (2 * a - 1)


def _integral(lower: float, upper: float, a: float) -> tuple[float, float]:
    """Gauss-Legendre on panels over which t^max(1, a) at most doubles: all that is left there is rounding."""
    panels = max(1, int(np.ceil(np.log2(upper / lower) * max(1.0, a))))
    t, weights = gauss_panels(np.geomspace(lower, upper, panels + 1))
    value = float(np.sum(weights * _rate(t, a)))
    return value, 64 * EPS * value


def _ball_integral(lower: arb, upper: arb, a: float) -> arb:
    def integrand(t: acb, analytic: bool) -> acb:
        return 2 * a * t.pow(2 * arb(a) - 1, analytic=analytic)

    return acb.integral(integrand, acb(lower), acb(upper)).real

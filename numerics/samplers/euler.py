"""Euler-Maruyama in time t for the forward process sigma_bar(t) = t^a.

v(t) = t^{2a}, diffusion g^2(t) = dv/dt, and from t to t' < t with g^2 held at the start of the step:

    Y' = Y + g^2(t) (t - t') s(v, Y) + sqrt(g^2(t) (t - t')) Z.

Ancestral sampling of variance-exploding models (Song et al., arXiv 2011.13456). Unlike ``score`` it depends
on the parametrisation of time.
"""

from __future__ import annotations

from typing import Any

from numerics.samplers.base import Sampler
from numerics.samplers.clock import time_of


class Euler(Sampler):
    """Euler-Maruyama with sigma_bar(t) = t^a, a > 0.

    Raises:
        ValueError: a is not positive.
    """

    def __init__(self, a: float = 1.0) -> None:
        if not a > 0:
            raise ValueError(f"the exponent of sigma_bar(t) = t^a must be positive, not {a!r}")
        self.a = a
        self.name = "euler" if a == 1.0 else f"euler(a={a:g})"

    def mean(self, model: Any, y: Any, v: Any, v_next: Any) -> Any:
        return y + model.score(y, v) * self.noise_variance(v, v_next)

    def noise_variance(self, v: Any, v_next: Any) -> Any:
        t, t_next = time_of(v, self.a), time_of(v_next, self.a)
        return v / t * (2 * self.a) * (t - t_next)

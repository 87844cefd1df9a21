"""Euler's method on the probability-flow ODE in sigma: dy/dsigma = (y - D(v, y))/sigma, v = sigma^2.

Y' = D(v, Y) + (sigma'/sigma) (Y - D(v, Y)).

DDIM (Song et al., arXiv 2010.02502); ``sample_euler`` of k-diffusion without churn.
"""

from __future__ import annotations

from typing import Any

from numerics.samplers.base import Sampler


class Ode(Sampler):
    name = "ode"
    stochastic = False

    def mean(self, model: Any, y: Any, v: Any, v_next: Any) -> Any:
        denoised = model.denoiser(y, v)
        return denoised + (y - denoised) * (v_next / v) ** 0.5

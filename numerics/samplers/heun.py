"""Heun's method on the probability-flow ODE in sigma (the trapezoidal correction of an ``ode`` step).

Algorithm 1 of Karras et al., *Elucidating the design space of diffusion-based generative models*
(arXiv 2206.00364), without its last step to sigma = 0: a grid here ends at v_N > 0, every step is corrected.
"""

from __future__ import annotations

from typing import Any

from numerics.samplers.base import Sampler


class Heun(Sampler):
    name = "heun"
    stochastic = False

    def mean(self, model: Any, y: Any, v: Any, v_next: Any) -> Any:
        sigma, sigma_next = v**0.5, v_next**0.5
        slope = (y - model.denoiser(y, v)) / sigma
        predicted = y + slope * (sigma_next - sigma)
        slope_next = (predicted - model.denoiser(predicted, v_next)) / sigma_next
        return y + (slope + slope_next) * ((sigma_next - sigma) / 2)

"""The denoiser-frozen sampler: the exact bridge towards the denoised point, held at the start of each step.

Y' = (v'/v) Y + (1 - v'/v) D(v, Y) + sqrt(v' (v - v') / v) Z.

DDPM with the posterior variance (Ho et al., arXiv 2006.11239), stochastic DDIM with eta = 1 (Song et al.,
arXiv 2010.02502), k-diffusion's ``sample_euler_ancestral`` with eta = 1.
"""

from __future__ import annotations

from typing import Any

from numerics.samplers.base import Sampler


class Denoiser(Sampler):
    name = "denoiser"

    def mean(self, model: Any, y: Any, v: Any, v_next: Any) -> Any:
        return y * (v_next / v) + model.denoiser(y, v) * ((v - v_next) / v)

    def noise_variance(self, v: Any, v_next: Any) -> Any:
        return v_next * (v - v_next) / v

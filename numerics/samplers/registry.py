"""The samplers by name."""

from __future__ import annotations

from numerics.samplers.base import Sampler
from numerics.samplers.denoiser import Denoiser
from numerics.samplers.euler import Euler
from numerics.samplers.exponential_integrator import ExponentialIntegrator
from numerics.samplers.heun import Heun
from numerics.samplers.ode import Ode
from numerics.samplers.score import Score

SAMPLERS: dict[str, Sampler] = {
    s.name: s for s in (Score(), Denoiser(), Ode(), Heun(), Euler(), ExponentialIntegrator())
}


def get_sampler(sampler: str | Sampler) -> Sampler:
    """The sampler of that name, or the sampler itself.

    Raises:
        ValueError: no sampler has that name.
    """
    if isinstance(sampler, Sampler):
        return sampler
    if sampler not in SAMPLERS:
        raise ValueError(f"no sampler is named {sampler!r}; there are {', '.join(SAMPLERS)}")
    return SAMPLERS[sampler]

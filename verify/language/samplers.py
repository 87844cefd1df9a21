"""The samplers that the command line offers, by name."""

from __future__ import annotations

from verify.language.errors import BadInput, did_you_mean, quoted

SAMPLERS = ("score", "denoiser", "ode", "heun")


def known_sampler(name: str) -> str:
    """The name itself.

    Raises:
        BadInput: there is no sampler of that name.
    """
    if name not in SAMPLERS:
        raise BadInput(f"no sampler {quoted(name)}; {did_you_mean(str(name), SAMPLERS)}")
    return name

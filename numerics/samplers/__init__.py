"""Samplers of diffusion models in the variance clock, by name, and drawing samples with them."""

from __future__ import annotations

from numerics.samplers.affine import AffineForm, AffineModel, AffineStep
from numerics.samplers.base import Model, Sampler
from numerics.samplers.denoiser import Denoiser
from numerics.samplers.draw import sample
from numerics.samplers.euler import Euler
from numerics.samplers.exponential_integrator import ExponentialIntegrator
from numerics.samplers.heun import Heun
from numerics.samplers.ode import Ode
from numerics.samplers.registry import SAMPLERS, get_sampler
from numerics.samplers.score import Score

__all__ = [
    "SAMPLERS",
    "AffineForm",
    "AffineModel",
    "AffineStep",
    "Denoiser",
    "Euler",
    "ExponentialIntegrator",
    "Heun",
    "Model",
    "Ode",
    "Sampler",
    "Score",
    "get_sampler",
    "sample",
]

"""Noise levels of flow matching, x_s = (1 - s) x_0 + s noise, in variance-exploding units."""

from __future__ import annotations

import numpy as np

from verify.schedules.given import FloatArray

NOTE = "flow matching: sigma = s/(1 - s) of the s given; s = 1 is pure noise, sigma infinite"


def sigma_of_flow(s: FloatArray, noise_scale: float = 1.0) -> FloatArray:
    """Noise over signal, ``noise_scale`` s/(1 - s), shape as ``s``; infinite at s = 1, negative above."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return noise_scale * s / (1 - s)

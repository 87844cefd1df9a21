"""The four errors of trained scores, exactly: linear scores trained on a finite sample, in float64 and in balls."""

from numerics.decomposition.balls import DecompositionBalls
from numerics.decomposition.level_weights import (
    extreme_weights,
    extreme_weights_ball,
    level_weights,
    level_weights_ball,
)
from numerics.decomposition.limits import ManySteps, ManyStepsBalls
from numerics.decomposition.losses import Decomposition
from numerics.decomposition.sample import Sample

__all__ = [
    "Decomposition",
    "DecompositionBalls",
    "ManySteps",
    "ManyStepsBalls",
    "Sample",
    "extreme_weights",
    "extreme_weights_ball",
    "level_weights",
    "level_weights_ball",
]

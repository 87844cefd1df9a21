"""Gradient descent on linear scores of Gaussian data: real matrices, in float64 and in ball arithmetic."""

from numerics.linear_training.balls import LinearTrainingBalls
from numerics.linear_training.training import LinearTraining, gradient

__all__ = ["LinearTraining", "LinearTrainingBalls", "gradient"]

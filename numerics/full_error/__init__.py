"""The whole error of a sampler whose score is a trained network: initialisation, discretisation and training."""

from numerics.full_error.sampler import TrainedSampler

__all__ = ["TrainedSampler"]

"""Gradient descent on denoising score matching: many networks of one shape at once, and their kernels."""

from numerics.training.batch import Batch
from numerics.training.descent import Checkpoint, History, Sink, train
from numerics.training.setup import Given, Setup, Training
from numerics.training.weightings import WEIGHTINGS, weights

__all__ = ["WEIGHTINGS", "Batch", "Checkpoint", "Given", "History", "Setup", "Sink", "Training", "train", "weights"]

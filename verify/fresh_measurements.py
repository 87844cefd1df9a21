"""The loss of a case's trained network on fresh data and noise: one random experiment, charged by its name."""

from __future__ import annotations

from functools import lru_cache

import torch

from numerics.enclosures import Enclosure
from numerics.targets.base import NotAvailable, Target
from numerics.training.fresh import fresh_loss
from numerics.training.setup import Setup
from verify.cases import Case

KEPT = 64  # experiments that are remembered: a case is looked at more than once


def loss_fresh(case: Case, weights: torch.Tensor, alpha: float, experiment: int) -> Enclosure:
    """``loss_fresh`` of a case, wrong with probability at most ``alpha``.

    Args:
        case: the network, its noise levels and their weights; fresh data are drawn from ``case.target``.
        weights: W_1 ... W_L after K steps, (layers, m, m).
        alpha: error probability of this experiment.
        experiment: seed of all that is random; other seeds are independent repetitions.

    Raises:
        NotAvailable: the case trains no network, the network has diverged, or its data are of a kind that is not
            sampled.
    """
    if case.training is None:
        raise NotAvailable("the case trains no network")
    setup = case.training.setup(case.target, case.v)
    return _kept(setup, Weights(weights), case.target, alpha, experiment)


class Weights:
    """Weights as a key: equal where all numbers are."""

    def __init__(self, matrices: torch.Tensor):
        self.matrices = matrices.detach().cpu().contiguous()
        self._bytes = self.matrices.numpy().tobytes()

    def __hash__(self) -> int:
        return hash(self._bytes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Weights) and self._bytes == other._bytes


@lru_cache(maxsize=KEPT)
def _kept(setup: Setup, weights: Weights, target: Target, alpha: float, experiment: int) -> Enclosure:
    return fresh_loss(setup, weights.matrices, target, alpha, experiment)

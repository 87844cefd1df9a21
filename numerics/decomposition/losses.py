"""Losses of linear scores trained on a sample, and the four errors that they are taken apart into.

With W^K the trained scores, W^* the minimiser of the training loss and W^F that of the population loss,

    eps_train + eps_n + eps_est + eps_approx >= L_bar(W^K) + C_bar = 1/2 sum_k beta_k excess_k

by the triangle inequality. See ``theory.vocabulary.decomposition`` for the definitions.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from numerics.decomposition.level_weights import level_weights
from numerics.decomposition.matrices import LevelScores
from numerics.decomposition.sample import Sample
from numerics.enclosures import Enclosure

SCORES = ("trained", "minimiser", "best")


class Decomposition:
    """The errors of one sample in float64.

    Args:
        sample: what is trained.
    """

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.levels = [LevelScores(sample, k) for k in range(sample.N)]

    @cached_property
    def _half_weights(self) -> Enclosure:
        return 0.5 * level_weights(self.sample.weighting, self.sample.v)[:-1]

    def training_loss(self, scores: str) -> Enclosure:
        """L_em of one of ``SCORES``."""
        return self._weighted([level.training_loss(getattr(level, scores)) for level in self.levels])

    def population_loss(self, scores: str) -> Enclosure:
        """L_bar of one of ``SCORES``."""
        return self._weighted([level.population_loss(getattr(level, scores)) for level in self.levels])

    def floor(self) -> Enclosure:
        """-C_bar = 1/2 sum_k beta_k mmse(v_k)/v_k."""
        variances = Enclosure.of(np.asarray(self.sample.variances))
        return self._weighted([(variances / (variances + level.v)).sum() for level in self.levels])

    def eps_train(self) -> Enclosure:
        return abs(self.training_loss("trained") - self.training_loss("minimiser"))

    def eps_n(self) -> Enclosure:
        here, there = (self.population_loss(at) - self.training_loss(at) for at in ("trained", "minimiser"))
        return abs(here) + abs(there)

    def eps_est(self) -> Enclosure:
        return abs(self.population_loss("minimiser") - self.population_loss("best"))

    def eps_approx(self) -> Enclosure:
        return abs(self.population_loss("best") - self.floor())

    def score_error(self) -> Enclosure:
        """The trained scores' part of the path KL of the score sampler, 1/2 sum_k Delta_k eps2_k."""
        v = Enclosure.of(np.asarray(self.sample.v))
        return 0.5 * ((v[:-1] - v[1:]) * _joined([level.score_error(level.trained) for level in self.levels])).sum()

    def _weighted(self, losses: list[Enclosure]) -> Enclosure:
        return (self._half_weights * _joined(losses)).sum()


def _joined(numbers: list[Enclosure]) -> Enclosure:
    return Enclosure.of([float(x.value) for x in numbers], [float(x.radius) for x in numbers])

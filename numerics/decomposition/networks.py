"""The four errors of a relu network along a training run, with intervals for what is sampled.

The network's class is what its trained layers can be, its first and last layer being fixed. The minimiser theta^* of
the training loss is replaced by the end of a long run, and the best network theta^F of the class by one that is trained
on points and noises drawn anew again and again. The four errors' definitions ask for no more: the triangle inequality
and

    eps_n + eps_train >= -2 C_bar - 2 L_em(theta^*)

hold for every theta^* and theta^F (``theory.vocabulary.decomposition``). Training losses are float64 numbers,
population losses confidence intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch

from numerics.enclosures import EPS, Enclosure
from numerics.targets import Target
from numerics.training.batch import Batch
from numerics.training.descent import train
from numerics.training.fresh import DRAWS, fresh_loss
from numerics.training.network import forward, losses
from numerics.training.setup import Given, Setup

ROUNDS, STEPS_A_ROUND, POINTS = 60, 50, 256  # of the network that is trained on new points


@dataclass(frozen=True)
class NetworkTerms:
    """Losses at some steps of a run, the last of which stands for theta^*.

    Attributes:
        steps: at which the run was looked at, ascending.
        training, population: L_em and L_bar there.
        best: L_bar(theta^F).
        floor: -C_bar.
    """

    steps: tuple[int, ...]
    training: tuple[Enclosure, ...]
    population: tuple[Enclosure, ...]
    best: Enclosure
    floor: Enclosure

    def excess(self, i: int) -> Enclosure:
        """L_bar + C_bar at the i-th step looked at, what the four errors bound."""
        return self.population[i] - self.floor

    def errors(self, i: int) -> dict[str, Enclosure]:
        """The four errors at the i-th step looked at, by their names in the vocabulary."""
        gap = abs(self.population[i] - self.training[i]) + abs(self.training[-1] - self.population[-1])
        return {
            "eps_train": abs(self.training[i] - self.training[-1]),
            "eps_n": gap,
            "eps_est": abs(self.population[-1] - self.best),
            "eps_approx": abs(self.best - self.floor),
        }

    def least(self) -> Enclosure:
        """-2 C_bar - 2 L_em(theta^*), below which eps_n + eps_train cannot be."""
        return 2.0 * (self.floor - self.training[-1])


def irreducible(setup: Setup, target: Target) -> Enclosure:
    """-C_bar = 1/2 sum_j beta_j mmse(sigma_j^2)/sigma_j^2, of the levels of ``setup``."""
    v = np.square(setup.sigmas)
    return 0.5 * (Enclosure.rounded(np.asarray(setup.beta) / v) * target.measure("mmse", v)).sum()


def follow(
    setup: Setup,
    target: Target,
    h: float,
    steps: Sequence[int],
    best: torch.Tensor,
    alpha: float,
    draws: int = DRAWS,
) -> NetworkTerms:
    """Train a network and measure the four errors on the way.

    Args:
        setup: the network, its data and its noise levels.
        target: the law of the data.
        h: step size.
        steps: at which to look, ascending; the last is taken for theta^*.
        best: W_1 ... W_L of theta^F, (layers, m, m).
        alpha: error probability of all intervals together.
        draws: of each population loss.

    Raises:
        ValueError: the steps are not ascending from 0 up.
        NotAvailable: the network has diverged.
    """
    if not steps or steps[0] < 0 or any(a >= b for a, b in pairwise(steps)):
        raise ValueError(f"steps = {tuple(steps)}: give whole numbers from 0 up, ascending")
    batch, share = Batch.of([setup]), alpha / (len(steps) + 1)
    W, step = batch.trained, 0
    training, population = [], []
    for mark in steps:
        if mark > step:
            W, step = _descended(batch, W, h, mark - step), mark
        value = float(losses(forward(batch, W).u)[0])
        training.append(Enclosure.of(value, 64 * setup.m * setup.layers * EPS * (value + value**0.5)))
        population.append(fresh_loss(setup, W[:, 0], target, share, seed=mark, draws=draws))
    known = fresh_loss(setup, best, target, share, seed=0, draws=draws)
    return NetworkTerms(tuple(steps), tuple(training), tuple(population), known, irreducible(setup, target))


def trained_on_new_points(
    setup: Setup, target: Target, h: float, seed: int, rounds: int = ROUNDS, points: int = POINTS
) -> torch.Tensor:
    """W_1 ... W_L after gradient descent on points and noises that are drawn anew in each round: theta^F.

    Args:
        setup: its frozen layers and where the trained ones start.
        h: step size of the first half of the rounds; it falls like 1/round in the second.
        seed: of points and noises.
        rounds, points: number of rounds of ``STEPS_A_ROUND`` steps, points of each.
    """
    own = setup.drawn()
    matrices = tuple(map(_rows, (own["first"], *own["trained"], own["last"])))
    generator, W = torch.Generator().manual_seed(seed), own["trained"][:, None]
    for i in range(rounds):
        x = target.sample(points, generator)
        noise = torch.randn(points * setup.N, setup.d, generator=generator, dtype=torch.float64)
        here = replace(setup, points=_rows(x), given=Given(_rows(x), _rows(noise), matrices))
        W = _descended(Batch.of([here]), W, h * min(1.0, rounds / (2 * (i + 1))), STEPS_A_ROUND)
    return W[:, 0]


def _descended(batch: Batch, W: torch.Tensor, h: float, steps: int) -> torch.Tensor:
    return train(replace(batch, trained=W), torch.tensor([h], dtype=torch.float64), steps)[1]


def _rows(matrix: torch.Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())

"""The parts of the whole error at stages of a training run: sampled for networks, exact for linear scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, eigsh

from numerics import budgets
from numerics.backends import EnclosureOps
from numerics.enclosures import Enclosure
from numerics.full_error.sampler import TrainedSampler
from numerics.linear_training import LinearTraining
from numerics.targets import Target
from numerics.training.batch import Batch
from numerics.training.descent import train
from numerics.training.network import along, backward, forward
from theory.claims.full_error import BOUND
from theory.compiler import compile_array


@dataclass(frozen=True)
class Whole:
    """The error of a sampler with a trained score, in nats, each part with its interval.

    Attributes:
        E_I, E_D, E_S: start, steps, and training.
        KL_path: measured without them.
        bound: the right side of the claim ``full_error.bound``.
    """

    E_I: Enclosure
    E_D: Enclosure
    E_S: Enclosure
    KL_path: Enclosure
    bound: Enclosure

    @property
    def total(self) -> Enclosure:
        """E_I + E_D + E_S."""
        return self.E_I + self.E_D + self.E_S

    @classmethod
    def of(cls, target: Target, v: Sequence[float], score_error: Enclosure, path_kl: Enclosure) -> Whole:
        """The whole error on a grid, from what training adds and the measured path KL."""
        grid = np.asarray(v)
        start, steps = budgets.initial_error(target, grid), budgets.discretisation_error(target, grid, "score")
        level = Enclosure.of(grid)
        known = {"v": level, "N": len(grid) - 1, "d": Enclosure.of(float(target.d)), "m2": target.m2}
        bound = compile_array(BOUND, EnclosureOps())({**known, "E_S_net": score_error})
        return cls(start, steps, score_error, path_kl, bound)

    @classmethod
    def of_network(cls, sampler: TrainedSampler, alpha: float, seed: int = 0) -> Whole:
        """Of a network; both experiments are wrong with probability at most ``alpha`` each."""
        return cls.of(sampler.target, sampler.v, sampler.score_error(alpha, seed), sampler.path_kl(alpha, seed))

    @classmethod
    def of_linear(cls, target: Target, v: tuple[float, ...], eta: float, w0: float, steps: int) -> Whole:
        """Of linear scores, one for each level, after ``steps`` steps of gradient descent of size ``eta`` from ``w0``.

        Raises:
            NotAvailable: the data are not Gaussian with mean 0.
        """
        trained = LinearTraining.of(target, v, eta, w0, steps)
        level = Enclosure.of(np.asarray(v))
        added = 0.5 * ((level[:-1] - level[1:]) * trained.score_error()[:-1]).sum()
        return cls.of(target, v, added, trained.path_kl())


def stages(batch: Batch, h: float, steps: Sequence[int]) -> Iterator[tuple[int, torch.Tensor]]:
    """Gradient descent of one network with step size ``h``: W_1 ... W_L, (layers, m, m), after each of ``steps``.

    The steps rise from 0 or more.
    """
    size, done = torch.full((batch.size,), h, dtype=torch.float64), 0
    for step in steps:
        _, W = train(batch, size, step - done)
        batch, done = replace(batch, trained=W), step
        yield step, W[:, 0]


def stable_step(batch: Batch) -> float:
    """1/lambda_max of the kernel A A^T of one network, by Lanczos on its products, so that no kernel is formed."""
    W = batch.trained
    seen = forward(batch, W)
    shape = seen.u.shape

    def product(u: np.ndarray) -> np.ndarray:
        deltas = backward(batch, W, seen, torch.from_numpy(np.asarray(u, dtype=np.float64)).reshape(shape))
        move = torch.stack([delta.mT @ q for delta, q in zip(deltas, seen.q, strict=False)])
        return np.asarray(along(batch, W, seen, move).reshape(-1).numpy())

    size = seen.u.numel()
    kernel = LinearOperator((size, size), matvec=product, dtype=np.float64)
    top = eigsh(kernel, k=1, v0=seen.u.reshape(-1).numpy(), tol=1e-6, return_eigenvectors=False)
    return 1 / float(top[0])
